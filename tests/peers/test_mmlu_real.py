"""The real MMLU through build, demonstrations and export; read back as Hendrycks' evaluate.py does.

The reader here is written anew after that program (hendrycks/test, evaluate.py), which the authors
of paper B build theirs on: pandas.read_csv(header=None), cells by position.
"""

import os
import re
from collections import Counter
from pathlib import Path

import pandas as pd
import polars as pl
import pytest
from scipy.stats import chisquare

from isogloss.corpora.mixing import MAIN_LANGUAGES
from isogloss.corpora.mmlu import TEXTS, VARIANTS, write_layout
from isogloss.corpora.mmlu_build import Plan, build, read_english
from isogloss.corpora.mmlu_demonstrations import build_demonstrations, short_of_five
from isogloss.corpora.mmlu_statistics import statistics
from isogloss.corpora.mmlu_subjects import SUBJECTS
from isogloss.corpora.mmlu_variants import needed
from isogloss.translation.memory import Entry
from isogloss.translation.tables import Lookup, table

pytestmark = pytest.mark.mirror

TARGETS = [code for code in MAIN_LANGUAGES if code != "en"]
PLAN = Plan(variants=VARIANTS, languages=TARGETS)
ROWS = {"test": 14042, "dev": 285}


def mirror() -> Path:
    return Path(os.environ["ISOGLOSS_MIRROR"]) / "mmlu"


def tagged(text: str, language: str) -> str:
    return f"[{language}] {text}"


@pytest.fixture(scope="module")
def built() -> tuple[pl.DataFrame, pl.DataFrame]:
    """All parts and their counts, from a table of translations that name their language."""
    sources = read_english(mirror(), PLAN)
    every = pl.concat(sources.values())
    pairs = {
        (language, text.strip()): None
        for text, language in needed(every, PLAN.parts(published=False))
    }
    entries = [
        Entry("tags", "en", language, text, tagged(text, language), "translated", "1")
        for language, text in pairs
    ]
    return build(sources, PLAN, Lookup(table(entries)))


@pytest.fixture(scope="module")
def questions(built: tuple[pl.DataFrame, pl.DataFrame]) -> pl.DataFrame:
    return built[0]


@pytest.fixture(scope="module")
def layout(questions: pl.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("layout")
    assert len(write_layout(questions, folder)) == 2 * (1 + 1 + 6 * 4) * 57
    return folder


def folders(split: str) -> list[str]:
    others = [f"{split}_{v}_{x}" for v in VARIANTS if v != "mixup" for x in TARGETS]
    return [split, f"{split}_mixup", *others]


def evaluation_prompt(row: "pd.Series[str]", subject: str) -> tuple[str, str]:
    """Return prompt and label of one row, by position as the evaluation takes them."""
    words = "".join(f" {word}" for word in subject.split("_"))
    head = f"The following are multiple choice questions (with answers) about {words}.\n\n"
    options = "".join(f"\n{letter}. {row.iloc[i]}" for i, letter in enumerate("ABCD", start=1))
    return head + row.iloc[0] + options + "\nAnswer:", row.iloc[len(row) - 1]


@pytest.mark.parametrize("folder", [*folders("test"), *folders("dev")])
def test_the_authors_evaluation_reads_it_unchanged(layout, folder):
    split = folder.split("_")[0]
    rows = 0
    for subject in SUBJECTS:
        ours = pd.read_csv(layout / folder / f"{subject}_{split}.csv", header=None)
        theirs = pd.read_csv(mirror() / split / f"{subject}_{split}.csv", header=None)
        assert ours.shape == theirs.shape
        assert ours.shape[1] == 6
        assert ours[5].tolist() == theirs[5].tolist()
        for (_, row), (_, source) in zip(ours.iterrows(), theirs.iterrows(), strict=True):
            prompt, label = evaluation_prompt(row, subject)
            assert prompt.endswith("\nAnswer:")
            assert label in set("ABCD")
            if folder == split:
                assert (prompt, label) == evaluation_prompt(source, subject)
        rows += len(ours)
    assert rows == ROWS[split]


@pytest.mark.parametrize("folder", folders("test"))
def test_every_cell_as_an_independent_reader_has_it(layout, questions, folder):
    """Tags are read off the files; the English behind them is what the mirror's files hold."""
    options = {"header": None, "dtype": str, "keep_default_na": False}
    variant, _, language = folder.removeprefix("test").strip("_").rpartition("_")
    for subject in SUBJECTS:
        ours = pd.read_csv(layout / folder / f"{subject}_test.csv", **options)
        theirs = pd.read_csv(mirror() / f"test/{subject}_test.csv", **options)
        for made, source in zip(
            ours.itertuples(index=False), theirs.itertuples(index=False), strict=True
        ):
            tags = set()
            for after, before in zip(made[:5], source[:5], strict=True):
                tag = re.match(r"(\s*)\[(..)\] ", after)
                if tag and after != before:
                    tags.add(tag[2])
                    after = tag[1] + after[tag.end() :]
                assert after == before
            if folder == "test_mixup":
                lettered = all(re.search(r"[^\W\d_]", cell) for cell in source[:5])
                assert tags == set(TARGETS) if lettered else tags <= set(TARGETS)
            elif folder != "test":
                assert tags <= {language}
                assert variant in VARIANTS


def test_mixup_has_five_languages_and_each_position_is_uniform(questions):
    mixup = questions.filter(split="test", variant="mixup")
    rows = mixup["languages"].to_list()
    assert len(rows) == ROWS["test"]
    assert all(sorted(row) == sorted(MAIN_LANGUAGES) for row in rows)
    for position in range(5):
        counts = Counter(row[position] for row in rows)
        assert chisquare([counts[code] for code in MAIN_LANGUAGES]).pvalue > 0.001


def test_gold_letters_are_those_of_english(questions):
    key = ["split", "subject", "number"]
    english = questions.filter(variant="english").select(*key, "answer")
    for (variant, language), part in questions.group_by("variant", "language"):
        assert len(part) == sum(ROWS.values()), (variant, language)
        assert part.select(*key, "answer").sort(key).equals(english.sort(key))


def test_the_layout_taken_as_input_gives_the_same_questions(layout, questions):
    plan = Plan(variants=VARIANTS, languages=TARGETS, published=VARIANTS, english_published=True)
    read, left_out = build(read_english(layout, plan), plan, {}, layout)
    keys = ["split", "variant", "language", "subject", "number"]
    cells = [*keys, *TEXTS, "answer"]
    assert read.select(cells).sort(keys).equals(questions.select(cells).sort(keys))
    assert set(left_out["origin"]) == {"published"}


def test_demonstrations(questions):
    shown = build_demonstrations(questions)
    assert len(shown) == 285 * (1 + 1 + 24 + 1)
    assert short_of_five(shown).is_empty()
    for row in shown.filter(kind="translate").rows(named=True):
        with (mirror() / f"dev/{row['subject']}_dev.csv").open(newline="") as file:
            source = pd.read_csv(file, header=None, dtype=str, keep_default_na=False)
        assert [row[f"english_{name}"] for name in TEXTS] == source.iloc[
            row["place"] - 1, :5
        ].tolist()


def test_statistics(built):
    """Tags change every text; the texts with letters are counted anew with pandas."""
    rows = {
        row["split"] + row["variant"] + row["language"]: row
        for row in statistics(*built).rows(named=True)
    }
    options = {"header": None, "dtype": str, "keep_default_na": False}
    for split, size in ROWS.items():
        lettered = 0
        for subject in SUBJECTS:
            source = pd.read_csv(mirror() / split / f"{subject}_{split}.csv", **options)
            cells = source.iloc[:, :5].to_numpy().ravel()
            lettered += sum(1 for cell in cells if re.search(r"[^\W\d_]", cell))
        for language in TARGETS:
            row = rows[f"{split}full{language}"]
            assert (row["questions"], row["rows"], row["left_out"]) == (size, size, 0)
            assert (row["texts"], row["unchanged"], row["unchanged_share"]) == (lettered, 0, 0.0)
            part = rows[f"{split}question{language}"], rows[f"{split}options{language}"]
            assert part[0]["texts"] + part[1]["texts"] == lettered
        assert rows[f"{split}englishen"]["texts"] == 0
        assert rows[f"{split}mixupmixed"]["rows"] == size
