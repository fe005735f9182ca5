"""From the scores of study barrier to cells: micro averages over questions, with intervals.

Questions are parallel over variants, languages and models, so all conditions of a task share
their bootstrap draws, and what is subtracted is paired (design, promise 3).
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from isogloss.barrier.cells import ALL, CELLS, REPLICATES
from isogloss.barrier.condition_columns import COLUMNS
from isogloss.barrier.scores import METRICS
from isogloss.barrier.statistics import interval
from isogloss.metrics.aggregate import Draws
from isogloss.metrics.summary import mean_over_languages, ratio

Array = NDArray[np.float64]


MEAN = "mean"


class _Estimate(NamedTuple):
    """A metric in every draw (the first: the value itself) and the questions it rests on."""

    draws: Array
    n: int
    excluded: int


def aggregate_model(
    scores: pl.DataFrame, model: str, draws: Draws
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return CELLS and REPLICATES of one model's SCORES of one task.

    draws: bootstrap draws over the items of that task, the same for all models. Rows of language
    `mean` are the mean over all languages but English of what is otherwise the same condition.
    """
    found: dict[tuple[Any, ...], _Estimate] = {}
    for condition, part in scores.group_by(*COLUMNS, maintain_order=True):
        for group, rows in _groups(part):
            for metric, values, n in _metrics(rows, draws):
                estimate = _Estimate(values, n, int(rows["excluded"].sum()))
                found[(*condition, group, metric)] = estimate
    found |= _means(found)
    cells: list[dict[str, object]] = []
    replicates: list[dict[str, object]] = []
    for (*fields, group, metric), (values, n, excluded) in found.items():
        row = {"model": model, **dict(zip(COLUMNS, fields, strict=True)), "metric": metric}
        low, high = interval(values[1:], draws.level)
        known = not np.isnan(values[0])
        cells.append(
            {
                **row,
                "group": group,
                "value": float(values[0]) if known else None,
                "low": low if known else None,
                "high": high if known else None,
                "n": n,
                "excluded": excluded,
            }
        )
        if group == ALL and metric in METRICS:
            replicates.append({**row, "draws": values[1:].tolist()})
    return CELLS.check(_frame(cells, CELLS)), REPLICATES.check(_frame(replicates, REPLICATES))


def _means(found: dict[tuple[Any, ...], _Estimate]) -> dict[tuple[Any, ...], _Estimate]:
    """Return the means over languages where there is more than one: of all questions every metric,
    of a domain or subject how well it is answered.
    """
    place = list(COLUMNS).index("language")
    groups: dict[tuple[Any, ...], list[_Estimate]] = {}
    for key, estimate in found.items():
        variant, group, metric = key[1], key[-2], key[-1]
        if variant not in ("english", "mixup") and (group == ALL or metric in METRICS):
            groups.setdefault((*key[:place], MEAN, *key[place + 1 :]), []).append(estimate)
    return {
        key: _Estimate(
            mean_over_languages(np.stack([estimate.draws for estimate in estimates])),
            sum(estimate.n for estimate in estimates),
            sum(estimate.excluded for estimate in estimates),
        )
        for key, estimates in groups.items()
        if len(estimates) > 1
    }


def _frame(rows: Sequence[dict[str, object]], frame: Any) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={name: c.dtype for name, c in frame.columns.items()})


def _groups(part: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield the condition's questions: all, by domain, and by subject."""
    yield ALL, part
    names: set[str] = set()
    for column in ("domain", "subject"):
        for (name,), rows in part.group_by(column, maintain_order=True):
            # What is all questions, or has a domain's name, has its row already.
            if len(rows) < len(part) and name not in names:
                names.add(str(name))
                yield str(name), rows


def _metrics(rows: pl.DataFrame, draws: Draws) -> Iterator[tuple[str, Array, int]]:
    """Yield metric, its value in every draw (the first: the value itself) and its count."""
    position = {item: i for i, item in enumerate(draws.items)}
    weights = draws.weights[:, [position[item] for item in rows["item"]]]
    asked = ~rows["excluded"].to_numpy()
    counted: dict[str, Array] = {
        name: rows[name].fill_null(0.0).to_numpy()
        for name in METRICS
        if rows.filter(~pl.col("excluded"))[name].null_count() == 0
    }
    if "accuracy" in counted:
        chosen = rows["chosen"].cast(pl.Int16()).fill_null(-1).to_numpy()
        gold = rows["gold"].cast(pl.Int16()).fill_null(-1).to_numpy()
        options = range(max(4, int(gold.max(initial=0)) + 1))
        counted |= {f"answered_{n}": (chosen == n).astype(float) for n in options}
        counted["unread"] = (chosen < 0).astype(float)
        frequent = np.bincount(gold[asked & (gold >= 0)], minlength=4).argmax()
        counted["majority"] = (gold == frequent).astype(float)
    if not counted:
        return
    among = weights @ asked.astype(float)
    values = 100 * ratio(
        weights @ np.column_stack([np.where(asked, value, 0.0) for value in counted.values()]),
        among[:, None],
    )
    for i, name in enumerate(counted):
        yield name, values[:, i], int(asked.sum())
