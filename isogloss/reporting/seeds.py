"""Repeated trainings: the verdict of each seed, and how often intervals say what is not so."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from isogloss.reporting import lab
from isogloss.reporting.barrier import ways
from isogloss.reporting.caption import Caption
from isogloss.reporting.spread import Spread, over_trainings
from isogloss.reporting.tables.display import Document, Entry, Grid, Group
from isogloss.reporting.tables.numbers import count, number
from isogloss.reporting.tables.numbers import interval as shown

HEADS = [
    *("Seed", "n", "English", "Interval", "Others", "Barrier", "Interval"),
    *("with the others", "Verdict"),
]
SUMMARY = ["Training", "Seeds", "Barrier", "Interval", "Verdict", "Spread", "Expected"]
RATES = ["Training", lab.BARRIER, lab.REVERSED, "Interval without 0", "English without chance"]
COUNTS = ("n_barrier", "n_reversed", "n_without_zero", "n_without_chance")
ALONE = (
    "Interval with the others: of what the way of training does, if this were its only model: with "
    "the spread of the other seeds, too, where there are two or more."
)
MEANS = [
    "Barrier: mean over seeds; its interval has both what other questions and what other "
    "trainings would change, and the verdict follows it; none is shown where the English interval "
    "of any one seed reaches chance.",
    "Spread: standard deviation of the barrier over seeds, whose questions are the same; "
    "expected: of the bootstrap over questions, the mean over seeds.",
]


def notes(level: float) -> list[str]:
    """Return what counts mean; level: coverage of the intervals, 0-1."""
    stated = 100 * (1 - level)
    return [
        "Verdicts are those of the seeds below, each as if it were the only one.",
        f"Where there is no barrier, the interval of a model, which is over its questions, leaves "
        f"out 0 in {stated:g} % of all cases if models of one kind do not differ. Where nothing is "
        f"known, the interval of the accuracy in English leaves out chance, {lab.CHANCE} %, in "
        f"{stated:g} %.",
        "Counts: of the seeds, with the exact binomial interval (Clopper and Pearson) of their "
        f"percentage, {level:.0%}.",
    ]


def rows_of(
    arms: Sequence[Mapping[str, Any]],
    cells: pl.DataFrame,
    replicates: pl.DataFrame,
    level: float,
    least: float,
) -> list[dict[str, Any]]:
    """Return a row per arm, task and seed: those of `lab.rows_of` with the arm and the seed.

    arms: as of `isogloss.config.experiments.Experiments.arms`. level and least: as of
    `lab.rows_of`. Each verdict takes the spread of the arm's other seeds.
    """
    found = []
    for arm in arms:
        asked = (cells, replicates, arm["models"], level, least, arm["tasks"])
        # Twice: verdicts of a seed need the barriers of the others.
        spreads = _of_the_others(lab.rows_of(*asked))
        for row in lab.rows_of(*asked, spreads=spreads):
            seed = int(row["model"].rpartition(".")[2])
            found.append({"arm": arm["arm"], "seed": seed, **row})
    return found


def _of_the_others(rows: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], Spread]:
    """Return (model, task) -> spread of the barrier over the other models."""
    found = {}
    for row in rows:
        others = [
            other["barrier"]
            for other in rows
            if other["task"] == row["task"] and other["model"] != row["model"]
        ]
        if len(others) > 1:
            spread = Spread(len(others), float(np.std(others, ddof=1)))
            found[row["model"], row["task"]] = spread
    return found


def summaries(
    rows: Sequence[Mapping[str, Any]], level: float, least: float
) -> list[dict[str, Any]]:
    """Return a row per arm and task: mean, verdict, spread, and counts with binomial intervals.

    The keys of counts are COUNTS; of each, `_low` and `_high` are the ends of the interval in
    percent.
    """
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault((row["arm"], row["task"]), []).append(row)
    found = []
    for (arm, task), own in groups.items():
        barriers = [row["barrier"] for row in own]
        counts = {
            "n_barrier": sum(row["verdict"] == lab.BARRIER for row in own),
            "n_reversed": sum(row["verdict"] == lab.REVERSED for row in own),
            "n_without_zero": sum(row["low"] > 0 or row["high"] < 0 for row in own),
            "n_without_chance": sum(
                row["english_low"] > lab.CHANCE or row["english_high"] < lab.CHANCE for row in own
            ),
        }
        entry: dict[str, Any] = {"arm": arm, "task": task, "seeds": len(own)}
        mean, spread = float(np.mean(barriers)), float(np.std(barriers, ddof=1))
        # Of the mean, too: the questions are the same with every seed.
        expected = float(np.mean([row["deviation"] for row in own]))
        low, high = over_trainings(mean, expected, Spread(len(own), spread), level, len(own))
        english = min(row["english_low"] for row in own)
        entry |= {"barrier": mean, "low": low, "high": high}
        entry |= {"verdict": lab.verdict(low, high, english, least)}
        entry |= {"spread": spread, "expected_spread": expected}
        for name, number_of in counts.items():
            low, high = binomial(number_of, len(own), level)
            entry |= {name: number_of, f"{name}_low": low, f"{name}_high": high}
        found.append(entry)
    return found


def binomial(successes: int, trials: int, level: float) -> tuple[float, float]:
    """Return the exact interval of a proportion, in percent. Source: Clopper and Pearson (1934)."""
    from scipy.stats import binomtest

    found = binomtest(successes, trials).proportion_ci(level, method="exact")
    return 100 * float(found.low), 100 * float(found.high)


def csv(rows: Sequence[Mapping[str, Any]], level: float, least: float) -> str:
    """Return the rows for machines: of seeds, then of arms, whose seed is empty."""
    table = pl.concat(
        [pl.DataFrame(rows), pl.DataFrame(summaries(rows, level, least))], how="diagonal_relaxed"
    )
    return table.write_csv(float_precision=6)


def document(
    rows: Sequence[Mapping[str, Any]],
    labels: Mapping[str, str],
    level: float,
    least: float,
    caption: Caption,
) -> Document:
    """Return the table as it is printed; labels: of the arms by name."""
    found = summaries(rows, level, least)
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
        Grid("seeds", "What the trainings show", SUMMARY, means, [*MEANS, lab.rule(least)]),
        Grid("seeds-rates", "How often a verdict comes out", RATES, rates, notes(level)),
        Grid(
            "seeds-each",
            "Each seed",
            HEADS,
            seeds,
            [lab.BY_QUESTIONS, ALONE, lab.rule(least), lab.PRIOR],
        ),
    ]
    return Document("seeds", caption.title, caption.text, grids)


def _means(one: Mapping[str, Any]) -> list[Entry]:
    return [
        Entry(count(one["seeds"])),
        Entry(number(one["barrier"])),
        Entry(shown(one["low"], one["high"])),
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
    alone = row["trainings"] is None
    return [
        Entry(str(row["seed"])),
        Entry(count(row["n"])),
        Entry(number(row["english"])),
        Entry(shown(row["english_low"], row["english_high"])),
        Entry(number(row["others"])),
        Entry(number(row["barrier"])),
        Entry(shown(row["low"], row["high"])),
        Entry("–" if alone else shown(row["verdict_low"], row["verdict_high"])),
        Entry(row["verdict"]),
    ]
