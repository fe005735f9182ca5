"""What the lab shows: accuracy in English and in other languages, and the barrier between."""

from collections.abc import Collection, Iterable, Mapping, Sequence
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
from isogloss.reporting.tables.numbers import DASH, count, number
from isogloss.reporting.tables.numbers import interval as shown_interval
from isogloss.reporting.trainings import Trainings, excess

TASKS = {task: ways.TASKS[task] for task in ("quiz", "lab-new", "lab-known")}
CHANCE = 25  # percent, of four options
BARRIER, REVERSED, NONE = "barrier", "English is weaker", "none shown"
UNJUDGED = "not judged"
BY_QUESTIONS = (
    "Others: mean accuracy over the other languages, percent. Barrier: accuracy in English less "
    "that mean, on the same questions, with its bootstrap interval."
)
BEYOND = (
    "Control: mean barrier of trainings of the same model on a text that tells every fact in every "
    "language, where no language is favoured. Beyond it: the barrier less the control's."
)
BY_TRAININGS = (
    "Its interval is of what the way of training does: it has what other questions would change, "
    "and other trainings, which differ in the languages drawn and in the order of the text "
    "(resources/lab/seeds.csv); it is wide enough that all of the table are right together as "
    "often as one 95 % interval is (Bonferroni's correction)."
)
RULE = (
    "Verdict: barrier, if the whole interval beyond the control lies above 0; English is weaker, "
    "if it lies below; else none is shown; nor is one where the interval of the English accuracy "
    "reaches chance. A model that is not trained here is judged by its own barrier, over its "
    "questions. Not judged is a training of which no others are known, or that has no control."
)
PRIOR = "Chance is 25 %, but a model that has never met a name may still prefer frequent values."


def rows_of(
    cells: pl.DataFrame,
    replicates: pl.DataFrame,
    models: Sequence[str],
    level: float,
    tasks: Iterable[str] = TASKS,
    together: int = 1,
    trained: Collection[str] = (),
    trainings: Mapping[tuple[str, str], tuple[Trainings, Trainings]] | None = None,
) -> list[dict[str, Any]]:
    """Return a row per task (of TASKS) and model: accuracies, barrier, interval, verdict.

    cells and replicates: CELLS and REPLICATES of options scored by their texts. level: coverage of
    the interval, 0-1. together: verdicts that shall all be right as often as `level` says
    (Bonferroni's correction). trained: models of which a verdict is one on their way of training.
    trainings: (model, task) -> others of its kind, and those of its control; a model of `trained`
    without them is not judged.

    `deviation` is the standard deviation of the barrier over questions, `trainings` that over
    trainings, `control` the control's barrier and `beyond` the difference; `verdict_low` and
    `verdict_high` are the interval that the verdict follows. All are in points. Raises
    IsoglossError where a model was not asked in English and two others.
    """
    found = []
    strict = 1 - (1 - level) / together
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
            row = {
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
                **dict.fromkeys(("trainings", "control", "beyond", "verdict_low", "verdict_high")),
            }
            if kinds := (trainings or {}).get((model, task)):
                row |= _beyond(row, *kinds, strict)
            elif model not in trained:
                row["verdict_low"], row["verdict_high"] = interval(one - other, strict)
            row["verdict"] = verdict(row["verdict_low"], row["verdict_high"], row["english_low"])
            found.append(row)
    return found


def _beyond(
    row: Mapping[str, Any], own: Trainings, control: Trainings, level: float
) -> dict[str, float]:
    beyond, low, high = excess(row["barrier"], row["deviation"], own, control, level, mean_of=1)
    judged = {"beyond": beyond, "verdict_low": low, "verdict_high": high}
    return {"trainings": own.deviation, "control": control.barrier, **judged}


def _one(frame: pl.DataFrame, task: str, model: str) -> dict[str, Any]:
    if len(frame) != 1:
        raise IsoglossError(
            f"lab: {model!r} has {len(frame)} accuracies in {task!r}, expected one; evaluate it in "
            "English and at least two other languages, with `scoring: [text]`"
        )
    return frame.row(0, named=True)


def verdict(low: float | None, high: float | None, english_low: float | None) -> str:
    """Return the verdict of an interval; english_low: of that of the English accuracy, percent."""
    if english_low is None or english_low <= CHANCE:
        return NONE  # what is not known in English meets no barrier
    if low is None or high is None:
        return UNJUDGED
    if low > 0:
        return BARRIER
    return REVERSED if high < 0 else NONE


def csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the rows for machines."""
    return pl.DataFrame(rows, infer_schema_length=None).write_csv(float_precision=6)


def document(
    rows: Sequence[Mapping[str, Any]],
    labels: Mapping[str, str],
    caption: Caption,
    unknown: Mapping[str, str] | None = None,
) -> Document:
    """Return the table as it is printed.

    labels: of the models by key. unknown: labels of models trained here of which no other trainings
    are known, with the settings by which they differ, if any, from those that are.
    """
    groups = [
        Group(title, [_entries(row, labels) for row in rows if row["task"] == task])
        for task, title in TASKS.items()
    ]
    heads = ["Model", "n", "English", "Others", "Barrier", "95 %", "Control", "Beyond it"]
    notes = [BY_QUESTIONS, BEYOND, BY_TRAININGS, RULE, PRIOR]
    if unknown:
        all_named = [f"{label} ({why})" if why else label for label, why in unknown.items()]
        named = ", ".join(all_named[:3])
        named += f" and {len(all_named) - 3} others" if all_named[3:] else ""
        notes.append(
            f"No other trainings are known of {named}: to judge it, train it with several seeds "
            "(finetunes.NAME.seeds)."
        )
    grid = Grid("lab", caption.title, [*heads, "Interval", "Verdict"], groups, notes)
    return Document("lab", caption.title, caption.text, [grid])


def _entries(row: Mapping[str, Any], labels: Mapping[str, str]) -> list[Entry]:
    return [
        Entry(labels[row["model"]]),
        Entry(count(row["n"])),
        *(Entry(number(row[name])) for name in ("english", "others", "barrier")),
        Entry(shown_interval(row["low"], row["high"])),
        *beyond(row),
    ]


def beyond(row: Mapping[str, Any]) -> list[Entry]:
    """Return the cells that compare a barrier with the control's, and the verdict."""
    judged = row["beyond"] is not None
    ends = shown_interval(row["verdict_low"], row["verdict_high"])
    return [
        Entry(number(row["control"])),
        Entry(number(row["beyond"])),
        Entry(ends if judged else DASH),
        Entry(row["verdict"]),
    ]


def as_text(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the rows as lines for a terminal."""
    heads = f"{'English':>8}{'others':>8}{'barrier':>9}{'control':>9}  beyond it"
    lines = [f"{'':28}{heads}"]
    for task, title in TASKS.items():
        lines.append(f"{title} (accuracy, %)")
        lines += [_line(row) for row in rows if row["task"] == task]
    return "\n".join(lines)


def _line(row: Mapping[str, Any]) -> str:
    numbers = f"{row['english']:8.1f}{row['others']:8.1f}{row['barrier']:9.1f}"
    compared = f"{'':9}  {'':20}"
    if row["beyond"] is not None:
        ends = f"[{row['verdict_low']:.1f}, {row['verdict_high']:.1f}]"
        compared = f"{row['control']:9.1f}  {row['beyond']:5.1f} {ends:14}"
    return f"  {row['model']:<26}{numbers}{compared}  {row['verdict']}"
