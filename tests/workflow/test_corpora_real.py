"""Real text through the real workflow: WikiText-2, translated by Apertium's own packages."""

import json
import os
import re
import shutil
from pathlib import Path

import polars as pl
import pytest

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


def test_shares_are_those_of_a_uniform_draw(project):
    table = pl.read_csv(project.folder / TABLE)
    drawn = table.filter(pl.col("mix") != "english")
    assert drawn.height == 3 * len(LANGUAGES)
    assert drawn.filter(pl.col("mix") == "words")["units"].sum() > 1500
    # Of twelve shares more than two lie outside their 99 % interval once in 5000 draws; of the
    # whole file, none does (tests/peers/test_corpora_real.py).
    inside = (drawn["low"] <= drawn["share"]) & (drawn["share"] <= drawn["high"])
    assert inside.sum() >= 10
    assert (drawn["p_corrected"] > 0.001).all()
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
