"""All models of study barrier together: cells, and the comparisons that the paper makes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import polars as pl

from isogloss.barrier.aggregate import aggregate_model
from isogloss.barrier.cells import CELLS, COMPARISONS, REPLICATES
from isogloss.barrier.compare import Side, answers, compare, with_english
from isogloss.metrics.aggregate import Draws, make_draws
from isogloss.progress import progress


@dataclass(frozen=True)
class Finetuned:
    """A fine-tuned model: what it was made from, and with which corpus and mix."""

    model: str
    base: str
    corpus: str
    mix: str


def aggregate(
    scores: Mapping[str, pl.DataFrame],
    finetuned: Sequence[Finetuned],
    bootstrap: Mapping[str, Any],
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return CELLS, REPLICATES and COMPARISONS of all models' SCORES (by model key).

    bootstrap: samples, level (0-1) and seed. All models share the draws of a task's questions.
    """
    tasks = sorted({task for table in scores.values() for task in table["task"].unique()})
    cells, replicates, compared = [CELLS.empty()], [REPLICATES.empty()], [COMPARISONS.empty()]
    for task in tasks:
        of_task = {model: table.filter(task=task) for model, table in scores.items()}
        of_task = {model: table for model, table in of_task.items() if len(table)}
        items = {item for table in of_task.values() for item in table["item"].unique()}
        draws = make_draws(items, bootstrap["samples"], bootstrap["level"], bootstrap["seed"])
        for model, table in progress(list(of_task.items()), f"aggregate {task}", "model"):
            made = aggregate_model(table, model, draws)
            cells.append(made[0])
            replicates.append(made[1])
        compared += _comparisons(task, of_task, finetuned, draws)
    return pl.concat(cells), pl.concat(replicates), pl.concat(compared)


def _comparisons(
    task: str, scores: Mapping[str, pl.DataFrame], finetuned: Sequence[Finetuned], draws: Draws
) -> Iterator[pl.DataFrame]:
    """Yield COMPARISONS: each model's conditions with English, and fine-tunes with one another."""
    right = {
        Side(model, condition): found
        for model, table in scores.items()
        for condition, found in answers(table).items()
    }
    for model in scores:
        conditions = [side.condition for side in right if side.model == model]
        yield compare(f"english/{model}/{task}", with_english(model, conditions), right, draws)
    for base, models in _families(finetuned).items():
        pairs = [
            (Side(first, side.condition), side)
            for second, first in combinations([base, *models], 2)
            for side in right
            if side.model == second and Side(first, side.condition) in right
        ]
        yield compare(f"finetuned/{base}/{task}", pairs, right, draws)


def _families(finetuned: Sequence[Finetuned]) -> dict[str, list[str]]:
    """Return base -> its fine-tunes, those on English first, so that mixes are compared to them."""
    found: dict[str, list[str]] = {}
    for entry in sorted(finetuned, key=lambda entry: entry.mix != "english"):
        found.setdefault(entry.base, []).append(entry.model)
    return found
