"""The tables of the embedding analysis: sampled texts, points, and what compares them."""

import polars as pl

from isogloss.frames import Column, Frame

TEXTS = Frame(
    name="texts to embed",
    columns={
        "number": Column(pl.UInt32(), "place in the sample, from 0"),
        "document": Column(pl.UInt32(), "number of the document in its corpus, from 0"),
        "text": Column(pl.String(), "the document, without outer white space"),
    },
    key=("number",),
)

POINTS = Frame(
    name="embeddings of disturbed texts",
    columns={
        "model": Column(pl.String(), "key of the model table"),
        "kind": Column(
            pl.String(), "mixed (words in other languages), replaced or hidden (tokens)"
        ),
        "p": Column(pl.Float64(), "probability that a word or token is disturbed"),
        "number": Column(pl.UInt32(), "text of the sample"),
        "cosine": Column(pl.Float64(), "cosine similarity with the original's embedding, -1 to 1"),
        "x": Column(pl.Float64(), "2-D projection, no unit"),
        "y": Column(pl.Float64(), "2-D projection, no unit"),
        "original_x": Column(pl.Float64(), "2-D projection of the original, in the same picture"),
        "original_y": Column(pl.Float64(), "2-D projection of the original, in the same picture"),
        "missing": Column(pl.UInt32(), "drawn words without a translation, left in English"),
    },
    key=("model", "kind", "p", "number"),
)

SIMILARITY = Frame(
    name="similarities compared",
    columns={
        "model": Column(pl.String(), "key of the model table"),
        "p": Column(pl.Float64(), "probability that a word or token is disturbed"),
        "baseline": Column(pl.String(), "replaced or hidden"),
        "n": Column(pl.UInt32(), "texts of each sample"),
        "mixed": Column(pl.Float64(), "mean cosine with the original, words mixed"),
        "disturbed": Column(pl.Float64(), "mean cosine with the original, baseline"),
        "nearer": Column(
            pl.Float64(), "share of pairs in which the mixed text is nearer; 0.5: no difference"
        ),
        "p_value": Column(pl.Float64(), "two-sided Mann-Whitney test"),
        "p_corrected": Column(pl.Float64(), "by Holm's method, over the whole table"),
        "missing": Column(pl.UInt32(), "drawn words without a translation, over all texts"),
    },
    key=("model", "p", "baseline"),
)
