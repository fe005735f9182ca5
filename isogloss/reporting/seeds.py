"""Repeated trainings: the verdict of each seed, and how often intervals say what is not so."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from isogloss.reporting import lab
from isogloss.reporting.barrier import ways
from isogloss.reporting.caption import Caption
from isogloss.reporting.tables.display import Document, Entry, Grid, Group
from isogloss.reporting.tables.numbers import count, number
from isogloss.reporting.tables.numbers import interval as shown

HEADS = ["Seed", "n", "English", "Interval", "Others", "Barrier", "Interval", "Verdict"]
SUMMARY = [
    *("Training", "Seeds", "Barrier", "Spread", "Expected"),
    *(lab.BARRIER, lab.REVERSED, "Interval without 0", "English without chance"),
]


def notes(level: float) -> list[str]:
    """Return what the columns mean; level: coverage of the intervals, 0-1."""
    stated = 100 * (1 - level)
    return [
        f"Where there is no barrier, the interval of the barrier leaves out 0 in {stated:g} % of "
        f"all cases, and one of the verdicts, {lab.BARRIER!r} or {lab.REVERSED!r}, in half of them "
        f"at most each. Where nothing is known, the interval of the accuracy in English leaves out "
        f"chance, {lab.CHANCE} %, in {stated:g} %.",
        "Counts: of the seeds, with the exact binomial interval (Clopper and Pearson) of their "
        f"percentage, {level:.0%}.",
        "Barrier: mean over seeds. Spread: standard deviation of the barrier over seeds, whose "
        "questions are the same; expected: of the bootstrap over questions, the mean over seeds.",
    ]


def rows_of(
    arms: Sequence[Mapping[str, Any]], cells: pl.DataFrame, replicates: pl.DataFrame, level: float
) -> list[dict[str, Any]]:
    """Return a row per arm, task and seed: those of `lab.rows_of` with the arm and the seed.

    arms: as of `isogloss.config.experiments.Experiments.arms`.
    """
    return [
        {"arm": arm["arm"], "seed": int(row["model"].rpartition(".")[2]), **row}
        for arm in arms
        for row in lab.rows_of(cells, replicates, arm["models"], level, arm["tasks"])
    ]


def summaries(rows: Sequence[Mapping[str, Any]], level: float) -> list[dict[str, Any]]:
    """Return a row per arm and task: mean, spread, and counts with their binomial intervals.

    The keys of counts are barrier, reversed, without_zero and without_chance; of each, `_low` and
    `_high` are the ends of the interval in percent.
    """
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault((row["arm"], row["task"]), []).append(row)
    found = []
    for (arm, task), own in groups.items():
        barriers = [row["barrier"] for row in own]
        counts = {
            "barrier": sum(row["verdict"] == lab.BARRIER for row in own),
            "reversed": sum(row["verdict"] == lab.REVERSED for row in own),
            "without_zero": sum(row["low"] > 0 or row["high"] < 0 for row in own),
            "without_chance": sum(
                row["english_low"] > lab.CHANCE or row["english_high"] < lab.CHANCE for row in own
            ),
        }
        entry: dict[str, Any] = {"arm": arm, "task": task, "seeds": len(own)}
        entry |= {
            "mean_barrier": float(np.mean(barriers)),
            "spread": float(np.std(barriers, ddof=1)),
            "expected_spread": float(np.mean([row["deviation"] for row in own])),
        }
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


def csv(rows: Sequence[Mapping[str, Any]], level: float) -> str:
    """Return the rows for machines: of seeds, then of arms, whose seed is empty."""
    table = pl.concat(
        [pl.DataFrame(rows), pl.DataFrame(summaries(rows, level))], how="diagonal_relaxed"
    )
    return table.write_csv(float_precision=6)


def document(
    rows: Sequence[Mapping[str, Any]], labels: Mapping[str, str], level: float, caption: Caption
) -> Document:
    """Return the table as it is printed; labels: of the arms by name."""
    summary = [
        Group(
            ways.TASKS[task],
            [
                [Entry(labels[one["arm"]]), *_summary(one)]
                for one in summaries(rows, level)
                if one["task"] == task
            ],
        )
        for task in dict.fromkeys(row["task"] for row in rows)
    ]
    seeds = [
        Group(
            f"{labels[arm]}, {ways.TASKS[task]}",
            [_seed(row) for row in rows if (row["arm"], row["task"]) == (arm, task)],
        )
        for arm, task in dict.fromkeys((row["arm"], row["task"]) for row in rows)
    ]
    grids = [
        Grid("seeds", caption.title, SUMMARY, summary, notes(level)),
        Grid("seeds-each", "Each seed", HEADS, seeds, [*lab.NOTES, lab.PRIOR]),
    ]
    return Document("seeds", caption.title, caption.text, grids)


def _summary(one: Mapping[str, Any]) -> list[Entry]:
    return [
        Entry(count(one["seeds"])),
        *(Entry(number(one[name])) for name in ("mean_barrier", "spread", "expected_spread")),
        *(
            Entry(count(one[name]), (f"{shown(one[f'{name}_low'], one[f'{name}_high'])} %",))
            for name in ("barrier", "reversed", "without_zero", "without_chance")
        ),
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
        Entry(row["verdict"]),
    ]
