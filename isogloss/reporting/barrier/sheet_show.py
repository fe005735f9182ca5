"""Print a table of study barrier: entries with intervals and marks, and the notes below."""

from collections.abc import Sequence

from isogloss.reporting.barrier.sheet import Column, Row, Sheet, Shown
from isogloss.reporting.barrier.ways import SCORINGS, TASKS
from isogloss.reporting.caption import Caption
from isogloss.reporting.tables.display import Document, Entry, Grid, Group
from isogloss.reporting.tables.numbers import DASH, count, interval, listing, number, signed


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
