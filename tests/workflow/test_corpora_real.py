"""Real text through the real workflow: WikiText-2, translated by Apertium's own packages."""

import json
import os
import re
import shutil
from collections import Counter
from pathlib import Path

import polars as pl
import pytest
from scipy.stats import binom

from isogloss.corpora.mixing import Mix, mix_documents
from tests.workflow.project import Project

pytestmark = pytest.mark.mirror

DOCUMENTS = 150
LANGUAGES = ["en", "fr", "es", "it"]
MIXES = ["english", "document", "sentence", "words"]
CONFIG = {
    "translation": {"provider": "apertium", "jobs": 2},
    "barrier": {
        "languages": LANGUAGES,
        "corpora": {
            "wiki": {
                "source": "wikitext-2-shuffled",
                "file": "train.shuffled.txt",
                "first": DOCUMENTS,
                "mixes": MIXES,
            }
        },
        "mixed": ["wiki"],
        "selection": None,
        "mmlu": None,
        "evaluate": [],
    },
}
TABLE = "results/barrier/tables/shares.csv"
SENTENCE_END = r"(\s*[\.,;!?]\s+)"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = Project(tmp_path_factory.mktemp("wiki") / "project", CONFIG)
    made.run(target=TABLE)
    return made


def text(project: Project, mix: str) -> str:
    return (project.folder / f"results/corpora/wiki/{mix}.txt").read_text()


def translations(project: Project, mix: str) -> dict[str, dict[str, str]]:
    """Return text -> translation by language, as the provider gave them."""
    table = pl.read_parquet(project.folder / f"results/corpora/wiki/{mix}/translations.parquet")
    assert set(table["status"]) <= {"translated", "unchanged"}
    found: dict[str, dict[str, str]] = {code: {} for code in LANGUAGES}
    for target, unit, translation in table.select("target", "text", "translation").iter_rows():
        found[target][unit] = unit if translation is None else translation
    return found


def test_english_only_is_the_beginning_of_the_file_byte_for_byte(project):
    source = (Path(os.environ["ISOGLOSS_MIRROR"]) / "wikitext-2/train.shuffled.txt").read_bytes()
    english = (project.folder / "results/corpora/wiki/english.txt").read_bytes()
    assert source.startswith(english)
    assert sum(bool(line.strip()) for line in english.split(b"\n")) == DOCUMENTS


def test_every_sentence_is_english_or_what_apertium_made_of_it(project):
    made = translations(project, "sentence")
    languages = set()
    lines = text(project, "english").splitlines(), text(project, "sentence").splitlines()
    for english, mixed in zip(*lines, strict=True):
        # The mixed line is read from left to right by the sentences of the English one.
        place = 0
        for number, part in enumerate(re.split(SENTENCE_END, english)):
            unit = part.strip()
            if number % 2 or not re.search(r"[^\W\d_]", unit):
                assert mixed.startswith(part, place)
                place += len(part)
                continue
            before = part[: part.index(unit)]
            fitting = [
                (code, before + candidate + part[len(before) + len(unit) :])
                for code in LANGUAGES
                for candidate in ([unit] if code == "en" else [made[code].get(unit)])
                if candidate is not None
            ]
            fitting = [(code, piece) for code, piece in fitting if mixed.startswith(piece, place)]
            assert fitting, (unit, mixed[place : place + 80])
            code, piece = max(fitting, key=lambda one: len(one[1]))
            languages.add(code)
            place += len(piece)
        assert place == len(mixed)
    assert languages == set(LANGUAGES)


class Tags:
    """Stand-in translations that name their language, so that units can be counted by it."""

    def get(self, key: tuple[str, str], /) -> str | None:
        text, language = key
        return f"<{language}>{text}"


@pytest.mark.parametrize("mix", MIXES[1:])
def test_shares_are_those_of_the_draw(project, mix):
    """That draws are uniform is tested over many seeds in test_mixing, and on the whole file."""
    documents = text(project, "english").splitlines()
    counted = Counter(
        tag[1] if (tag := re.match("<(..)>", segment.text)) else "en"
        for document in mix_documents(documents, Mix(mix, languages=tuple(LANGUAGES)), Tags())
        for segment in document
        if segment.language
    )
    table = pl.read_csv(project.folder / TABLE).filter(mix=mix)
    assert dict(table["language", "units"].rows()) == counted
    total = counted.total()
    assert total > {"document": DOCUMENTS - 1, "sentence": 800, "words": 1500}[mix]
    for row in table.iter_rows(named=True):
        assert row["share"] == pytest.approx(100 * counted[row["language"]] / total, abs=0.05)
        ends = [100 * binom.ppf(end, total, 1 / len(LANGUAGES)) / total for end in (0.005, 0.995)]
        assert [row["low"], row["high"]] == pytest.approx(ends, abs=0.05)
    assert set(table["documents"]) == {DOCUMENTS}
    assert set(table["dropped"]) == {0}


def test_a_second_run_makes_no_request_and_the_same_bytes(project):
    folders = [project.folder / "results" / name for name in ("corpora", "barrier")]
    before = {p: p.read_bytes() for f in folders for p in f.rglob("*") if p.is_file()}
    for folder in folders:
        shutil.rmtree(folder)
    project.run(target=TABLE)
    for mix in MIXES[1:]:
        log = project.log(f"translate_corpus/wiki/{mix}.log")
        assert len(re.findall(r"\b0 to translate", log)) == len(LANGUAGES) - 1
        assert set(re.findall(r"(\d+) requests", log)) == {"0"}
    assert {p: p.read_bytes() for f in folders for p in f.rglob("*") if p.is_file()} == before


def test_the_report_counts_every_unit(project):
    report = json.loads((project.folder / "results/corpora/wiki/words/report.json").read_text())
    made = translations(project, "words")
    assert report["provider"] == "apertium"
    assert {code: count["units"] for code, count in report["languages"].items()} == {
        code: len(made[code]) for code in LANGUAGES[1:]
    }
    for count in report["languages"].values():
        assert count["translated"] + count["unchanged"] == count["units"]
        assert count["failed"] == 0
