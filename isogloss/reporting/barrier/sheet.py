"""A table of study barrier: rows of models, columns of ways of asking, and what is printed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import polars as pl

from isogloss.reporting.barrier.models import BarrierModel
from isogloss.reporting.barrier.results import Estimate, Results
from isogloss.reporting.barrier.ways import Way


@dataclass(frozen=True)
class Column:
    """Values of one way; of the study's own languages, or of those held out."""

    head: str
    way: Way
    where: Literal["own", "held-out"] = "own"
    metric: str = "accuracy"

    def of(self, results: Results, model: BarrierModel, way: Way | None = None) -> Estimate | None:
        """Return a model's value; `way`: asked in this way instead."""
        measure = results.held_out if self.where == "held-out" else results.get
        return measure(model, way or self.way, self.metric)


@dataclass(frozen=True)
class Row:
    """A line: a model, or a model less another one; `way` changes the columns' way for it."""

    label: str
    model: BarrierModel
    minus: BarrierModel | None = None
    way: Callable[[Way], Way] = field(default=lambda way: way)


@dataclass(frozen=True)
class Shown:
    """A cell: its value, and the corrected p-values of its tests, one per language."""

    estimate: Estimate
    way: Way  # with the scoring that was used
    p: Sequence[float] = ()


@dataclass(frozen=True)
class Sheet:
    """A table before it is printed. Columns without a value are left out by `make`."""

    name: str
    columns: Sequence[Column]
    groups: Sequence[tuple[str, Sequence[Row]]]
    cells: dict[tuple[Row, Column], Shown]
    differences: bool
    alpha: float
    notes: Sequence[str]
    empty: str  # what to say if there is no value

    def get(self, row: Row, column: Column) -> Shown | None:
        """Return a cell, or None where the run has none."""
        return self.cells.get((row, column))


def make(
    name: str,
    columns: Sequence[Column],
    groups: Sequence[tuple[str, Sequence[Row]]],
    cell: Callable[[Row, Column], Shown | None],
    *,
    empty: str,
    alpha: float,
    differences: bool = False,
    notes: Sequence[str] = (),
) -> Sheet:
    """Return the table without rows and columns that have no value but the controls'."""
    cells = {
        (row, column): shown
        for _, rows in groups
        for row in rows
        for column in columns
        if (shown := cell(row, column)) is not None
    }
    real = {key for key in cells if key[0].model.stage != "control"}
    kept = [column for column in columns if any(of is column for _, of in real)]
    filled = [
        (title, [row for row in rows if any((row, column) in cells for column in kept)])
        for title, rows in groups
    ]
    return Sheet(
        name,
        kept,
        [(title, rows) for title, rows in filled if rows] if kept else [],
        cells,
        differences,
        alpha,
        notes,
        empty,
    )


def csv(sheet: Sheet) -> str:
    """Return one row per value, in the order in which the table prints them."""
    schema: dict[str, type[pl.DataType]] = {
        **dict.fromkeys(["table", "group", "label", "model", "minus_model"], pl.String),
        **dict.fromkeys(["task", "variant", "languages"], pl.String),
        "shots": pl.UInt8,
        **dict.fromkeys(["demonstrations", "style", "scoring", "metric"], pl.String),
        **dict.fromkeys(["value", "low", "high"], pl.Float64),
        **dict.fromkeys(["n", "excluded", "tests", "significant"], pl.UInt32),
        **dict.fromkeys(["smallest_p", "largest_p"], pl.Float64),
    }
    rows = []
    for title, lines in sheet.groups:
        for row in lines:
            for column in sheet.columns:
                shown = sheet.get(row, column)
                if shown is None:
                    continue
                of, way, p = shown.estimate, shown.way, shown.p
                rows.append(
                    (
                        *(sheet.name, title, row.label, row.model.key),
                        row.minus.key if row.minus else None,
                        *(way.task, way.variant, " ".join(of.languages), way.shots),
                        *(way.demonstrations, way.style, way.scoring, column.metric),
                        *(of.value, of.low, of.high, of.n, of.excluded),
                        *(len(p), sum(one < sheet.alpha for one in p)),
                        *((min(p), max(p)) if p else (None, None)),
                    )
                )
    return pl.DataFrame(rows, schema=schema, orient="row").write_csv(float_precision=6)
