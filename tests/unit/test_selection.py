"""The selection by hand, on a corpus small enough to read."""

import json
import os
from pathlib import Path

import pytest

from isogloss.corpora.bm25 import Okapi, rank
from isogloss.corpora.keywords import Keywords, read_keywords
from isogloss.corpora.selection import (
    Search,
    keyword_documents_retrieved,
    overlap,
    read_published,
    read_query,
    search,
    select,
    wikitext_documents,
    write_documents,
)
from isogloss.corpora.selection_tables import RETRIEVED, SELECTED, top_documents
from isogloss.errors import IsoglossError

LINES = """
 = Wizards =

 a wizard school with a castle
 Harry Potter went to a school
 the weather was mild in June
\u00a0
 wizard wizard school school castle\x0cowl
 Accio is a word , said Harry Potter and Harry Potter
 Duros is no keyword\u2028at all
 the\rowl
"""
KEYWORDS = Keywords(["Harry Potter", "Accio", "Duro"])


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "wiki.train.tokens"
    path.write_text(LINES, encoding="utf-8")
    return path


def found(corpus: Path) -> Search:
    return search(wikitext_documents(corpus), "wizard school castle owl", KEYWORDS)


def test_documents_are_the_non_blank_lines(corpus: Path) -> None:
    documents = list(wikitext_documents(corpus))
    assert documents == [line for line in LINES.split("\n") if line.strip()]
    assert len(documents) == 8
    assert documents[0] == " = Wizards = "[:-1]


def test_selection_is_the_best_and_the_others_with_a_keyword(corpus: Path) -> None:
    result = found(corpus)
    table = select(result, wikitext_documents(corpus), 2)
    documents = list(wikitext_documents(corpus))
    # 4 holds all words of the query, two of them twice; 1 three of them; 2 and 5 hold keywords.
    assert table["document"].to_list() == [4, 1, 2, 5]
    assert table["rank"].to_list() == [1, 2, None, None]
    assert table["keywords"].to_list() == [[], [], ["Harry Potter"], ["Accio", "Harry Potter"]]
    assert table["text"].to_list() == [documents[number] for number in (4, 1, 2, 5)]
    assert table["score"].to_list() == pytest.approx(list(result.ranking.scores[[4, 1, 2, 5]]))
    assert top_documents(table, 1)["document"].to_list() == [4]


def test_a_ranked_document_with_a_keyword_is_listed_once(corpus: Path) -> None:
    table = select(found(corpus), wikitext_documents(corpus), 8)
    assert sorted(table["document"].to_list()) == list(range(8))
    assert table["rank"].to_list() == list(range(1, 9))
    assert table.filter(table["document"] == 5)["keywords"].to_list() == [["Accio", "Harry Potter"]]


def test_selection_writes_the_same_bytes(corpus: Path, tmp_path: Path) -> None:
    paths = [tmp_path / "one.parquet", tmp_path / "two.parquet"]
    for path in paths:
        SELECTED.write(select(found(corpus), wikitext_documents(corpus), 3), path)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert SELECTED.read(paths[0])["document"].to_list()[:2] == [4, 1]


def test_documents_are_written_one_a_line(corpus: Path, tmp_path: Path) -> None:
    table = select(found(corpus), wikitext_documents(corpus), 2)
    write_documents(table, tmp_path / "new" / "documents.txt")
    # What ends a line elsewhere, here a form feed and a line separator, does not.
    assert list(wikitext_documents(tmp_path / "new" / "documents.txt")) == table["text"].to_list()
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["documents.txt"]


def test_scores_by_hand() -> None:
    # N = 3, mean length 2; "b" is in one document: idf = log(2.5) - log(1.5).
    ranking = rank(["a", "a b b", "a a"], "b b", Okapi(k1=1.0, b=0.5))
    # count * (k1 + 1) / (count + k1 * (0.5 + 0.5 * 3 / 2)), for two mentions in the query.
    expected = 2 * 0.5108256237659907 * 2 * 2 / (2 + 1.25)
    assert ranking.scores.tolist() == pytest.approx([0.0, expected, 0.0])
    assert ranking.top(9)[0].tolist() == [1, 0, 2]
    assert ranking.top(0)[0].tolist() == []


def test_keyword_documents_retrieved(corpus: Path) -> None:
    result = found(corpus)
    counts = keyword_documents_retrieved(result, [8, 2, 5, 2, 100])
    order = result.ranking.top(8)[0].tolist()
    assert counts["k"].to_list() == [2, 5, 8, 100]
    assert counts["retrieved"].to_list() == [0, len({2, 5} & set(order[:5])), 2, 2]
    assert counts["retrieved"].to_list()[1] == 1  # 2 has "school"; 5 has no word of the query
    assert counts["keyword_documents"].to_list() == [2, 2, 2, 2]
    assert counts["documents"].to_list() == [8, 8, 8, 8]
    assert keyword_documents_retrieved(result, []).equals(RETRIEVED.empty())


def test_overlap_counts_and_shows_a_shift(corpus: Path) -> None:
    table = select(found(corpus), wikitext_documents(corpus), 2)
    rows = overlap(table, [1, 2, 7], 8).to_dicts()
    sizes = {"selected": 4, "published": 3}
    assert rows == [
        {"shift": -1, "both": 1, "top_published": 1, "further_published": 0, **sizes},
        {"shift": 0, "both": 2, "top_published": 1, "further_published": 1, **sizes},
        {"shift": 1, "both": 1, "top_published": 0, "further_published": 1, **sizes},
    ]


def test_overlap_with_another_corpus_is_refused(corpus: Path) -> None:
    table = select(found(corpus), wikitext_documents(corpus), 2)
    with pytest.raises(IsoglossError, match="published document 8 is not in this corpus of 8"):
        overlap(table, [8], 8)


def test_search_and_selection_of_different_files_are_refused(corpus: Path) -> None:
    with pytest.raises(IsoglossError, match="4 of 4 selected documents are not in the corpus"):
        select(found(corpus), ["only one"][1:], 2)


@pytest.mark.parametrize("documents", [[], ["", " "]])
def test_nothing_to_rank(documents: list[str]) -> None:
    with pytest.raises(IsoglossError, match=f"none of the {len(documents)} documents has a word"):
        rank(documents, "word")


@pytest.mark.parametrize("query", ["", "absent words"])
def test_query_without_a_word_of_the_corpus(query: str) -> None:
    ranking = rank(["a b", "c"], query)
    assert ranking.scores.tolist() == [0.0, 0.0]
    assert ranking.top(2)[0].tolist() == [0, 1]


def test_corpus_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(IsoglossError, match=r"absent: the corpus cannot be read"):
        list(wikitext_documents(tmp_path / "absent"))
    path = tmp_path / "latin"
    path.write_bytes(b"Caf\xe9\n")
    with pytest.raises(IsoglossError, match=r"latin: the corpus cannot be read as UTF-8"):
        list(wikitext_documents(path))


def test_query_that_says_nothing(tmp_path: Path) -> None:
    path = tmp_path / "passages.txt"
    with pytest.raises(IsoglossError, match=r"passages\.txt: the query cannot be read"):
        read_query(path)
    path.write_text(" \n\n", encoding="utf-8")
    with pytest.raises(IsoglossError, match=r"passages\.txt: the query has no word"):
        read_query(path)
    path.write_text("one\ntwo\n", encoding="utf-8")
    assert read_query(path) == "one\ntwo\n"


@pytest.mark.parametrize(
    "content",
    ["no JSON", "[1, 2]", "{}", *(json.dumps({"HP-related-index": n}) for n in ([1, 1], [-1], 3))],
)
def test_published_file_that_is_something_else(content: str, tmp_path: Path) -> None:
    path = tmp_path / "published.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(IsoglossError, match=r"published\.json: .*HP-related-index"):
        read_published(path)


@pytest.mark.mirror
def test_published_numbers_fit_the_non_blank_lines_of_wikitext_103() -> None:
    mirror = os.environ.get("ISOGLOSS_MIRROR")
    assert mirror, "set ISOGLOSS_MIRROR to a folder with the data sets"
    numbers = read_published(Path(mirror) / "hp_quiz" / "HP_related_index_for_wikitext-103.json")
    assert len(numbers) == 4358
    assert (min(numbers), max(numbers)) == (30, 1_165_013)


@pytest.mark.mirror
def test_keywords_in_wikitext_2() -> None:
    mirror = os.environ.get("ISOGLOSS_MIRROR")
    assert mirror, "set ISOGLOSS_MIRROR to a folder with the data sets"
    lists = Path(__file__).parents[2] / "resources" / "keywords"
    keywords = Keywords(read_keywords(sorted(lists.glob("hp_*.txt"))))
    train = Path(mirror) / "wikitext-2" / "train.shuffled.txt"
    hits = [names for text in wikitext_documents(train) if (names := keywords.find(text))]
    # Paper B says that WikiText-2 has none; its train split does name the boy.
    assert hits == [["Harry Potter"]] * len(hits)
    assert hits
