"""What trainings of one kind show together, and how one is judged by those of a control.

A model's interval over questions holds for that model. Another training, with other draws of
languages and another order of its text, makes another model; what is said of the way of training
needs the spread between them, too. And no text treats languages alike to a point: where every fact
is told in every language, one may still be known better than another. So a barrier is what English
is ahead by beyond that.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from isogloss.errors import IsoglossError

_WEIGHTS = (".safetensors", ".bin")
_LONG = 24  # characters of a value that a footnote shows


@dataclass(frozen=True)
class Trainings:
    """Barriers of trainings of one kind, in points.

    barrier: their mean. deviation: their standard deviation over trainings. questions: the standard
    deviation of one over questions, the mean over trainings.
    """

    number: int
    barrier: float
    deviation: float
    questions: float


def of(barriers: Sequence[float], questions: Sequence[float]) -> Trainings:
    """Return what two or more trainings show: their barriers, and deviations over questions."""
    deviation = float(np.std(barriers, ddof=1))
    mean, expected = float(np.mean(barriers)), float(np.mean(questions))
    return Trainings(len(barriers), mean, deviation, expected)


def excess(
    barrier: float, questions: float, own: Trainings, control: Trainings, level: float, mean_of: int
) -> tuple[float, float, float]:
    """Return by how much a way of training exceeds its control, in points, and the interval.

    barrier: of one training, or the mean of `mean_of` ones. questions: its standard deviation over
    questions. own: other trainings of its kind; control: those that told every fact in every
    language, or `own` itself where the training is of the control. level: coverage, 0-1.

    The variances over questions of the two barriers add up as if these were independent, though
    the questions are the same: the interval is rather too wide.
    """
    fixed = questions**2 + control.questions**2
    if control is own:
        estimated = [(own.deviation**2 * (1 / mean_of + 1 / own.number), own.number - 1)]
    else:
        estimated = [
            (own.deviation**2 / mean_of, own.number - 1),
            (control.deviation**2 / control.number, control.number - 1),
        ]
    difference = barrier - control.barrier
    half = _half(fixed, estimated, level)
    return difference, difference - half, difference + half


def over_trainings(own: Trainings, level: float) -> tuple[float, float]:
    """Return the interval of the mean barrier that a way of training makes, in points."""
    between = own.deviation**2 / own.number
    # Of the mean, too: the questions are the same in every training.
    half = _half(own.questions**2, [(between, own.number - 1)], level)
    return own.barrier - half, own.barrier + half


def _half(fixed: float, estimated: Sequence[tuple[float, int]], level: float) -> float:
    """Return half of an interval of an estimate whose variance is a sum.

    fixed: variance that is known well. estimated: variances over few trainings, each with its
    degrees of freedom. The interval is Student's, with the degrees of freedom of Welch and
    Satterthwaite (Satterthwaite, 1946).
    """
    from scipy.stats import t

    variance = fixed + sum(part for part, _ in estimated)
    doubt = sum(part**2 / freedom for part, freedom in estimated)
    freedom = variance**2 / doubt if doubt else float("inf")
    return float(t.ppf((1 + level) / 2, freedom)) * variance**0.5 if variance else 0.0


def read(path: Path) -> dict[tuple[str, str], Trainings]:
    """Return (fine-tune, task) -> its trainings from a table `seeds` in CSV.

    Raises IsoglossError where the file is no such table.
    """
    table = pl.read_csv(path, infer_schema_length=None)
    wanted = {"arm", "task", "seed", "seeds", "barrier", "spread", "expected_spread"}
    if not wanted <= set(table.columns):
        missing = ", ".join(sorted(wanted - set(table.columns)))
        raise IsoglossError(
            f"{path}: no column {missing}; give a results/barrier/tables/seeds.csv, as "
            "config/lab_spread.yaml makes it"
        )
    return {
        (row["arm"], row["task"]): Trainings(
            row["seeds"], row["barrier"], row["spread"], row["expected_spread"]
        )
        for row in table.filter(pl.col("seed").is_null()).iter_rows(named=True)
    }


def read_settings(path: Path) -> dict[str, dict[str, Any]]:
    """Return fine-tune -> the settings that its trainings had, from the JSON beside the table."""
    found: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return found


def with_weights(
    made_of: Mapping[str, Mapping[str, Any]], manifests: Mapping[str, Path]
) -> dict[str, dict[str, Any]]:
    """Return the settings of fine-tunes with the SHA-256 of the weights that each starts from.

    Another base is another model to train, and what its trainings show is something else.
    manifests: base -> its manifest of hashes.
    """
    return {
        model: {**settings, "base.weights": _weights(manifests[settings["base"]])}
        for model, settings in made_of.items()
    }


def _weights(manifest: Path) -> str:
    files: dict[str, str] = json.loads(manifest.read_text(encoding="utf-8"))["files"]
    return " ".join(digest for name, digest in sorted(files.items()) if name.endswith(_WEIGHTS))


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
    text = json.dumps(settings.get(key))
    return text if len(text) <= _LONG else f"{text[: _LONG - 1]}…"
