"""How far trainings of one kind lie apart, and what a measured barrier says of all of them.

A model's interval over questions holds for that model. Another training, with other draws of
languages and another order of its text, makes another model; what is said of the way of training
needs the spread between them, too.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from isogloss.errors import IsoglossError


@dataclass(frozen=True)
class Spread:
    """Standard deviation of a barrier over trainings, in points, and the trainings it is of."""

    trainings: int
    deviation: float


def read(path: Path) -> dict[tuple[str, str], Spread]:
    """Return (fine-tune, task) -> spread from a table `seeds` in CSV.

    Raises IsoglossError where the file is no such table.
    """
    table = pl.read_csv(path, infer_schema_length=None)
    wanted = {"arm", "task", "seed", "seeds", "spread"}
    if not wanted <= set(table.columns):
        missing = ", ".join(sorted(wanted - set(table.columns)))
        raise IsoglossError(
            f"{path}: no column {missing}; give a results/barrier/tables/seeds.csv, as "
            "config/lab_spread.yaml makes it"
        )
    return {
        (row["arm"], row["task"]): Spread(row["seeds"], row["spread"])
        for row in table.filter(pl.col("seed").is_null()).iter_rows(named=True)
    }


def over_trainings(
    barrier: float, over_questions: float, spread: Spread, level: float, averaged: int = 1
) -> tuple[float, float]:
    """Return the interval of the mean barrier that a way of training makes, in points.

    barrier: of one training, or the mean of `averaged` ones. over_questions: its standard deviation
    over questions, points. level: coverage, 0-1. The two variances add up; the one over trainings
    is estimated from few, so the interval is Student's, with the degrees of freedom of Welch and
    Satterthwaite (Satterthwaite, 1946).
    """
    from scipy.stats import t

    between = spread.deviation**2 / averaged
    variance = over_questions**2 + between
    if not variance:
        return barrier, barrier
    freedom = (spread.trainings - 1) * (variance / between) ** 2 if between else float("inf")
    half = float(t.ppf((1 + level) / 2, freedom)) * variance**0.5
    return barrier - half, barrier + half


def read_settings(path: Path) -> dict[str, dict[str, Any]]:
    """Return fine-tune -> the settings that its trainings had, from the JSON beside the table."""
    found: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return found


def unknown(
    trained: Mapping[str, Mapping[str, Any]], measured: Mapping[str, Mapping[str, Any]]
) -> dict[str, str]:
    """Return the models whose spread was not measured, and why: with other settings, or not at all.

    trained: model -> settings of the fine-tunes made here. measured: those of `read_settings`.
    """
    found = {}
    for model, here in trained.items():
        there = measured.get(model)
        if there is None:
            found[model] = ""
        elif differing := sorted(
            key for key in here.keys() | there.keys() if here.get(key) != there.get(key)
        ):
            told = [f"{key} {_told(here, key)}, not {_told(there, key)}" for key in differing[:2]]
            more = [f"{len(differing) - 2} more"] if differing[2:] else []
            found[model] = "; ".join([*told, *more])
    return found


def _told(settings: Mapping[str, Any], key: str) -> str:
    return json.dumps(settings.get(key))
