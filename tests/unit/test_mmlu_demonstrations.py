"""MMLU's five-shot demonstrations, against what the files of the dev split hold."""

import csv
from pathlib import Path

import polars as pl
import pytest

from isogloss.corpora.mmlu import VARIANTS, english, read_part
from isogloss.corpora.mmlu_demonstrations import (
    DEMONSTRATIONS,
    build_demonstrations,
    short_of_five,
)
from isogloss.corpora.mmlu_variants import build_variant
from isogloss.errors import IsoglossError

SUBJECTS = ("anatomy", "virology")
CELLS = ("question", "A", "B", "C", "D")


class Tags:
    def get(self, key: tuple[str, str], /) -> str | None:
        text, language = key
        return f"[{language}] {text}"


class Gaps(Tags):
    """No German for question 2 of anatomy."""

    def get(self, key: tuple[str, str], /) -> str | None:
        return None if key == ("anatomy q2 question", "de") else super().get(key)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for split, rows in (("test", 3), ("dev", 5)):
        (tmp_path / split).mkdir()
        for subject in SUBJECTS:
            with (tmp_path / split / f"{subject}_{split}.csv").open("w", newline="") as file:
                for number in range(rows):
                    texts = [f"{subject} q{number} {name}" for name in CELLS]
                    csv.writer(file).writerow([*texts, "ABCD"[number % 4]])
    return tmp_path


def questions(root: Path, translations=None, missing="raise") -> pl.DataFrame:
    parts = []
    for split in ("test", "dev"):
        source = read_part(root, english(split), SUBJECTS)
        parts.append(source)
        for variant in VARIANTS:
            for language in ["mixed"] if variant == "mixup" else ["de", "fr"]:
                made, _ = build_variant(
                    source, variant, language, translations or Tags(), missing=missing
                )
                parts.append(made)
    return pl.concat(parts)


def test_english_ones_are_the_dev_file(root):
    shown = build_demonstrations(questions(root)).filter(kind="english")
    for subject in SUBJECTS:
        with (root / f"dev/{subject}_dev.csv").open(newline="") as file:
            expected = [(place, *row) for place, row in enumerate(csv.reader(file), start=1)]
        rows = shown.filter(subject=subject).select("place", *CELLS, "answer").rows()
        assert rows == expected
    assert set(shown["variant"]) == {"english"}
    assert set(shown["language"]) == {"en"}


@pytest.mark.parametrize("variant", VARIANTS)
def test_same_bias_ones_are_made_as_the_test_questions(root, variant):
    every = questions(root)
    shown = build_demonstrations(every).filter(kind="same-bias", variant=variant)
    for language in ["mixed"] if variant == "mixup" else ["de", "fr"]:
        part = every.filter(split="dev", variant=variant, language=language)
        for row in part.rows(named=True):
            demo = shown.filter(
                language=language, subject=row["subject"], place=row["number"] + 1
            ).row(0, named=True)
            assert [demo[name] for name in (*CELLS, "answer")] == [
                row[name] for name in (*CELLS, "answer")
            ]
    assert len(shown) == 10 * (1 if variant == "mixup" else 2)
    assert shown["english_question"].null_count() == len(shown)


def test_translate_ones_have_the_mixup_and_the_english_question(root):
    shown = build_demonstrations(questions(root)).filter(kind="translate")
    assert len(shown) == 10
    for row in shown.rows(named=True):
        tags = set()
        for name in CELLS:
            source = row[f"english_{name}"]
            assert source == f"{row['subject']} q{row['place'] - 1} {name}"
            assert row[name].endswith(source)
            tags.add(row[name].removesuffix(source))
        assert tags == {"", "[fr] ", "[de] ", "[es] ", "[it] "}
        assert row["answer"] == "ABCDA"[row["place"] - 1]


def test_none_comes_from_the_test_split(root):
    shown = build_demonstrations(questions(root))
    assert DEMONSTRATIONS.check(shown).height == 10 * (1 + 6 * 2 + 1 + 1)
    assert short_of_five(shown).is_empty()


def test_left_out_questions_leave_their_places(root):
    every = questions(root, Gaps(), missing="drop")
    shown = build_demonstrations(every)
    full = shown.filter(kind="same-bias", variant="full", language="de", subject="anatomy")
    assert full["place"].to_list() == [1, 2, 4, 5]
    french = shown.filter(kind="same-bias", variant="full", language="fr", subject="anatomy")
    assert french["place"].to_list() == [1, 2, 3, 4, 5]
    short = short_of_five(shown).rows()
    assert ("same-bias", "full", "de", "anatomy", 4) in short
    in_german = [row for row in short if row[2] == "de"]
    assert {row[1] for row in in_german} == {"full", "question", "gt_question"}
    assert all(row[2] in ("de", "mixed") and row[3] == "anatomy" for row in short)


def test_a_subject_without_any_is_counted(root):
    every = questions(root)
    without = every.filter(
        ~((pl.col("subject") == "virology") & (pl.col("variant") == "gt"))
        | (pl.col("split") == "test")
    )
    short = short_of_five(build_demonstrations(without)).rows()
    assert short == [
        ("same-bias", "gt", "de", "virology", 0),
        ("same-bias", "gt", "fr", "virology", 0),
    ]


def test_without_a_dev_split(root):
    with pytest.raises(IsoglossError, match=r"dev split is missing; .*barrier\.mmlu\.splits"):
        build_demonstrations(questions(root).filter(split="test"))


def test_too_few_questions(root):
    every = questions(root).filter(
        (pl.col("split") != "dev") | (pl.col("subject") != "virology") | (pl.col("number") < 4)
    )
    with pytest.raises(IsoglossError, match="has 4 questions of virology, not 5"):
        build_demonstrations(every)
