"""The quality report on translations by people, which it must find good, and on spoiled copies."""

import json
import os
import random
from pathlib import Path

import polars as pl
import pytest

from isogloss.config.quality import Thresholds
from isogloss.translation.export import frame_of
from isogloss.translation.memory import Entry, add, load_all
from isogloss.translation.quality.back import from_memory
from isogloss.translation.quality.flags import values
from isogloss.translation.quality.frames import Quality
from isogloss.translation.quality.measure import Options, measure

pytestmark = pytest.mark.mirror

CODES = {"de": "deu", "fr": "fra", "es": "spa", "it": "ita"}
XQUAD = ("de", "es", "vi", "zh", "hi", "ar", "el", "ro", "ru", "th", "tr")
OPTIONS = Options(detect=None)
PAGE = "<html><head><title>503</title></head><body>Service unavailable</body></html>"
SPOILED = {"english": 0.10, "short": 0.05, "page": 0.02}


def mirror() -> Path:
    return Path(os.environ["ISOGLOSS_MIRROR"])


def lines(language: str) -> list[str]:
    path = mirror() / f"flores/devtest/{language}.devtest"
    return path.read_text(encoding="utf-8").splitlines()


def flores(target: str) -> list[Entry]:
    pairs = dict(zip(lines("eng"), lines(CODES[target]), strict=True))
    made = [
        Entry("people", "en", target, text, translation, "translated", "FLORES-101")
        for text, translation in pairs.items()
    ]
    assert len(made) == 1012
    return made


def spoiled(target: str) -> tuple[list[Entry], dict[str, set[str]]]:
    """Return FLORES with a part left in English, a part cut short, and pages for a part."""
    entries = flores(target)
    draw = random.Random(target)
    order = draw.sample(range(len(entries)), len(entries))
    kinds: dict[str, set[str]] = {}
    made = {entry.text: entry.translation or "" for entry in entries}
    start = 0
    for kind, share in SPOILED.items():
        chosen = order[start : start + round(share * len(entries))]
        start += len(chosen)
        kinds[kind] = {entries[place].text for place in chosen}
        for place in chosen:
            text = entries[place].text
            translation = made[text]
            # Not at a word's end: as where a connection broke.
            shortened = translation[: int(len(translation) * draw.uniform(0.15, 0.45))]
            made[text] = {"english": text, "short": shortened, "page": PAGE}[kind]
    bad = [
        Entry("people", "en", target, text, translation, "translated", "FLORES-101")
        for text, translation in made.items()
    ]
    return bad, kinds


def texts(quality: Quality, finding: str) -> set[str]:
    return set(quality.found.filter(finding=finding)["text"])


def table(quality: Quality) -> dict[str, dict]:
    rows = values(quality, Thresholds().model_dump()).rows(named=True)
    return {row["measure"]: row for row in rows}


@pytest.mark.parametrize("target", CODES)
class TestFlores:
    def test_people_translate_well(self, target, tmp_path):
        entries = flores(target)
        ways_back = [
            Entry("people", target, "en", e.translation or "", e.text, "translated", "FLORES-101")
            for e in entries
        ]
        add(tmp_path, [*entries, *ways_back])
        units = frame_of(e for e in load_all(tmp_path) if e.target == target)
        assert len(units) == 1012
        quality = measure(units, OPTIONS, from_memory(units, tmp_path, 200, 42))
        row = table(quality)
        assert not any(x["flagged"] for x in row.values())
        assert row["in_target"]["value"] >= 99.0
        assert row["in_target"]["n"] == 1012
        assert 1.1 < row["ratio"]["value"] < 1.25
        assert row["lengths"]["count"] == 0
        assert (row["chrf"]["value"], row["chrf"]["n"]) == (pytest.approx(100.0), 200)
        # Some of the German sentences do end in ".x".
        assert row["unfinished"]["count"] <= (13 if target == "de" else 1)

    def test_a_spoiled_copy_is_flagged_and_its_faults_counted(self, target):
        entries, kinds = spoiled(target)
        assert {kind: len(x) for kind, x in kinds.items()} == {
            "english": 101,
            "short": 51,
            "page": 20,
        }
        quality = measure(frame_of(entries), OPTIONS)
        row = table(quality)
        flagged = {name for name, x in row.items() if x["flagged"]}
        assert flagged == {
            *("in_target", "source_language", "identical", "markup", "same_answer"),
            *("lengths", "unfinished"),
        }
        # Told from the text alone: exact.
        assert texts(quality, "identical") == kinds["english"]
        assert texts(quality, "markup") == kinds["page"]
        assert kinds["page"] <= texts(quality, "same_answer")
        # Told by statistics: nearly all, and next to nothing else. Pages are English, too.
        english = texts(quality, "source_language")
        assert len(kinds["english"] & english) >= 0.99 * len(kinds["english"])
        assert len(english - kinds["english"] - kinds["page"]) <= 5
        short = (
            texts(quality, "short") & kinds["short"] | texts(quality, "unfinished") & kinds["short"]
        )
        assert len(short) >= 0.95 * len(kinds["short"])
        by_length = texts(quality, "short") & kinds["short"]
        assert len(by_length) >= 0.9 * len(kinds["short"])
        lost = sum(len(x) for x in kinds.values())
        assert len(set(quality.found["text"])) == pytest.approx(lost, abs=0.02 * len(entries))
        assert row["in_target"]["count"] == pytest.approx(1012 - 121, abs=10)


def xquad(language: str) -> list[str]:
    data = json.loads((mirror() / f"xquad/xquad.{language}.json").read_text(encoding="utf-8"))
    found = []
    for article in data["data"]:
        for paragraph in article["paragraphs"]:
            found.append(paragraph["context"].strip())
            for question in paragraph["qas"]:
                found += [question["question"].strip(), question["answers"][0]["text"].strip()]
    return found


@pytest.mark.parametrize("target", XQUAD)
def test_no_translation_by_people_is_flagged(target):
    """Contexts, questions and answers, short ones and names among them, in eleven languages."""
    pairs = dict(zip(xquad("en"), xquad(target), strict=True))
    entries = [
        Entry("people", "en", target, text, None, "unchanged", "1")
        if text.split() == made.split()
        else Entry("people", "en", target, text, made, "translated", "1")
        for text, made in pairs.items()
    ]
    quality = measure(frame_of(entries), OPTIONS)
    assert quality.measured["translated"][0] > 2000
    flagged = values(quality, Thresholds().model_dump()).filter("flagged")
    assert flagged.is_empty(), flagged


@pytest.mark.parametrize("target", CODES)
def test_systems_that_the_paper_compares(target):
    """Published translations by Google and by language models, 50 to 100 sentences each."""
    folder = mirror() / "flores/paper_outputs"
    sources = (mirror() / "flores/paper_subset/en.devtest").read_text(encoding="utf-8").splitlines()
    systems = sorted(path.name for path in folder.iterdir() if path.is_dir())
    assert "google-translate" in systems
    entries = []
    for system in systems:
        made = (folder / system / f"test-en-{target}").read_text(encoding="utf-8").splitlines()
        for text, translation in dict(zip(sources, made, strict=False)).items():
            entries.append(Entry(system, "en", target, text, translation, "translated", "1"))
    quality = measure(frame_of(entries), OPTIONS)
    google = values(quality, Thresholds().model_dump()).filter(provider="google-translate")
    assert google.filter("flagged").is_empty()
    assert google.filter(pl.col("measure") == "in_target")["value"][0] == 100.0
