"""The demo corpora and their glossary are what their READMEs say."""

import re
from pathlib import Path

import pytest

from isogloss.corpora.keywords import Keywords, read_keywords
from isogloss.corpora.units import split
from isogloss.translation.providers.glossary import GlossaryProvider
from isogloss.translation.providers.protocol import Failure

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "resources/demo/corpora"
FILES = {"general.txt": 60, "search.txt": 122, "query.txt": 9}
HEAD = ["en", "fr", "de", "es", "it"]
# Every Harry Potter paragraph has one of these, and no other paragraph has.
WORLD = "Harry|Hogwarts|Hermione|Quidditch|Snape|Hagrid|Cedric|Weasley|dark lord|ministry|Expecto"


def lines(name: str) -> list[str]:
    return (FOLDER / name).read_text(encoding="utf-8").splitlines()


def glossary() -> list[list[str]]:
    text = (ROOT / "resources/demo/glossary.tsv").read_text(encoding="utf-8")
    return [line.split("\t") for line in text.removesuffix("\n").split("\n")]


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


@pytest.mark.parametrize("name", FILES)
def test_a_document_is_a_line_written_as_in_wikitext(name):
    text = (FOLDER / name).read_text(encoding="ascii")
    assert text.endswith(".\n")
    documents = lines(name)
    assert len(documents) == len(set(documents)) == FILES[name]
    for document in documents:
        assert re.fullmatch(r"(\w+|[,.:]|@-@)( (\w+|[,.:]|@-@))*", document), document
        assert not re.search(r"\d", document)


def test_the_searched_corpus_shows_the_mistakes_of_both_ways_to_select():
    lists = sorted((ROOT / "resources/keywords").glob("hp_*.txt"))
    keywords = Keywords(read_keywords(lists))
    inside = [line for line in lines("search.txt") if re.search(WORLD, line)]
    outside = [line for line in lines("search.txt") if line not in inside]
    assert len(inside) == 22
    assert len([line for line in inside if not keywords.find(line)]) == 7
    by_chance = [keywords.find(line) for line in outside if keywords.find(line)]
    assert sorted(name for names in by_chance for name in names) == [
        *("Apparition", "Blue sparks", "Firestorm", "Imperio", "Orbis", "Roger Davies")
    ]


def test_the_corpora_share_no_document():
    assert not set(lines("general.txt")) & set(lines("search.txt"))


def test_the_glossary_is_a_whole_table():
    head, *rows = glossary()
    assert head == HEAD
    for row in rows:
        assert len(row) == len(HEAD), row
        assert all(cell and cell == cell.strip() for cell in row), row
        assert re.fullmatch(r"[a-z]+( [a-z]+){0,2}", row[0]), row
    keys = [row[0] for row in rows]
    assert keys == sorted(set(keys))


def test_the_glossary_has_every_word_and_no_other():
    texts = [words(text) for name in ("general.txt", "search.txt") for text in lines(name)]
    keys = {row[0] for row in glossary()[1:]}
    assert {word for text in texts for word in text} - keys == set()
    phrases = {
        " ".join(text[start : start + length])
        for text in texts
        for length in (1, 2, 3)
        for start in range(len(text))
    }
    assert keys - phrases == set()


@pytest.mark.parametrize("language", HEAD[1:])
@pytest.mark.parametrize("granularity", ["document", "sentence", "words"])
def test_the_provider_translates_every_unit_of_the_demo(granularity, language):
    provider = GlossaryProvider(ROOT / "resources/demo/glossary.tsv")
    texts = [line for name in ("general.txt", "search.txt") for line in lines(name)]
    units = [piece.text for text in texts for piece in split(text, granularity) if piece.unit]
    assert len(units) >= 182
    answers = provider.translate(units, "en", language)
    assert [answer for answer in answers if isinstance(answer, Failure)] == []
    # What comes back as it is are names ("Harry" between commas), and words that are alike.
    unchanged = {unit for unit, answer in zip(units, answers, strict=True) if unit == answer}
    assert all(len(unit.split()) == 1 for unit in unchanged), unchanged
