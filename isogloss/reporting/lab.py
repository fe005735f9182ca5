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
from isogloss.reporting.spread import Spread, over_trainings
from isogloss.reporting.tables.display import Document, Entry, Grid, Group
from isogloss.reporting.tables.numbers import count, number
from isogloss.reporting.tables.numbers import interval as shown_interval

TASKS = {task: ways.TASKS[task] for task in ("quiz", "lab-new", "lab-known")}
CHANCE = 25  # percent, of four options
BARRIER, REVERSED, NONE = "barrier", "English is weaker", "none shown"
BY_QUESTIONS = (
    "Others: mean accuracy over the other languages, percent. Barrier: accuracy in English less "
    "that mean, on the same questions, with its bootstrap interval."
)
BY_TRAININGS = (
    "Trainings: standard deviation of the barrier, in points, over trainings that differ in the "
    "languages drawn and in the order of the text (resources/lab/seeds.csv). Interval: of what the "
    "way of training does, with that spread, too; it is wide enough that all of the table are "
    "right together as often as one 95 % interval is (Bonferroni's correction)."
)
PRIOR = "Chance is 25 %, but a model that has never met a name may still prefer frequent values."


def rule(least: float) -> str:
    """Return what a verdict follows; least: points of the smallest difference that is a barrier."""
    return (
        f"Verdict: barrier, if that whole interval lies above {least:g} points; English is weaker, "
        f"if it lies below −{least:g}; else none is shown; nor is one where the interval of the "
        "English accuracy reaches chance. Smaller differences are none here: after texts that tell "
        "every fact in every language, too, one language is known better than another."
    )


def rows_of(
    cells: pl.DataFrame,
    replicates: pl.DataFrame,
    models: Sequence[str],
    level: float,
    least: float,
    tasks: Iterable[str] = TASKS,
    together: int = 1,
    spreads: Mapping[tuple[str, str], Spread] | None = None,
) -> list[dict[str, Any]]:
    """Return a row per task (of TASKS) and model: accuracies, barrier, interval, verdict.

    cells and replicates: CELLS and REPLICATES of options scored by their texts. level: coverage of
    the interval, 0-1. least: points of the smallest difference that is a barrier. together:
    verdicts that shall all be right as often as `level` says (Bonferroni's correction). spreads:
    (model, task) -> spread over trainings, where it is known; else the verdict is by the bootstrap
    over questions. `deviation` is the standard deviation of the barrier's draws, `verdict_low` and
    `verdict_high` the interval that the verdict follows. Raises IsoglossError where a model was not
    asked in English and two others.
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
            barrier = english["value"] - others["value"]
            deviation = float(np.nanstd(one - other, ddof=1))
            spread = (spreads or {}).get((model, task))
            strict = 1 - (1 - level) / together
            lowest, highest = (
                over_trainings(barrier, deviation, spread, strict)
                if spread
                else interval(one - other, strict)
            )
            found.append(
                {
                    "task": task,
                    "model": model,
                    "n": english["n"],
                    "english": english["value"],
                    "english_low": english["low"],
                    "english_high": english["high"],
                    "others": others["value"],
                    "barrier": barrier,
                    "low": low,
                    "high": high,
                    "deviation": deviation,
                    "trainings": spread.deviation if spread else None,
                    "verdict_low": lowest,
                    "verdict_high": highest,
                    "verdict": verdict(lowest, highest, english["low"], least),
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


def verdict(low: float | None, high: float | None, english_low: float | None, least: float) -> str:
    """Return the verdict of a barrier's interval; english_low: of that of the English accuracy.

    least: points of the smallest difference that is a barrier.
    """
    if english_low is None or english_low <= CHANCE:
        return NONE  # what is not known in English meets no barrier
    if low is not None and low > least:
        return BARRIER
    return REVERSED if high is not None and high < -least else NONE


def csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the rows for machines."""
    return pl.DataFrame(rows, infer_schema_length=None).write_csv(float_precision=6)


def document(
    rows: Sequence[Mapping[str, Any]],
    labels: Mapping[str, str],
    caption: Caption,
    least: float,
    unknown: Mapping[str, str] | None = None,
) -> Document:
    """Return the table as it is printed.

    labels: of the models by key. least: as in `rows_of`. unknown: labels of models trained here
    whose spread over trainings is not known, with the settings by which they differ, if any, from
    those of which it is known.
    """
    groups = [
        Group(title, [_entries(row, labels) for row in rows if row["task"] == task])
        for task, title in TASKS.items()
    ]
    heads = ["Model", "n", "English", "Others", "Barrier", "95 %", "Trainings", "Interval"]
    notes = [BY_QUESTIONS, BY_TRAININGS, rule(least), PRIOR]
    if unknown:
        all_named = [f"{label} ({why})" if why else label for label, why in unknown.items()]
        named = ", ".join(all_named[:3])
        named += f" and {len(all_named) - 3} others" if all_named[3:] else ""
        notes.append(
            f"Not known is the spread over trainings of {named}: the interval is of the one "
            "model, over its questions alone."
        )
    grid = Grid("lab", caption.title, [*heads, "Verdict"], groups, notes)
    return Document("lab", caption.title, caption.text, [grid])


def _entries(row: Mapping[str, Any], labels: Mapping[str, str]) -> list[Entry]:
    return [
        Entry(labels[row["model"]]),
        Entry(count(row["n"])),
        *(Entry(number(row[name])) for name in ("english", "others", "barrier")),
        Entry(shown_interval(row["low"], row["high"])),
        Entry(number(row["trainings"])),
        Entry(shown_interval(row["verdict_low"], row["verdict_high"])),
        Entry(row["verdict"]),
    ]


def as_text(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the rows as lines for a terminal."""
    lines = [f"{'':28}{'English':>8}{'others':>8}{'barrier':>9}  interval of verdict"]
    for task, title in TASKS.items():
        lines.append(f"{title} (accuracy, %)")
        lines += [
            f"  {row['model']:<26}{row['english']:8.1f}{row['others']:8.1f}{row['barrier']:9.1f}"
            f"  [{row['verdict_low']:.1f}, {row['verdict_high']:.1f}]  {row['verdict']}"
            for row in rows
            if row["task"] == task
        ]
    return "\n".join(lines)
