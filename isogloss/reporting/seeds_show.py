"""The table of repeated trainings as it is printed."""

from collections.abc import Mapping, Sequence
from typing import Any

from isogloss.reporting import lab
from isogloss.reporting.barrier import ways
from isogloss.reporting.caption import Caption
from isogloss.reporting.seeds import COUNTS, summaries
from isogloss.reporting.tables.display import Document, Entry, Grid, Group
from isogloss.reporting.tables.numbers import DASH, count, number
from isogloss.reporting.tables.numbers import interval as shown

HEADS = [
    *("Seed", "n", "English", "Interval", "Others", "Barrier", "Interval"),
    *("Control", "Beyond it", "Interval", "Verdict"),
]
SUMMARY = [
    *("Training", "Seeds", "Barrier", "Interval", "Beyond control", "Interval", "Verdict"),
    *("Spread", "Expected"),
]
RATES = ["Training", lab.BARRIER, lab.REVERSED, "Interval without 0", "English without chance"]
ALONE = (
    "Beyond the control: the barrier less the control's mean over its seeds; of a seed of the "
    "control's, over the other seeds. Its interval is of what the way of training does, if this "
    "were its only model: with the spread of the other seeds of its kind, and of the control's."
)
MEANS = [
    "Barrier: mean over seeds; its interval has both what other questions and what other "
    "trainings would change. Beyond control: less the mean barrier of the control, whose text "
    "tells every fact in every language; the verdict follows that interval, which has what other "
    "trainings of either kind would change. None is shown where the English interval of any one "
    "seed reaches chance.",
    "Spread: standard deviation of the barrier over seeds, whose questions are the same; "
    "expected: of the bootstrap over questions, the mean over seeds.",
]


def notes(level: float) -> list[str]:
    """Return what counts mean; level: coverage of the intervals, 0-1."""
    stated = 100 * (1 - level)
    return [
        "Verdicts are those of the seeds below, each as if it were the only one. Of a way of "
        f"training that favours English as the control does, {stated:g} % at most are wrong.",
        f"Where there is no barrier, the interval of a model, which is over its questions, leaves "
        f"out 0 in {stated:g} % of all cases if models of one kind do not differ. Where nothing is "
        f"known, the interval of the accuracy in English leaves out chance, {lab.CHANCE} %, in "
        f"{stated:g} %.",
        "Counts: of the seeds, with the exact binomial interval (Clopper and Pearson) of their "
        f"percentage, {level:.0%}.",
    ]


def document(
    rows: Sequence[Mapping[str, Any]],
    labels: Mapping[str, str],
    level: float,
    caption: Caption,
) -> Document:
    """Return the table as it is printed; labels: of the arms by name."""
    found = summaries(rows, level)
    tasks = list(dict.fromkeys(row["task"] for row in rows))
    by_task = {task: [one for one in found if one["task"] == task] for task in tasks}
    means, rates = (
        [
            Group(ways.TASKS[task], [[Entry(labels[one["arm"]]), *entries(one)] for one in own])
            for task, own in by_task.items()
        ]
        for entries in (_means, _rates)
    )
    seeds = [
        Group(
            f"{labels[arm]}, {ways.TASKS[task]}",
            [_seed(row) for row in rows if (row["arm"], row["task"]) == (arm, task)],
        )
        for arm, task in dict.fromkeys((row["arm"], row["task"]) for row in rows)
    ]
    grids = [
        Grid("seeds", "What the trainings show", SUMMARY, means, [*MEANS, lab.RULE]),
        Grid("seeds-rates", "How often a verdict comes out", RATES, rates, notes(level)),
        Grid(
            "seeds-each",
            "Each seed",
            HEADS,
            seeds,
            [lab.BY_QUESTIONS, ALONE, lab.RULE, lab.PRIOR],
        ),
    ]
    return Document("seeds", caption.title, caption.text, grids)


def _means(one: Mapping[str, Any]) -> list[Entry]:
    judged = one["beyond"] is not None
    return [
        Entry(count(one["seeds"])),
        Entry(number(one["barrier"])),
        Entry(shown(one["low"], one["high"])),
        Entry(number(one["beyond"])),
        Entry(shown(one["verdict_low"], one["verdict_high"]) if judged else DASH),
        Entry(one["verdict"]),
        *(Entry(number(one[name])) for name in ("spread", "expected_spread")),
    ]


def _rates(one: Mapping[str, Any]) -> list[Entry]:
    return [
        Entry(
            f"{one[name]} of {one['seeds']}",
            (f"{shown(one[f'{name}_low'], one[f'{name}_high'])} %",),
        )
        for name in COUNTS
    ]


def _seed(row: Mapping[str, Any]) -> list[Entry]:
    return [
        Entry(str(row["seed"])),
        Entry(count(row["n"])),
        Entry(number(row["english"])),
        Entry(shown(row["english_low"], row["english_high"])),
        Entry(number(row["others"])),
        Entry(number(row["barrier"])),
        Entry(shown(row["low"], row["high"])),
        *lab.beyond(row),
    ]
