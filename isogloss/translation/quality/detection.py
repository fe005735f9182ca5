"""The language of translations as Lingua detects it, on a sample of each language's units."""

from collections import Counter

import polars as pl

from isogloss.languages import NAMES
from isogloss.metrics.language import detect, detectable
from isogloss.translation.quality.draw import sample
from isogloss.translation.quality.frames import BINS, DETECTED

COLUMNS = ("in_target", "in_source", "in_other", "in_none")


def why_not(source: str, target: str) -> str | None:
    """Return why the languages of a pair cannot be told apart, or None."""
    for language in (source, target):
        if language not in NAMES or not detectable(language):
            return f"not checked: Lingua does not know {NAMES.get(language, language)}"
    return None


def detected(
    units: pl.DataFrame, source: str, target: str, size: int | None, seed: int
) -> dict[str, str | None]:
    """Return the language of the translation of each sampled unit, by text; None for no language.

    units: with columns text and translation. size: of the sample, drawn by `seed`; None for all.
    Lingua chooses among all languages of the studies that it knows, so that what is found does
    not depend on which of them a run uses.
    """
    chosen = sample(units["text"], size, seed, "detect", source, target)
    rows = [row for row in units.select("text", "translation").iter_rows() if row[0] in chosen]
    languages = [code for code in NAMES if detectable(code)]
    found = detect([translation for _, translation in rows], languages)
    return dict(zip((text for text, _ in rows), found, strict=True))


def by_length(
    units: pl.DataFrame, found: dict[str, str | None], provider: str, source: str, target: str
) -> pl.DataFrame:
    """Return DETECTED of one pair: a row for each of BINS."""
    rows = []
    for shortest, longest in BINS:
        length = units["text"].str.len_chars()
        here = length >= shortest
        if longest is not None:
            here &= length <= longest
        texts = units.filter(here)["text"]
        kinds = Counter(kind(found[text], source, target) for text in texts if text in found)
        counts = [kinds[column] for column in COLUMNS]
        rows.append((provider, source, target, shortest, longest, len(texts), sum(counts), *counts))
    schema = {name: column.dtype for name, column in DETECTED.columns.items()}
    return DETECTED.check(pl.DataFrame(rows, schema=schema, orient="row"))


def kind(language: str | None, source: str, target: str) -> str:
    """Return which of COLUMNS a detected language counts in."""
    return {target: "in_target", source: "in_source", None: "in_none"}.get(language, "in_other")
