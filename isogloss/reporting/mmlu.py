"""What the parts of MMLU hold, as it is printed."""

from typing import Any

import polars as pl

from isogloss.corpora.mmlu_statistics import STATISTICS
from isogloss.languages import NAMES
from isogloss.reporting.caption import Caption
from isogloss.reporting.tables.display import Document, Entry, Grid, Group
from isogloss.reporting.tables.numbers import DASH, count, number

_SPLITS = {"test": "Test questions", "dev": "Demonstrations (dev)", "val": "Validation questions"}


def csv(statistics: pl.DataFrame) -> str:
    """Return STATISTICS, one row per part."""
    return statistics.select(pl.lit("mmlu").alias("table"), pl.all()).write_csv(float_precision=6)


def document(statistics: pl.DataFrame, caption: Caption) -> Document:
    """Return STATISTICS as it is printed: a group for each split, a row for each part."""
    rows = STATISTICS.check(statistics)
    groups = [
        Group(_SPLITS[str(split)], [_row(row) for row in part.rows(named=True)])
        for (split,), part in rows.group_by("split", maintain_order=True)
    ]
    notes = [
        "Left out: questions of the English part that have no row here, for want of a usable "
        "translation.",
        "Texts: questions and options with letters that are in another language than English. "
        "Unchanged: those that are the same as in English (names and formulas, or texts that were "
        "not translated).",
        f"{DASH}: which texts are translated cannot be told of a published part whose languages "
        "were drawn.",
    ]
    heads = ["Variant", "Language", "Origin", "Rows", "Left out", "Texts", "Unchanged", "%"]
    grid = Grid("mmlu", caption.title, heads, groups, notes, left=3)
    return Document("mmlu", caption.title, caption.text, [grid])


def _row(row: dict[str, Any]) -> list[Entry]:
    numbers = [row["rows"], row["left_out"], row["texts"], row["unchanged"]]
    return [
        Entry(row["variant"]),
        Entry(NAMES.get(row["language"], row["language"])),
        Entry(row["origin"]),
        *(Entry(DASH if value is None else count(value)) for value in numbers),
        Entry(number(row["unchanged_share"], 1)),
    ]
