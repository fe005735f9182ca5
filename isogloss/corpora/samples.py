"""A few mixed documents as segments with their languages, to look at."""

from collections.abc import Iterable, Mapping

import polars as pl

from isogloss.corpora.documents import Document
from isogloss.corpora.mix_file import Resolve
from isogloss.corpora.mixing import Mix, MixCounts, Segment, Version, needs, plan, translated
from isogloss.frames import Column, Frame

SAMPLES = Frame(
    name="samples of mixed documents",
    columns={
        "corpus": Column(pl.String(), "corpus that the document is of"),
        "mix": Column(pl.String(), "what was given a language: document, sentence, words"),
        "document": Column(pl.UInt32(), "number of the document's line in its corpus, from 0"),
        "place": Column(pl.UInt32(), "place of the segment in the document, from 0"),
        "text": Column(pl.String(), "text of the segment, as in the mixed corpus"),
        "language": Column(pl.String(), "its language; empty for what has none", nullable=True),
    },
    key=("corpus", "mix", "document", "place"),
)

# Words of a document that is shown: several sentences, but no more than one reads at a glance.
FEWEST, MOST = 15, 80


def sample(
    documents: Iterable[Document],
    corpus: str,
    mixes: Mapping[str, tuple[Mix, Resolve]],
    count: int = 5,
) -> pl.DataFrame:
    """Return SAMPLES: up to `count` documents of FEWEST to MOST words, each in every mix.

    `documents` are all lines that were mixed, from the first, so that a sample is what the mixed
    corpus holds. `mixes` maps each granularity to how the corpus was mixed and what looks up its
    translations (see `mix_file`). The first documents are taken, but none twice of the same first
    language in the first mix before each language has come, and none that lacks a translation.
    """
    rows: dict[str, list[tuple[object, ...]]] = {name: [] for name in mixes}
    shown: set[str | None] = set()
    found = 0
    for number, document in enumerate(documents):
        if found == count:
            break
        if not FEWEST <= sum(len(text.split()) for text in document.texts) <= MOST:
            continue
        made = {name: _mixed(document, number, *how) for name, how in mixes.items()}
        first = next((s.language for s in next(iter(made.values())) if s.language), None)
        languages = next(iter(mixes.values()))[0].drawn
        if not all(made.values()) or (first in shown and len(shown) < len(languages)):
            continue
        shown.add(first)
        found += 1
        for name, segments in made.items():
            rows[name] += [(corpus, name, number, i, *s) for i, s in enumerate(segments)]
    schema = {name: column.dtype for name, column in SAMPLES.columns.items()}
    flat = [row for part in rows.values() for row in part]
    return SAMPLES.check(pl.DataFrame(flat, schema=schema, orient="row"))


def _mixed(document: Document, number: int, mix: Mix, resolve: Resolve) -> list[Segment]:
    """Return the document mixed, its texts one after the other; nothing if a translation lacks."""
    versions = list(plan(document.texts, number, mix))
    pairs = dict.fromkeys(needs(versions))
    done = translated(versions, number, mix, resolve(pairs.keys()), "drop", MixCounts())
    return _joined(done[0]) if done else []


def _joined(version: Version) -> list[Segment]:
    segments = version[0].copy()
    for text in version[1:]:
        segments += [Segment(" ", None), *text]
    return segments
