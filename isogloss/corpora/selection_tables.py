"""The tables of the selection, apart from the search, for reports that only read them."""

import polars as pl

from isogloss.frames import Column, Frame

SELECTED = Frame(
    name="selected documents",
    columns={
        "document": Column(pl.UInt32(), "number among the non-blank lines of the corpus, from 0"),
        "rank": Column(pl.UInt32(), "rank by BM25, from 1; empty if by keyword alone", True),
        "score": Column(pl.Float64(), "BM25 Okapi score for the query, no unit"),
        "keywords": Column(pl.List(pl.String()), "keywords in the text, each once"),
        "text": Column(pl.String(), "the document, with the white space of its line"),
    },
    key=("document",),
)

RETRIEVED = Frame(
    name="keyword documents retrieved",
    columns={
        "k": Column(pl.UInt32(), "documents taken, best by BM25 first"),
        "retrieved": Column(pl.UInt32(), "documents among them with a keyword"),
        "keyword_documents": Column(pl.UInt32(), "documents with a keyword in the whole corpus"),
        "documents": Column(pl.UInt32(), "documents in the whole corpus"),
    },
    key=("k",),
)

OVERLAP = Frame(
    name="overlap with a published selection",
    columns={
        "shift": Column(pl.Int8(), "added to each published number before comparing"),
        "both": Column(pl.UInt32(), "documents in both selections"),
        "top_published": Column(pl.UInt32(), "of our documents with a rank, those published"),
        "further_published": Column(pl.UInt32(), "of our other documents, those published"),
        "selected": Column(pl.UInt32(), "documents in our selection"),
        "published": Column(pl.UInt32(), "documents in the published selection"),
    },
    key=("shift",),
)


def top_documents(selected: pl.DataFrame, count: int) -> pl.DataFrame:
    """Return the `count` best documents of SELECTED, best first: table 6 of paper B."""
    return selected.filter(pl.col("rank") <= count).sort("rank")
