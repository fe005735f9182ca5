"""A few mixed documents as segments with their languages, to look at."""

from collections.abc import Iterable, Mapping

import polars as pl

from isogloss.corpora.mixing import Mix, mix_documents
from isogloss.corpora.units import Translations
from isogloss.frames import Column, Frame

SAMPLES = Frame(
    name="samples of mixed documents",
    columns={
        "corpus": Column(pl.String(), "corpus that the document is of"),
        "mix": Column(pl.String(), "what was given a language: document, sentence, words"),
        "document": Column(pl.UInt32(), "number of the document in its corpus, from 0"),
        "place": Column(pl.UInt32(), "place of the segment in the document, from 0"),
        "text": Column(pl.String(), "text of the segment, as in the mixed corpus"),
        "language": Column(pl.String(), "its language; empty for what has none", nullable=True),
    },
    key=("corpus", "mix", "document", "place"),
)

# Words of a document that is shown: several sentences, but no more than one reads at a glance.
FEWEST, MOST = 15, 80


def sample(
    documents: Iterable[str],
    corpus: str,
    mixes: Mapping[str, tuple[Mix, Translations]],
    count: int = 3,
) -> pl.DataFrame:
    """Return SAMPLES: the first `count` documents of FEWEST to MOST words, in every mix.

    `mixes` maps each granularity to how the corpus was mixed and what it was translated with;
    `documents` are the lines that were mixed, with their numbers counted from 0, so that each
    sample is a document of the mixed corpus. Documents that a mix lacks a translation for are
    passed over. There are fewer samples where the corpus has fewer such documents.
    """
    rows: dict[str, list[tuple[str, str, int, int, str, str | None]]] = {name: [] for name in mixes}
    found = 0
    for number, text in enumerate(documents):
        if found == count:
            break
        if not FEWEST <= len(text.split()) <= MOST:
            continue
        made = {
            name: list(mix_documents([text], mix, translations, "drop", first=number))
            for name, (mix, translations) in mixes.items()
        }
        if not all(made.values()):
            continue
        found += 1
        for name, (segments,) in made.items():
            rows[name] += [
                (corpus, name, number, place, *segment) for place, segment in enumerate(segments)
            ]
    schema = {name: column.dtype for name, column in SAMPLES.columns.items()}
    flat = [row for part in rows.values() for row in part]
    return SAMPLES.check(pl.DataFrame(flat, schema=schema, orient="row"))
