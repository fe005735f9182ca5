"""The texts whose embeddings are compared: documents of a corpus, drawn by seed."""

import heapq
from collections.abc import Iterable

import polars as pl

from isogloss.corpora.draw import draw
from isogloss.errors import IsoglossError
from isogloss.representations.tables import TEXTS


def sample_texts(
    documents: Iterable[str], texts: int, fewest: int, most: int, seed: int
) -> pl.DataFrame:
    """Return TEXTS: documents of `fewest` to `most` words, drawn without replacement.

    A document's draw depends on the seed and its number alone. One pass; only the drawn are held.
    Raises IsoglossError where fewer documents fit.
    """
    fitting = (
        (draw(seed, "sample", number), number, document.strip())
        for number, document in enumerate(documents)
        if fewest <= len(document.split()) <= most
    )
    drawn = heapq.nsmallest(texts, fitting)
    if len(drawn) < texts:
        raise IsoglossError(
            f"barrier.embeddings.texts: {texts} documents of {fewest} to {most} words are asked "
            f"for, and the corpus has {len(drawn)}; ask for fewer, or allow other lengths in "
            "barrier.embeddings.words"
        )
    rows = [(place, number, text) for place, (_, number, text) in enumerate(drawn)]
    schema = {name: column.dtype for name, column in TEXTS.columns.items()}
    return TEXTS.check(pl.DataFrame(rows, schema=schema, orient="row"))
