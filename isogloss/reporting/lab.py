"""What the lab shows: accuracy in English and in other languages, and the barrier between."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from isogloss.barrier.aggregate import MEAN
from isogloss.barrier.cells import ALL
from isogloss.barrier.statistics import interval
from isogloss.errors import IsoglossError
from isogloss.reporting.barrier import ways
from isogloss.reporting.caption import Caption
from isogloss.reporting.tables.display import Document, Entry, Grid, Group
from isogloss.reporting.tables.numbers import count, number
from isogloss.reporting.tables.numbers import interval as shown_interval

TASKS = {task: ways.TASKS[task] for task in ("quiz", "lab-new", "lab-known")}
CHANCE = 25  # percent, of four options
BARRIER, REVERSED, NONE = "barrier", "English is weaker", "none shown"
NOTES = [
    "Others: mean accuracy over the other languages, percent. Barrier: accuracy in English less "
    "that mean, on the same questions, with its bootstrap interval.",
    "Verdict: barrier, if the whole interval lies above 0; English is weaker, if it lies below; "
    "else none is shown; nor is one where the interval of the English accuracy reaches chance.",
]
TOGETHER = (
    "Verdicts are by wider intervals than those shown, so that all of the table are right together "
    "as often as one interval is (Bonferroni's correction)."
)
PRIOR = "Chance is 25 %, but a model that has never met a name may still prefer frequent values."


def rows_of(
    cells: pl.DataFrame,
    replicates: pl.DataFrame,
    models: Sequence[str],
    level: float,
    tasks: Iterable[str] = TASKS,
    together: int = 1,
) -> list[dict[str, Any]]:
    """Return a row per task (of TASKS) and model: accuracies, barrier, interval, verdict.

    cells and replicates: CELLS and REPLICATES of options scored by their texts. level: coverage of
    the interval, 0-1. together: verdicts that shall all be right as often as `level` says
    (Bonferroni's correction). `deviation` is the standard deviation of the barrier's draws. Raises
    IsoglossError where a model was not asked in English and two others.
    """
    found = []
    for task in tasks:
        for model in models:
            asked = {"model": model, "task": task, "scoring": "text", "metric": "accuracy"}
            english, others = (
                _one(cells.filter(group=ALL, language=language, **asked), task, model)
                for language in ("en", MEAN)
            )
            one, other = (
                np.array(
                    _one(replicates.filter(language=language, **asked), task, model)["draws"],
                    dtype=float,
                )
                for language in ("en", MEAN)
            )
            low, high = interval(one - other, level)
            least, most = interval(one - other, 1 - (1 - level) / together)
            found.append(
                {
                    "task": task,
                    "model": model,
                    "n": english["n"],
                    "english": english["value"],
                    "english_low": english["low"],
                    "english_high": english["high"],
                    "others": others["value"],
                    "barrier": english["value"] - others["value"],
                    "low": low,
                    "high": high,
                    "deviation": float(np.nanstd(one - other, ddof=1)),
                    "verdict": _verdict(least, most, english["low"]),
                }
            )
    return found


def _one(frame: pl.DataFrame, task: str, model: str) -> dict[str, Any]:
    if len(frame) != 1:
        raise IsoglossError(
            f"lab: {model!r} has {len(frame)} accuracies in {task!r}, expected one; evaluate it in "
            "English and at least two other languages, with `scoring: [text]`"
        )
    return frame.row(0, named=True)


def _verdict(low: float | None, high: float | None, english_low: float | None) -> str:
    if english_low is None or english_low <= CHANCE:
        return NONE  # what is not known in English meets no barrier
    if low is not None and low > 0:
        return BARRIER
    return REVERSED if high is not None and high < 0 else NONE


def csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the rows for machines."""
    return pl.DataFrame(rows).write_csv(float_precision=6)


def document(
    rows: Sequence[Mapping[str, Any]], labels: Mapping[str, str], caption: Caption
) -> Document:
    """Return the table as it is printed; labels: of the models by key."""
    groups = [
        Group(title, [_entries(row, labels) for row in rows if row["task"] == task])
        for task, title in TASKS.items()
    ]
    heads = ["Model", "n", "English", "Others", "Barrier", "95 %", "Verdict"]
    grid = Grid("lab", caption.title, heads, groups, [*NOTES, TOGETHER, PRIOR])
    return Document("lab", caption.title, caption.text, [grid])


def _entries(row: Mapping[str, Any], labels: Mapping[str, str]) -> list[Entry]:
    return [
        Entry(labels[row["model"]]),
        Entry(count(row["n"])),
        *(Entry(number(row[name])) for name in ("english", "others", "barrier")),
        Entry(shown_interval(row["low"], row["high"])),
        Entry(row["verdict"]),
    ]


def as_text(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the rows as lines for a terminal."""
    lines = [f"{'':28}{'English':>8}{'others':>8}{'barrier':>9}  interval"]
    for task, title in TASKS.items():
        lines.append(f"{title} (accuracy, %)")
        lines += [
            f"  {row['model']:<26}{row['english']:8.1f}{row['others']:8.1f}{row['barrier']:9.1f}"
            f"  [{row['low']:.1f}, {row['high']:.1f}]  {row['verdict']}"
            for row in rows
            if row["task"] == task
        ]
    return "\n".join(lines)
