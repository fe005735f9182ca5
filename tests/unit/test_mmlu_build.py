"""All parts of MMLU as a configuration asks for them, and the counts that go with them."""

import csv
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from isogloss.corpora.mmlu import TEXTS, VARIANTS, Part, write_layout
from isogloss.corpora.mmlu_build import Plan, build, read_english
from isogloss.corpora.mmlu_statistics import statistics
from isogloss.corpora.mmlu_subjects import SUBJECTS
from isogloss.errors import IsoglossError

PLAN = Plan(variants=VARIANTS, languages=("de", "fr"))
ROWS = {"test": 3, "dev": 5}


class Tags:
    def get(self, key: tuple[str, str], /) -> str | None:
        text, language = key
        return text if text == "Paris" else f"[{language}] {text}"


class Gaps(Tags):
    def get(self, key: tuple[str, str], /) -> str | None:
        return None if key == ("anatomy test 1: question", "de") else super().get(key)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """All 57 subjects; option A is a number, option B a name that no language changes."""
    for split, rows in ROWS.items():
        (tmp_path / "source" / split).mkdir(parents=True)
        for subject in SUBJECTS:
            path = tmp_path / "source" / split / f"{subject}_{split}.csv"
            with path.open("w", newline="") as file:
                for number in range(rows):
                    start = f"{subject} {split} {number}"
                    texts = [f"{start}: question", "12", "Paris", f"{start}: c", f"{start}: d"]
                    csv.writer(file).writerow([*texts, "ABCD"[number % 4]])
    return tmp_path / "source"


def built(root: Path, plan: Plan = PLAN, translations=None, **options):
    sources = read_english(root, plan)
    return build(sources, plan, translations or Tags(), **options)


def test_every_part_is_there_once(root):
    questions, left_out = built(root)
    sizes = Counter(questions.select("split", "variant", "language").iter_rows())
    expected = {
        (split, variant, language): 57 * ROWS[split]
        for split in ROWS
        for variant, language in [
            ("english", "en"),
            ("mixup", "mixed"),
            *((v, x) for v in VARIANTS if v != "mixup" for x in ("de", "fr")),
        ]
    }
    assert sizes == expected
    assert left_out.select("split", "variant", "language").n_unique() == len(expected)
    assert set(left_out["left_out"]) == {0}
    assert dict(left_out.select("variant", "origin").unique().iter_rows())["english"] == "source"


def test_subjects_and_first_questions_but_all_of_dev(root):
    plan = Plan(variants=["gt"], languages=["de"], subjects=["anatomy", "virology"], questions=2)
    questions, left_out = built(root, plan)
    sizes = Counter(questions.select("split", "subject").iter_rows())
    assert sizes == {
        ("test", "anatomy"): 4,
        ("test", "virology"): 4,
        ("dev", "anatomy"): 10,
        ("dev", "virology"): 10,
    }
    assert questions.filter(split="test")["number"].max() == 1
    assert left_out["questions"].to_list() == [4, 10, 4, 10]


def test_unknown_subject():
    with pytest.raises(IsoglossError, match=r"subjects: 'anatomie' .*did you mean 'anatomy'"):
        Plan(subjects=["anatomie"])


def test_left_out_questions_are_counted(root):
    questions, left_out = built(root, translations=Gaps(), missing="drop")
    dropped = {tuple(row[:3]): row[-1] for row in left_out.iter_rows() if row[-1]}
    mixup = dropped.pop(("test", "mixup", "mixed"), 0)
    assert dropped == {
        ("test", variant, "de"): 1 for variant in ("full", "question", "gt_question")
    }
    assert mixup in (0, 1)
    full = questions.filter(split="test", variant="full", language="de", subject="anatomy")
    assert full["number"].to_list() == [0, 2]


class TestStatistics:
    def test_by_hand(self, root):
        questions, left_out = built(root, translations=Gaps(), missing="drop")
        table = statistics(questions, left_out)
        rows = {row[:3]: row[3:] for row in table.iter_rows()}
        # Question, B, C and D have letters; "Paris" stays. One of 171 questions is left out.
        assert rows["test", "full", "fr"] == ("rebuilt", 171, 0, 171, 684, 171, 25.0)
        assert rows["test", "full", "de"] == ("rebuilt", 171, 1, 170, 680, 170, 25.0)
        assert rows["test", "question", "fr"] == ("rebuilt", 171, 0, 171, 171, 0, 0.0)
        # Gold options of questions 0, 1, 2 are A (a number), B (the name) and C.
        assert rows["test", "gt", "fr"] == ("rebuilt", 171, 0, 171, 114, 57, 50.0)
        assert rows["test", "english", "en"] == ("source", 171, 0, 171, 0, 0, None)
        assert list(rows)[:2] == [("test", "english", "en"), ("dev", "english", "en")]

    def test_mixup_counts_what_is_not_english(self, root):
        questions, left_out = built(root)
        row = statistics(questions, left_out).row(
            by_predicate=(pl.col("variant") == "mixup") & (pl.col("split") == "test"), named=True
        )
        texts = unchanged = 0
        for made in questions.filter(split="test", variant="mixup").rows(named=True):
            for name, language in zip(TEXTS, made["languages"], strict=True):
                if language != "en" and made[name] != "12":
                    texts += 1
                    unchanged += made[name] == "Paris"
        assert (row["texts"], row["unchanged"]) == (texts, unchanged)
        assert 0 < unchanged < texts

    def test_unknown_languages_are_not_counted_as_none(self, root, tmp_path):
        write_layout(built(root)[0], tmp_path / "out")
        plan = Plan(variants=VARIANTS, languages=["de"], published=["mixup", "onewrong", "full"])
        questions, left_out = built(root, plan, folder=tmp_path / "out")
        rows = {row[:3]: row[3:] for row in statistics(questions, left_out).iter_rows()}
        assert rows["test", "mixup", "mixed"] == ("published", 171, 0, 171, None, None, None)
        assert rows["test", "onewrong", "de"] == ("published", 171, 0, 171, None, None, None)
        assert rows["test", "full", "de"] == ("published", 171, 0, 171, 684, 171, 25.0)


class TestPublished:
    def test_all_of_it_is_what_was_exported(self, root, tmp_path):
        made, _ = built(root)
        write_layout(made, tmp_path / "out")
        plan = Plan(
            variants=VARIANTS,
            languages=("de", "fr"),
            published=VARIANTS,
            english_published=True,
        )
        questions, left_out = built(tmp_path / "out", plan, folder=tmp_path / "out")
        keys = ["split", "variant", "language", "subject", "number"]
        drop = ["languages"]
        assert questions.drop(drop).sort(keys).equals(made.drop(drop).sort(keys))
        assert set(left_out["origin"]) == {"published"}
        assert plan.parts(published=False) == []

    @pytest.mark.parametrize("header", ["question,A,B,C,D,answer", "0,1,2,3,4,5"])
    def test_a_mixup_alone_beside_rebuilt_variants(self, root, tmp_path, header):
        made, _ = built(root)
        write_layout(made.filter(variant="mixup"), tmp_path / "out")
        for path in (tmp_path / "out").glob("*/*.csv"):
            path.write_text(f"{header}\n{path.read_text()}")
        plan = Plan(variants=["mixup", "gt"], languages=["de"], published=["mixup"])
        questions, left_out = built(root, plan, folder=tmp_path / "out")
        mixup = questions.filter(variant="mixup").drop("languages")
        assert mixup.equals(made.filter(variant="mixup").drop("languages"))
        assert questions.filter(variant="gt").equals(made.filter(variant="gt", language="de"))
        assert left_out["origin"].to_list() == ["source"] * 2 + ["rebuilt"] * 2 + ["published"] * 2

    def test_a_missing_part(self, root, tmp_path):
        plan = Plan(variants=["gt"], languages=["de"], published=["gt"])
        with pytest.raises(IsoglossError, match=r"test_gt_de: missing; .*barrier\.mmlu\.folder"):
            built(root, plan, folder=tmp_path)
        with pytest.raises(IsoglossError, match=r"set barrier\.mmlu\.folder"):
            built(root, plan)

    def test_other_questions_are_refused(self, root, tmp_path):
        made, _ = built(root)
        write_layout(made, tmp_path / "out")
        path = tmp_path / "out/test_gt_de/virology_test.csv"
        lines = path.read_text().splitlines(keepends=True)
        plan = Plan(variants=["gt"], languages=["de"], published=["gt"])
        path.write_text("".join(lines[:-1]))
        with pytest.raises(IsoglossError, match=r"first difference: virology, question 2"):
            built(root, plan, folder=tmp_path / "out")

    def test_parts(self):
        plan = Plan(["test"], ["full", "mixup"], ["de", "fr"], published=["mixup"])
        assert plan.parts(published=True) == [Part("test", "mixup", "mixed")]
        assert plan.parts(published=False) == [
            Part("test", "full", "de"),
            Part("test", "full", "fr"),
        ]
