"""Option scores are those of lm-evaluation-harness: same strings and model, 500 real questions."""

import os
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest

from isogloss.barrier.conditions import Condition
from isogloss.barrier.mmlu_prompts import mmlu_questions
from isogloss.barrier.prompts import Room, build_prompts
from isogloss.corpora.mmlu import english, read_part
from isogloss.corpora.mmlu_demonstrations import build_demonstrations
from isogloss.engines.score_options import score_options
from isogloss.engines.tokens import option_tokens
from isogloss.store import Store
from tests.scoring import LETTERS, load, random_model

pytestmark = pytest.mark.mirror

QUESTIONS = 500
CONTEXT = 8192
CLOSE = 1e-5


@pytest.fixture(scope="module")
def mmlu() -> pl.DataFrame:
    root = Path(os.environ["ISOGLOSS_MIRROR"]) / "mmlu"
    return pl.concat([read_part(root, english(split)) for split in ("test", "dev")])


@pytest.fixture(scope="module")
def folder(mmlu, tmp_path_factory) -> Path:
    """A random model whose vocabulary fits MMLU."""
    shown = mmlu.filter(split="dev")
    texts = [text for name in ("question", *LETTERS) for text in shown[name]]
    return random_model(tmp_path_factory.mktemp("model"), texts)


def prompts_of(mmlu, tokenizer, shots, scoring) -> pl.DataFrame:
    """Return PROMPTS of questions from all 57 subjects."""
    kind = "english" if shots else "none"
    condition = Condition("mmlu", "english", "en", shots, kind, scoring=scoring)
    first = mmlu.filter(pl.col("number") < 9, split="test")[:QUESTIONS]
    asked = mmlu_questions(condition, first, build_demonstrations(mmlu) if shots else None)

    def count(texts, special):
        return [len(ids) for ids in tokenizer(texts, add_special_tokens=special)["input_ids"]]

    prompts = build_prompts(condition, asked, Room(count, CONTEXT))
    assert prompts.height == QUESTIONS
    assert prompts["subject"].n_unique() >= 55
    return prompts


def theirs(folder: Path, dtype: str, prompts: pl.DataFrame, scoring: str) -> list[list[float]]:
    """Return what lm-evaluation-harness says of each option after a space, as its tasks have it."""
    from lm_eval.models.huggingface import HFLM

    peer = HFLM(
        pretrained=str(folder),
        dtype=dtype,
        # Its sum over a text's tokens is in this format.
        softmax_dtype="float64",
        batch_size=8,
        max_length=CONTEXT,
        add_bos_token=True,
        device="cpu",
    )
    column = "options" if scoring == "text" else "option_ids"
    pairs = [
        (row["prefix"] + row["suffix"], f" {option}")
        for row in prompts.iter_rows(named=True)
        for option in row[column]
    ]
    found = peer.loglikelihood([SimpleNamespace(args=pair) for pair in pairs], disable_tqdm=True)
    values = [value for value, _greedy in found]
    return [values[i : i + 4] for i in range(0, len(values), 4)]


def ours(
    folder: Path, dtype: str, prompts: pl.DataFrame, scoring: str, store: Path
) -> pl.DataFrame:
    engine = load(folder, dtype=dtype)
    letters = option_tokens(engine.tokenizer, LETTERS, spaced=True)
    tokens = letters if scoring == "letter" else None
    return score_options(prompts, tokens, lambda: engine, Store(store), {"engine": dtype})


def best(values: list[float]) -> int:
    return values.index(max(values))


@pytest.mark.parametrize("shots", [0, 5])
@pytest.mark.parametrize("scoring", ["letter", "text"])
def test_values_and_choices_are_those_of_lm_evaluation_harness(
    mmlu, folder, tmp_path, shots, scoring
):
    tokenizer = load(folder).tokenizer
    prompts = prompts_of(mmlu, tokenizer, shots, scoring)
    found = ours(folder, "float32", prompts, scoring, tmp_path)
    expected = theirs(folder, "float32", prompts, scoring)
    scored = zip(found["logprobs"], found["tokens"], expected, strict=True)
    for values, tokens, reference in scored:
        for value, count, other in zip(values, tokens, reference, strict=True):
            # A text's value is a sum of as many values as it has tokens.
            assert abs(value - other) < CLOSE * count
        assert best(values.to_list()) == best(reference)
    choices = [best(values.to_list()) for values in found["logprobs"]]
    assert min(choices.count(option) for option in range(4)) > 10
    assert found["tokens"].list.max().max() > 20 or scoring == "letter"


@pytest.mark.parametrize("shots", [0, 5])
@pytest.mark.parametrize("scoring", ["letter", "text"])
def test_in_double_precision_nothing_is_left_of_the_difference(
    mmlu, folder, tmp_path, shots, scoring
):
    prompts = prompts_of(mmlu, load(folder).tokenizer, shots, scoring)[::25]
    found = ours(folder, "float64", prompts, scoring, tmp_path)
    expected = theirs(folder, "float64", prompts, scoring)
    for values, reference in zip(found["logprobs"], expected, strict=True):
        assert values.to_list() == pytest.approx(reference, abs=1e-10)
