"""A table of study barrier: rows of models, columns of ways of asking, and what is printed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import polars as pl

from isogloss.reporting.barrier.models import BarrierModel
from isogloss.reporting.barrier.results import Estimate, Results
from isogloss.reporting.barrier.ways import SCORINGS, TASKS, Way
from isogloss.reporting.caption import Caption
from isogloss.reporting.tables.display import Document, Entry, Grid, Group
from isogloss.reporting.tables.numbers import DASH, count, interval, listing, number, signed


@dataclass(frozen=True)
class Column:
    """Values of one way; of the study's own languages, or of those that no mixed corpus has."""

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


def document(sheet: Sheet, caption: Caption, samples: int) -> Document:
    """Return the table as it is printed; samples: of the bootstrap."""
    if not sheet.groups:
        grid = Grid(sheet.name, caption.title, [], [], [sheet.empty])
        return Document(sheet.name, caption.title, caption.text, [grid])
    uneven = _uneven(sheet)
    groups = [
        Group(title, [_line(sheet, row, uneven) for row in rows]) for title, rows in sheet.groups
    ]
    notes = [*sheet.notes, *_notes(sheet, uneven, samples)]
    heads = ["Model", *(column.head for column in sheet.columns)]
    grid = Grid(sheet.name, caption.title, heads, groups, notes)
    return Document(sheet.name, caption.title, caption.text, [grid])


def _line(sheet: Sheet, row: Row, uneven: set[str]) -> list[Entry]:
    cells = [(sheet.get(row, column), column.way.task in uneven) for column in sheet.columns]
    return [Entry(row.label), *(_entry(sheet, *cell) for cell in cells)]


def _entry(sheet: Sheet, shown: Shown | None, counted: bool) -> Entry:
    if shown is None or shown.estimate.value is None:
        return Entry(DASH)
    of = shown.estimate
    text = signed(shown.estimate.value) if sheet.differences else number(of.value)
    small = [interval(of.low, of.high)]
    if shown.p:
        found = sum(p < sheet.alpha for p in shown.p)
        if len(shown.p) == 1:
            text += "*" if found else ""
        else:
            small.append(f"{found} of {len(shown.p)}")
    if counted:
        small.append(f"n {count(of.n)}")
    return Entry(text, tuple(small))


def _filled(sheet: Sheet) -> list[tuple[Row, Column, Shown]]:
    return [
        (row, column, shown)
        for _, rows in sheet.groups
        for row in rows
        for column in sheet.columns
        if (shown := sheet.get(row, column)) is not None
    ]


def _uneven(sheet: Sheet) -> set[str]:
    """Return the tasks whose values rest on different numbers of questions per language."""
    seen: dict[str, set[float]] = {}
    for _, column, shown in _filled(sheet):
        seen.setdefault(column.way.task, set()).add(shown.estimate.per_language)
    return {task for task, counts in seen.items() if len(counts) > 1}


def _notes(sheet: Sheet, uneven: set[str], samples: int) -> list[str]:
    filled = _filled(sheet)
    notes = [_interval_note(sheet, samples)]
    counts = {
        column.way.task: shown.estimate.per_language
        for _, column, shown in filled
        if column.way.task not in uneven
    }
    if counts:
        parts = [f"{count(round(n))} ({TASKS[task]})" for task, n in counts.items()]
        notes.append(f"n per language: {listing(parts)} questions, less those excluded.")
    if any(len(shown.p) == 1 for *_, shown in filled):
        notes.append(
            f"*: McNemar's exact test on the same questions gives p < {sheet.alpha:.2g}, corrected "
            "by Holm's method among the tests of its family."
        )
    if any(len(shown.p) > 1 for *_, shown in filled):
        notes.append(
            "k of n: languages in which that test, corrected likewise, gives "
            f"p < {sheet.alpha:.2g}; the difference is a mean over them."
        )
    notes += _language_notes(filled)
    notes += _scoring_notes(filled)
    left_out: dict[str, int] = {}
    for row, _, shown in filled:
        if shown.estimate.excluded:
            name = row.model.label
            left_out[name] = max(left_out.get(name, 0), shown.estimate.excluded)
    if left_out:
        names = [f"{name} up to {count(n)} a value" for name, n in left_out.items()]
        notes.append(
            "Questions excluded because their prompt is longer than the model's context: "
            f"{listing(names)}; the CSV file has each count."
        )
    cells = len(sheet.columns) * sum(len(rows) for _, rows in sheet.groups)
    if len(filled) < cells:
        notes.append(f"{DASH}: this run does not have the condition.")
    return notes


def _interval_note(sheet: Sheet, samples: int) -> str:
    what = "Percentage points" if sheet.differences else "Percent"
    return (
        f"{what}. In small print: {100 * (1 - sheet.alpha):g} % interval by bootstrap over "
        f"questions ({count(samples)} draws, the same questions in every cell of a task and draw)."
    )


def _language_notes(filled: Sequence[tuple[Row, Column, Shown]]) -> list[str]:
    """Say over which languages means are."""
    found: dict[tuple[str, ...], list[str]] = {}
    for _, column, shown in filled:
        if column.way.language is None:
            heads = found.setdefault(shown.estimate.languages, [])
            if column.head not in heads:
                heads.append(column.head)
    return [
        f"{listing(heads)}: {'mean over' if len(codes) > 1 else 'in'} {listing(list(codes))}."
        for codes, heads in found.items()
    ]


def _scoring_notes(filled: Sequence[tuple[Row, Column, Shown]]) -> list[str]:
    """Say how answers were read, where the columns do not."""
    found: dict[str, list[str]] = {}
    for row, column, shown in filled:
        if column.way.scoring is None and shown.way.scoring in SCORINGS:
            labels = found.setdefault(str(shown.way.scoring), [])
            if row.model.stage != "control" and row.model.label not in labels:
                labels.append(row.model.label)
    names = {scoring: labels for scoring, labels in found.items() if labels}
    if len(names) == 1:
        return [f"Answers are the {SCORINGS[next(iter(names))]}."]
    return [f"Answers of {listing(labels)}: {SCORINGS[name]}." for name, labels in names.items()]
