"""A paper's findings as testable statements: a statistic, its interval, and a verdict.

A claim is data: which models it is about, the contrast that is positive where it holds, and, if
it is not their mean, how contrasts become one number. The same functions run on a study's values,
on their bootstrap draws (subtracted draw by draw, as draw i counts the same questions in every
row) and on published tables. The interval is over questions, for the models that were run: it
does not say how other models would behave.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from isogloss.errors import IsoglossError
from isogloss.reporting.modelinfo import ModelInfo
from isogloss.reporting.tables.numbers import number

Draws = NDArray[np.float64]  # shape (draws,); of length 1 it is the value itself
NAMED = 6  # models that a note names at most

M = TypeVar("M", bound=ModelInfo)
Case = tuple[M, ...]  # a model, or a base model and one trained from it
Need = tuple[Hashable, ...]  # what names a value of a model, such as (setting, metric)
Verdict = Literal["supported", "contradicted", "undetermined"]


@dataclass(frozen=True)
class Measures:
    """Values of models: draws by (model key, *need), in the metric's unit."""

    values: Mapping[Any, Draws]  # keys are tuples of hashable values
    source: str  # named in errors

    def get(self, model: ModelInfo, *need: Hashable) -> Draws:
        """Return a model's draws; raise IsoglossError where the source has none."""
        try:
            return self.values[model.key, *need]
        except KeyError as error:
            what = " in ".join(str(part) for part in reversed(need))
            raise IsoglossError(
                f"{self.source}: no row of {what} for model {model.key!r}; "
                "aggregate the scores anew"
            ) from error

    def know(self, model: ModelInfo, needs: Sequence[Need]) -> bool:
        """Say whether the model has a value for each of `needs`."""
        found = [self.values.get((model.key, *need)) for need in needs]
        return all(draws is not None and bool(np.isfinite(draws).any()) for draws in found)


@dataclass(frozen=True)
class Claim(Generic[M]):
    """A statement, and the statistic that is above `least` where it holds.

    `least` is 0 but for claims that nothing is lost, or gained: they hold where the difference is
    smaller than a margin. `cases` picks the pairs or models to count; `contrast` is one case's
    number. The claim's number is the mean over the cases, each with the same weight, unless
    `pooled` is given: it returns the number and the models that it rests on, or None where there
    are none.
    """

    id: str
    title: str  # a few words, for tables
    statement: str
    where: str  # in the paper
    statistic: str  # in words
    population: str  # what a run must have, after "needs": "a base model and ..."
    unit: Literal["pairs", "models"]
    needs: Sequence[Need]  # of each model of a case
    cases: Callable[[Sequence[M]], list[Case[M]]]
    contrast: Callable[[Measures, Case[M]], Draws]
    pooled: Callable[[Measures, Sequence[M]], tuple[Draws, Case[M]] | None] | None = None
    least: float = 0.0
    decimals: int = 2  # of the printed number; its interval has one less

    def evaluate(self, measures: Measures, models: Sequence[M]) -> tuple[Draws, Case[M]] | None:
        """Return the claim's number, shape (draws,), and the models it rests on, if any."""
        if self.pooled is not None:
            return self.pooled(measures, models)
        cases = self.cases(models)
        if not cases:
            return None
        number = np.mean([self.contrast(measures, case) for case in cases], axis=0)
        return number, tuple(dict.fromkeys(model for case in cases for model in case))


@dataclass(frozen=True)
class Point:
    """A claim's number, how many models and cases it rests on, and in how many it holds."""

    value: float
    models: int
    cases: int
    holds: int


@dataclass(frozen=True)
class Judgement:
    """What a run says of a claim; where it says nothing, `point` is None and `note` says why."""

    claim: Claim[Any]
    verdict: Verdict
    point: Point | None
    low: float | None
    high: float | None
    note: str


def pairs(models: Sequence[M]) -> list[Case[M]]:
    """Return every post-trained model with its base model, where both are there."""
    by_key = {model.key: model for model in models}
    return [
        (by_key[model.base], model)
        for model in models
        if model.stage == "post-trained" and model.base in by_key
    ]


def stage(models: Sequence[M], name: str) -> list[Case[M]]:
    """Return the models of a stage, one per case."""
    return [(model,) for model in models if model.stage == name]


def sized(cases: Sequence[Case[M]], least: float, most: float) -> list[Case[M]]:
    """Return the cases whose models all have `least` to `most` billion parameters."""
    return [
        case
        for case in cases
        if all(model.parameters is not None and least <= model.parameters <= most for model in case)
    ]


def point(claim: Claim[M], models: Sequence[M], values: Measures) -> Point | None:
    """Return a claim's number on values without draws, such as published ones; None without any.

    Controls are no models, and a model that lacks one of the claim's values is left out.
    """
    known = _known(claim, models, values)
    evaluated = claim.evaluate(values, known)
    if evaluated is None:
        return None
    number, used = evaluated
    cases = claim.cases(known)
    holds = sum(bool(claim.contrast(values, case)[0] > claim.least) for case in cases)
    return Point(float(number[0]), len(used), len(cases), holds)


def judge(
    claim: Claim[M], models: Sequence[M], values: Measures, draws: Measures, level: float
) -> Judgement:
    """Judge a claim by the percentile interval of its number over the draws.

    `values` has the values themselves, `draws` their replicates, and `level` (0-1) is the
    interval's coverage. Supported: the whole interval lies above the claim's `least`, which is
    mostly 0; contradicted: below it; undetermined: else, and where a run has no such models.
    """
    found = point(claim, models, values)
    notes = _left_out(claim, models, values)
    if found is None:
        notes.insert(0, f"No such models in this run: needs {claim.population}.")
        return Judgement(claim, "undetermined", None, None, None, " ".join(notes))
    evaluated = claim.evaluate(draws, _known(claim, models, values))
    assert evaluated is not None  # the same models have just given a number
    replicates = evaluated[0]
    known = replicates[np.isfinite(replicates)]
    if len(known) < len(replicates):
        notes.append(f"Left out: {len(replicates) - len(known)} draws with nothing to measure.")
    if not len(known):
        return Judgement(claim, "undetermined", found, None, None, " ".join(notes))
    tail = 100 * (1 - level) / 2
    low, high = (float(end) for end in np.percentile(known, [tail, 100 - tail]))
    least = claim.least
    verdict: Verdict = (
        "supported" if low > least else "contradicted" if high < least else "undetermined"
    )
    if verdict == "undetermined":
        notes.append(f"The interval holds {number(least, 0)}.")
    return Judgement(claim, verdict, found, low, high, " ".join(notes))


def values_of_cells(cells: pl.DataFrame, shots: int) -> Measures:
    """Return the values of CELLS over all languages: English for en-en, else the mean."""
    chosen = cells.filter(
        pl.col("chosen")
        & (pl.col("shots") == shots)
        & (
            pl.col("language")
            == pl.when(pl.col("setting") == "en-en").then(pl.lit("en")).otherwise(pl.lit("mean"))
        )
    )
    _some(chosen, cells, shots, "cells")
    return Measures(
        {
            row[:3]: np.array([np.nan if row[3] is None else row[3]])
            for row in chosen.select("model", "setting", "metric", "value").iter_rows()
        },
        "cells",
    )


def draws_of_replicates(replicates: pl.DataFrame, shots: int) -> Measures:
    """Return the draws of REPLICATES; raise IsoglossError where rows differ in their number."""
    chosen = replicates.filter(pl.col("shots") == shots)
    _some(chosen, replicates, shots, "replicates")
    lengths = sorted(set(chosen["draws"].list.len()))
    if len(lengths) > 1:
        raise IsoglossError(
            f"replicates: rows have {lengths[0]} to {lengths[-1]} draws and cannot be subtracted; "
            "aggregate all models anew with one number of bootstrap samples"
        )
    return Measures(
        {
            row[:3]: np.array(row[3], dtype=np.float64)
            for row in chosen.select("model", "setting", "metric", "draws").iter_rows()
        },
        "replicates",
    )


def _known(claim: Claim[M], models: Sequence[M], values: Measures) -> list[M]:
    real = [model for model in models if model.stage != "control"]
    return [model for model in real if values.know(model, claim.needs)]


def _left_out(claim: Claim[M], models: Sequence[M], values: Measures) -> list[str]:
    """Name the models that the claim is about and that have nothing measured."""
    about = {model for case in claim.cases(models) for model in case}
    if claim.pooled is not None:
        about |= {model for model in models if model.stage != "control"}
    known = _known(claim, models, values)
    labels = [m.label for m in models if m in about and m not in known]
    if len(labels) > NAMED:
        labels = [*labels[: NAMED - 1], f"{len(labels) - NAMED + 1} others"]
    return [f"Left out, nothing measured: {', '.join(labels)}."] if labels else []


def _some(chosen: pl.DataFrame, table: pl.DataFrame, shots: int, name: str) -> None:
    if chosen.is_empty():
        raise IsoglossError(
            f"{name}: no rows with shots {shots}; there are {sorted(set(table['shots']))}"
        )
