"""Repeated trainings: the verdict of each seed, and how often intervals say what is not so."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from isogloss.reporting import lab
from isogloss.reporting.trainings import Trainings, excess, of, over_trainings

COUNTS = ("n_barrier", "n_reversed", "n_without_zero", "n_without_chance")
CONTROL = "control"
_COMPARED = ("beyond", "verdict_low", "verdict_high")


def rows_of(
    arms: Sequence[Mapping[str, Any]],
    cells: pl.DataFrame,
    replicates: pl.DataFrame,
    level: float,
) -> list[dict[str, Any]]:
    """Return a row per arm, task and seed: those of `lab.rows_of` with the arm and the seed.

    arms: as of `isogloss.config.experiments.Experiments.arms`. level: as of `lab.rows_of`. Each
    verdict takes the arm's other seeds and the control's.
    """

    def of_seeds(arm: Mapping[str, Any], **judged: Any) -> list[dict[str, Any]]:
        given = (cells, replicates, arm["models"], level, arm["tasks"])
        return lab.rows_of(*given, trained=arm["models"], **judged)

    # Twice: verdicts of a seed need the barriers of the others.
    alone = {arm["arm"]: of_seeds(arm) for arm in arms}
    found = []
    for arm in arms:
        control = None if arm["control"] == arm["arm"] else alone.get(arm["control"], [])
        known = _of_the_others(alone[arm["arm"]], control)
        for row in of_seeds(arm, trainings=known):
            seed = int(row["model"].rpartition(".")[2])
            about = {"arm": arm["arm"], "seed": seed, "control_arm": arm["control"]}
            found.append({**about, **row})
    return found


def _of_the_others(
    rows: Sequence[Mapping[str, Any]], control: Sequence[Mapping[str, Any]] | None
) -> dict[tuple[str, str], tuple[Trainings, Trainings]]:
    """Return (model, task) -> the trainings of the other models, and of the control's.

    control: rows of the control, None where these are its own: then it is the other models, too.
    """
    found = {}
    for row in rows:
        same_task = [other for other in rows if other["task"] == row["task"]]
        others = [other for other in same_task if other["model"] != row["model"]]
        of_control = [other for other in control or [] if other["task"] == row["task"]]
        if len(others) < 2 or (control is not None and len(of_control) < 2):
            continue
        own = _together(others)
        found[row["model"], row["task"]] = own, own if control is None else _together(of_control)
    return found


def _together(rows: Sequence[Mapping[str, Any]]) -> Trainings:
    return of([row["barrier"] for row in rows], [row["deviation"] for row in rows])


def summaries(rows: Sequence[Mapping[str, Any]], level: float) -> list[dict[str, Any]]:
    """Return a row per arm and task: mean, verdict, spread, and counts with binomial intervals.

    The keys of counts are COUNTS; of each, `_low` and `_high` are the ends of the interval in
    percent. `beyond` is the mean less the control's, in points.
    """
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault((row["arm"], row["task"]), []).append(row)
    found = []
    for (arm, task), trained in groups.items():
        own, control = _together(trained), trained[0]["control_arm"]
        low, high = over_trainings(own, level)
        entry: dict[str, Any] = {"arm": arm, "task": task, "control_arm": control}
        entry |= {"seeds": own.number, "barrier": own.barrier, "low": low, "high": high}
        of_control = [] if control == arm else groups.get((control, task), [])
        entry |= _beyond(own, of_control, level)
        english = min(row["english_low"] for row in trained)
        judged = lab.verdict(entry["verdict_low"], entry["verdict_high"], english)
        entry["verdict"] = CONTROL if control == arm else judged
        entry |= {"spread": own.deviation, "expected_spread": own.questions}
        found.append(entry | _counts(trained, level))
    return found


def _beyond(
    own: Trainings, control: Sequence[Mapping[str, Any]], level: float
) -> dict[str, float | None]:
    if len(control) < 2:
        return dict.fromkeys(_COMPARED)
    judged = (own.barrier, own.questions, own, _together(control), level, own.number)
    return dict(zip(_COMPARED, excess(*judged), strict=True))


def _counts(rows: Sequence[Mapping[str, Any]], level: float) -> dict[str, float]:
    chance = lab.CHANCE
    holds = {
        "n_barrier": [row["verdict"] == lab.BARRIER for row in rows],
        "n_reversed": [row["verdict"] == lab.REVERSED for row in rows],
        "n_without_zero": [not row["low"] <= 0 <= row["high"] for row in rows],
        "n_without_chance": [
            not row["english_low"] <= chance <= row["english_high"] for row in rows
        ],
    }
    found: dict[str, float] = {}
    for name, of_rows in holds.items():
        low, high = binomial(sum(of_rows), len(rows), level)
        found |= {name: sum(of_rows), f"{name}_low": low, f"{name}_high": high}
    return found


def binomial(successes: int, trials: int, level: float) -> tuple[float, float]:
    """Return the exact interval of a proportion, in percent. Source: Clopper and Pearson (1934)."""
    from scipy.stats import binomtest

    found = binomtest(successes, trials).proportion_ci(level, method="exact")
    return 100 * float(found.low), 100 * float(found.high)


def csv(rows: Sequence[Mapping[str, Any]], level: float) -> str:
    """Return the rows for machines: of seeds, then of arms, whose seed is empty."""
    table = pl.concat(
        [pl.DataFrame(part, infer_schema_length=None) for part in (rows, summaries(rows, level))],
        how="diagonal_relaxed",
    )
    return table.write_csv(float_precision=6)
