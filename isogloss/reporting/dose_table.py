"""The table of dose-responses, for readers and for machines."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from isogloss.reporting.caption import Caption
from isogloss.reporting.tables.display import Document, Entry, Grid, Group
from isogloss.reporting.tables.numbers import count, interval, number

NOTES = [
    "Barrier: accuracy in English less the mean over the other languages, on the same questions, "
    "percentage points; the mean over seeds, and that of each seed.",
    "Intervals: bootstrap over questions and seeds, both drawn with replacement. Few seeds drawn "
    "from few vary less than seeds do: by a factor of 0.82 with three.",
    "n: questions; where seeds draw which facts are told in several languages, their mean.",
]
HEADS = ["Dose", "Questions", "n", "Seeds", "English", "Others", "Barrier", "Interval", "By seed"]
SEPARATOR = ";"


def csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the rows for machines; the barriers of seeds are one text, parted by semicolons."""
    joined = [
        {**row, "by_seed": SEPARATOR.join(f"{value:.6f}" for value in row["by_seed"])}
        for row in rows
    ]
    return pl.DataFrame(joined, infer_schema_length=None).write_csv(float_precision=6)


def read_csv(path: Path) -> list[dict[str, Any]]:
    """Return the rows that `csv` wrote."""
    table = pl.read_csv(path, schema_overrides={"by_seed": pl.String, "dose": pl.Float64})
    return [
        {**row, "by_seed": [float(value) for value in row["by_seed"].split(SEPARATOR)]}
        for row in table.iter_rows(named=True)
    ]


def document(
    rows: Sequence[Mapping[str, Any]], doses: Sequence[Mapping[str, Any]], caption: Caption
) -> Document:
    """Return the table as it is printed; doses: with name, title and axis of each experiment."""
    groups = [
        Group(
            f"{entry['title']}. Dose: {entry['axis']}",
            [_entries(row) for row in rows if row["experiment"] == entry["name"]],
        )
        for entry in doses
    ]
    grid = Grid("dose", caption.title, HEADS, groups, NOTES, left=2)
    return Document("dose", caption.title, caption.text, [grid])


def _entries(row: Mapping[str, Any]) -> list[Entry]:
    return [
        Entry(f"{row['dose']:g}"),
        Entry(row["questions"]),
        Entry(count(row["n"])),
        Entry(count(row["seeds"])),
        *(Entry(number(row[name], 1)) for name in ("english", "others", "barrier")),
        Entry(interval(row["barrier_low"], row["barrier_high"])),
        Entry(", ".join(number(value, 1) for value in row["by_seed"])),
    ]
