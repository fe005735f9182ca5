"""Chunks of a few words of the lab's sentences, and the same few words in another language."""

import re
from pathlib import Path

import polars as pl
import pytest

from isogloss.config.lab import Lab
from isogloss.corpora.mix_file import mix_file, needed_units
from isogloss.corpora.mixing import mix_of
from isogloss.corpora.units import split
from isogloss.lab import corpus
from isogloss.lab.chunks import _pairs, chunk_translations
from isogloss.lab.corpus import LabRecipe
from isogloss.lab.words import Statement
from isogloss.translation.lookup import TableLookup

ROOT = Path(__file__).parents[2]
OTHERS = ("fr", "de", "es", "it")


@pytest.fixture(scope="module")
def lab():
    recipe = LabRecipe(**(Lab().world() | {"rounds": 3}))
    return corpus.make_lab(recipe, ROOT / "resources/lab", ROOT / "resources/quiz")


@pytest.fixture(scope="module")
def statements(lab):
    return list(dict.fromkeys(s for name in corpus.CORPORA for s in lab.statements(name)))


def words_of(text):
    return re.findall(r"\w+", text)


def chunks(lab, statement, language, size):
    return list(_pairs(statement, lab.words["en"], lab.words[language], size))


@pytest.mark.parametrize("size", [1, 2, 4, 8])
@pytest.mark.parametrize("language", OTHERS)
def test_the_chunks_of_a_sentence_are_the_sentence_of_that_language(
    lab, statements, language, size
):
    """Where a cut leaves a chunk without a word of its own, as may be with one or two words, none
    is lost either: it takes the word before it.
    """
    for statement in statements:
        pairs = chunks(lab, statement, language, size)
        told = words_of(lab.words[language].statement(statement))
        joined = [word for _, part in pairs for word in words_of(part)]
        assert joined == told if size >= 4 else set(joined) == set(told)
        assert [word for part, _ in pairs for word in words_of(part)] == words_of(
            lab.words["en"].statement(statement)
        )


def test_names_stay_whole_and_cuts_between_parts_are_the_same(lab):
    statement = Statement("Ron Weasley", "hair", "red", 1)
    assert lab.words["en"].statement(statement) == "Ron Weasley has red hair"
    assert chunks(lab, statement, "de", 2) == [
        ("Ron Weasley", "Ron Weasley"),
        ("has red", "hat die Haarfarbe"),
        ("hair", "rot"),
    ]


def test_apostrophes_stay_with_the_article(lab):
    statement = Statement("Ron", "instrument", "harp", 0)
    told = "".join(part for _, part in chunks(lab, statement, "it", 5))
    assert "l'" in told
    assert not re.search(r"\bl\b(?!')", told)


def test_a_chunk_of_eight_words_reads_the_same_in_all_sentences_but_for_one_word(lab, statements):
    for language in OTHERS:
        found = {}
        for statement in statements:
            for chunk, part in chunks(lab, statement, language, 8):
                found.setdefault(chunk, set()).add(part)
        assert [chunk for chunk, parts in found.items() if len(parts) > 1] == ["spell"]
        first = chunk_translations(statements, lab.words, language, 8)
        assert first.keys() == found.keys()
        assert all(first[chunk] in found[chunk] for chunk in found)


@pytest.mark.parametrize("size", [3, 8])
def test_the_mix_by_words_lacks_no_translation(lab, tmp_path, size):
    corpus.write_corpora(lab, size, tmp_path)
    languages = ["en", *OTHERS]
    mix = mix_of({"granularity": "words", "languages": languages, "seed": 42, "words": size})
    table = pl.read_parquet(tmp_path / "translations.parquet")
    for language, units in needed_units(tmp_path / "taught.txt", mix).items():
        assert set(units) <= set(table.filter(target=language)["text"])
    lookup = TableLookup(tmp_path / "translations.parquet", "accept")
    counts = mix_file(tmp_path / "taught.txt", tmp_path / "mixed.txt", mix, lookup.resolve)
    assert counts.dropped == counts.missing == 0
    assert set(counts.units) == set(languages)
    mixed = (tmp_path / "mixed.txt").read_text(encoding="utf-8").splitlines()
    assert len(mixed) == len((tmp_path / "taught.txt").read_text(encoding="utf-8").splitlines())
    assert any("has" in words_of(line) and "est" in words_of(line) for line in mixed)


def test_a_sentence_of_eight_words_or_fewer_is_translated_as_a_sentence(lab, tmp_path):
    corpus.write_corpora(lab, 8, tmp_path)
    table = pl.read_parquet(tmp_path / "translations.parquet").filter(target="fr")
    found = dict(zip(table["text"], table["translation"], strict=True))
    assert len(found) == len(table)
    statement = next(s for s in lab.statements("taught") if s.attribute == "city")
    sentence = lab.words["en"].statement(statement)
    assert [piece.text for piece in split(sentence, "words", 8)] == [sentence]
    assert found[sentence] == lab.words["fr"].statement(statement)
