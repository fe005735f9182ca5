"""All parts of MMLU as a configuration asks for them, and the counts that go with them."""

import csv
import hashlib
import json
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from isogloss.corpora.mmlu import TEXTS, VARIANTS, Part, write_layout
from isogloss.corpora.mmlu_build import Plan, build, needed_units, read_english, read_left_out
from isogloss.corpora.mmlu_export import export
from isogloss.corpora.mmlu_statistics import statistics
from isogloss.corpora.mmlu_subjects import SUBJECTS
from isogloss.errors import IsoglossError
from isogloss.reporting.caption import read_caption
from isogloss.reporting.mmlu import csv as csv_of
from isogloss.reporting.mmlu import document
from isogloss.reporting.tables.markdown import markdown
from isogloss.translation.memory import Entry
from isogloss.translation.tables import Lookup, table
from tests.demo import ROOT

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


class TestNeededUnits:
    def test_is_all_that_a_build_asks_for_without_outer_white_space(self, root):
        path = root / "test/anatomy_test.csv"
        path.write_text(path.read_text().replace("anatomy test 0: question", " spaced ?\t"))
        sources = read_english(root, PLAN)
        units = needed_units(sources, PLAN)
        assert set(units) == {"de", "fr", "es", "it"}  # of the variants, and of mixup
        assert "spaced ?" in set(units["de"])
        made = [
            Entry("p", "en", code, text, f"[{code}] {text}", "translated", "1")
            for code, texts in units.items()
            for text in texts
        ]
        assert len(made) == len({(e.target, e.text) for e in made})
        questions, left_out = build(sources, PLAN, Lookup(table(made)))
        assert set(left_out["left_out"]) == {0}
        spaced = questions.filter(
            split="test", subject="anatomy", number=0, variant="full", language="de"
        )
        assert spaced["question"][0] == " [de] spaced ?\t"

    def test_nothing_is_needed_of_published_parts(self, root):
        plan = Plan(variants=["gt"], languages=["de"], published=["gt"])
        assert needed_units(read_english(root, plan), plan) == {}


class TestExport:
    def test_hashes_are_of_the_files_and_nothing_is_left_behind(self, root, tmp_path):
        questions, _ = built(root)
        folder, manifest = tmp_path / "layout", tmp_path / "layout.json"
        export(questions.filter(language="fr"), folder, manifest)
        export(questions, folder, manifest)
        hashes = json.loads(manifest.read_text())
        files = {
            path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in folder.rglob("*.csv")
        }
        assert hashes == files
        assert len(files) == 57 * 2 * (1 + 1 + 6 * 2)
        export(questions.filter(variant="gt"), folder, manifest)
        assert {path.name for path in folder.iterdir()} == {
            f"{split}_gt_{language}" for split in ROWS for language in ("de", "fr")
        }

    def test_same_questions_same_bytes(self, root, tmp_path):
        for name in ("1", "2"):
            export(built(root)[0], tmp_path / name, tmp_path / f"{name}.json")
        assert (tmp_path / "1.json").read_bytes() == (tmp_path / "2.json").read_bytes()


class TestTable:
    def page(self, root, **options) -> tuple[str, str]:
        made = statistics(*built(root, **options))
        caption = read_caption(ROOT / "workflow/report/barrier_mmlu.rst")
        return csv_of(made), markdown(document(made, caption))

    def test_every_part_has_a_row(self, root):
        text, page = self.page(root)
        assert len(text.splitlines()) == 1 + 2 * (1 + 1 + 6 * 2)
        assert "| full | German | rebuilt | 171 | 0 | 684 | 171 | 25.0 |" in page
        assert "| english | English | source | 171 | 0 | 0 | 0 | – |" in page
        assert "*Demonstrations (dev)*" in page

    def test_what_is_left_out(self, root):
        _, page = self.page(root, translations=Gaps(), missing="drop")
        assert "| full | German | rebuilt | 170 | 1 | 680 | 170 | 25.0 |" in page

    def test_counts_are_read_back(self, root, tmp_path):
        _, left_out = built(root)
        left_out.write_csv(tmp_path / "left_out.csv")
        assert read_left_out(tmp_path / "left_out.csv").equals(left_out)
        (tmp_path / "left_out.csv").write_text("a,b\n1,2\n")
        with pytest.raises(IsoglossError, match=r"left_out\.csv: not a table of MMLU questions"):
            read_left_out(tmp_path / "left_out.csv")


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
