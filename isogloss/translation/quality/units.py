"""Translations as the quality report takes them, one language at a time."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from isogloss.errors import IsoglossError
from isogloss.translation.export import MEMORY
from isogloss.translation.tables import TRANSLATIONS


def of_each_language(paths: Sequence[Path]) -> Iterator[pl.DataFrame]:
    """Yield the rows of tables of TRANSLATIONS as MEMORY, language by language, in one order.

    A unit that several tables have (the mixes of a corpus) comes once, as in the first of them
    where it has an answer. One language is held at a time. Raises IsoglossError where a file is no
    such table.
    """
    targets = sorted({target for path in paths for target in _read(path, None)["target"]})
    for target in targets:
        parts = [TRANSLATIONS.check(_read(path, target), path) for path in paths]
        rows = pl.concat(parts).with_columns(pl.lit("en").alias("source"))
        first = rows.sort(pl.col("status") == "failed", maintain_order=True)
        unique = first.unique(["provider", "text"], keep="first", maintain_order=True)
        yield MEMORY.check(unique.sort("provider", "text"))


def _read(path: Path, target: str | None) -> pl.DataFrame:
    """Return the rows of one language, or, for None, the languages that there are."""
    try:
        rows = pl.scan_parquet(path)
        if target is None:
            return rows.select(pl.col("target").unique()).collect()
        return rows.filter(pl.col("target") == target).collect()
    except (OSError, pl.exceptions.PolarsError) as error:
        raise IsoglossError(
            f"{path}: cannot be read as a table of {TRANSLATIONS.name}: {error}"
        ) from error
