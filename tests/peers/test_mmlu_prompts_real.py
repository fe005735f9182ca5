"""All 14042 prompts of the real MMLU, byte for byte, against a second implementation."""

import hashlib
import os
from pathlib import Path

import polars as pl
import pytest

from isogloss.barrier.conditions import Condition
from isogloss.barrier.mmlu_prompts import mmlu_questions
from isogloss.barrier.prompts import Room, build_prompts, with_text
from isogloss.corpora.mmlu import english, read_part
from isogloss.corpora.mmlu_demonstrations import build_demonstrations
from isogloss.corpora.mmlu_subjects import SUBJECTS
from tests import hendrycks

pytestmark = pytest.mark.mirror


@pytest.fixture(scope="module")
def root() -> Path:
    return Path(os.environ["ISOGLOSS_MIRROR"]) / "mmlu"


@pytest.fixture(scope="module")
def questions(root) -> pl.DataFrame:
    return pl.concat([read_part(root, english(split)) for split in ("test", "dev")])


@pytest.mark.parametrize(
    ("shots", "style"),
    [(0, "default"), (5, "default"), (0, "aware-0"), (0, "aware-1"), (5, "lower")],
)
def test_every_prompt_is_that_of_hendrycks(root, questions, shots, style):
    kind = "english" if shots else "none"
    condition = Condition("mmlu", "english", "en", shots, kind, style)
    asked = mmlu_questions(
        condition, questions.filter(split="test"), build_demonstrations(questions)
    )
    prompts = with_text(build_prompts(condition, asked, Room(None)))
    expected = []
    for subject in SUBJECTS:
        dev = hendrycks.csv_rows(root / "dev" / f"{subject}_dev.csv")[:shots]
        rows = hendrycks.csv_rows(root / "test" / f"{subject}_test.csv")
        expected += [hendrycks.prompt(subject, dev, row, style) for row in rows]
    assert len(expected) == 14042
    assert digest(prompts["text"]) == digest(expected)
    assert prompts["prefix"].n_unique() == 57


def digest(texts) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()
