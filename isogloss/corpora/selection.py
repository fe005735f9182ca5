"""The Harry Potter documents of WikiText-103: the best by BM25, and all others with a keyword.

Paper B, appendix D.3: the 2000 documents that score best for the wiki passages as one query, and
every further document that holds the name of a character or a spell.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from isogloss.corpora.bm25 import OKAPI, Okapi, Ranking, rank
from isogloss.corpora.keywords import Keywords
from isogloss.corpora.selection_tables import OVERLAP, RETRIEVED, SELECTED
from isogloss.errors import IsoglossError


def wikitext_documents(path: Path) -> Iterator[str]:
    """Yield the documents of a WikiText file: its non-blank lines, without the line end.

    The published line numbers count these: WikiText-103's train split has 1 165 029 non-blank
    lines of 1 801 350, and the numbers lie between 30 and 1 165 013.
    Raises IsoglossError where the file cannot be read.
    """
    try:
        # newline="\n": other characters that end a line in Python do occur inside paragraphs.
        with path.open(encoding="utf-8", newline="\n") as lines:
            for line in lines:
                if line.strip():
                    yield line.rstrip("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise IsoglossError(f"{path}: the corpus cannot be read as UTF-8 text: {error}") from error


def read_query(path: Path) -> str:
    """Return the text of all wiki passages; raise IsoglossError where it has no word."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise IsoglossError(f"{path}: the query cannot be read as UTF-8 text: {error}") from error
    if not text.split():
        raise IsoglossError(f"{path}: the query has no word; give the text of the wiki passages")
    return text


@dataclass(frozen=True)
class Search:
    """A corpus searched both ways; `found` maps the documents with keywords to their keywords."""

    ranking: Ranking
    found: Mapping[int, list[str]]

    @property
    def documents(self) -> int:
        """Return how many documents the corpus has."""
        return len(self.ranking.scores)


def search(
    documents: Iterable[str], query: str, keywords: Keywords, okapi: Okapi = OKAPI
) -> Search:
    """Rank the documents for the query and look for keywords, in one pass over the stream."""
    found: dict[int, list[str]] = {}

    def watched() -> Iterator[str]:
        for number, text in enumerate(documents):
            if names := keywords.find(text):
                found[number] = names
            yield text

    return Search(rank(watched(), query, okapi), found)


def select(result: Search, documents: Iterable[str], k: int) -> pl.DataFrame:
    """Return SELECTED: the k best documents, best first, then the others that have a keyword.

    `documents` is the stream that was searched, from its start; the texts are taken from it.
    """
    top, scores = result.ranking.top(k)
    ranks = {int(number): place for place, number in enumerate(top, 1)}
    order = [*ranks, *(number for number in sorted(result.found) if number not in ranks)]
    wanted = set(order)
    texts = {number: text for number, text in enumerate(documents) if number in wanted}
    if len(texts) != len(wanted):
        raise IsoglossError(
            f"selection: {len(wanted) - len(texts)} of {len(wanted)} selected documents are not "
            "in the corpus; search and selection must read the same file"
        )
    # rank_bm25's own score for the best; for the others it differs by rounding alone.
    exact = dict(zip(ranks, scores.tolist(), strict=True))
    rows = [
        (
            number,
            ranks.get(number),
            exact.get(number, float(result.ranking.scores[number])),
            list(result.found.get(number, [])),
            texts[number],
        )
        for number in order
    ]
    schema = {name: column.dtype for name, column in SELECTED.columns.items()}
    return SELECTED.check(pl.DataFrame(rows, schema=schema, orient="row"))


def write_documents(selected: pl.DataFrame, path: Path) -> None:
    """Write the texts of SELECTED, one a line, best first; whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".part")
    with temporary.open("w", encoding="utf-8", newline="\n") as lines:
        lines.writelines(f"{text}\n" for text in selected["text"])
    temporary.replace(path)


def keyword_documents_retrieved(result: Search, ks: Sequence[int]) -> pl.DataFrame:
    """Return RETRIEVED, the counts of paper B's figure 10, for each k in rising order.

    The time grows with the largest k (see `Ranking.top`).
    """
    ks = sorted(set(ks))
    top, _ = result.ranking.top(max(ks, default=0))
    hits = [int(number) in result.found for number in top]
    rows = [(k, sum(hits[:k]), len(result.found), result.documents) for k in ks]
    schema = {name: column.dtype for name, column in RETRIEVED.columns.items()}
    return RETRIEVED.check(pl.DataFrame(rows, schema=schema, orient="row"))


def read_published(path: Path) -> list[int]:
    """Return the document numbers of the authors' JSON file, in its order.

    The file is an object with the one key "HP-related-index" and a list of distinct numbers.
    Raises IsoglossError where it is not.
    """
    try:
        numbers = json.loads(path.read_text(encoding="utf-8"))["HP-related-index"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IsoglossError(
            f"{path}: not a JSON object with the key 'HP-related-index': {error!r}"
        ) from error
    if (
        not isinstance(numbers, list)
        or not all(type(number) is int and number >= 0 for number in numbers)
        or len(set(numbers)) != len(numbers)
    ):
        raise IsoglossError(
            f"{path}: 'HP-related-index' is not a list of distinct numbers from 0; take the "
            "file as published"
        )
    return numbers


def overlap(selected: pl.DataFrame, published: Sequence[int], documents: int) -> pl.DataFrame:
    """Return OVERLAP of SELECTED with published numbers, for shifts -1, 0 and 1.

    `documents` is the size of the corpus. Nothing says whether the authors counted from 0 or 1,
    or skipped blank lines exactly as we do; a much larger overlap at another shift than 0 would
    show it. Raises IsoglossError where a published number lies beyond the corpus.
    """
    if published and max(published) >= documents:
        raise IsoglossError(
            f"selection: the published document {max(published)} is not in this corpus of "
            f"{documents} documents; compare with the corpus that the numbers belong to"
        )
    top = set(selected.filter(pl.col("rank").is_not_null())["document"])
    further = set(selected["document"]) - top
    rows = []
    for shift in (-1, 0, 1):
        theirs = {number + shift for number in published}
        parts = len(top & theirs), len(further & theirs)
        rows.append((shift, sum(parts), *parts, len(selected), len(theirs)))
    schema = {name: column.dtype for name, column in OVERLAP.columns.items()}
    return OVERLAP.check(pl.DataFrame(rows, schema=schema, orient="row"))
