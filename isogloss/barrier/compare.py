"""Paired comparisons: a condition with English, a fine-tuned model with another.

The barrier statistic of a condition is the accuracy in English less that of the condition, on
the same questions of the same model (paper B, sections 3.1 and 3.2).
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from isogloss.barrier.cells import COMPARISONS
from isogloss.barrier.condition_columns import COLUMNS
from isogloss.barrier.conditions import Condition
from isogloss.barrier.statistics import corrected, interval, mcnemar
from isogloss.metrics.aggregate import Draws
from isogloss.metrics.summary import ratio


class Side(NamedTuple):
    """A model's answers in one condition."""

    model: str
    condition: Condition


def answers(scores: pl.DataFrame) -> dict[Condition, dict[str, bool]]:
    """Return item -> right or wrong for each condition of SCORES, of the questions asked."""
    asked = scores.filter(~pl.col("excluded") & pl.col("accuracy").is_not_null())
    found: dict[Condition, dict[str, bool]] = {}
    for key, rows in asked.group_by(*COLUMNS, maintain_order=True):
        right = (rows["accuracy"] > 0.5).to_list()
        found[Condition(*key)] = dict(zip(rows["item"].to_list(), right, strict=True))
    return found


def with_english(model: str, conditions: Sequence[Condition]) -> list[tuple[Side, Side]]:
    """Return each condition's pair: the same question in English, asked the same way.

    Mixed questions with same-bias demonstrations are compared with English ones with English
    demonstrations, as paper B's table 2 does.
    """
    english = {_way(c): c for c in conditions if c.variant == "english"}
    return [
        (Side(model, english[_way(c)]), Side(model, c))
        for c in conditions
        if c.variant != "english" and _way(c) in english
    ]


def _way(condition: Condition) -> tuple[Any, ...]:
    style = "default" if condition.style.startswith("aware") else condition.style
    return condition.task, condition.shots, style, condition.scoring


def compare(
    family: str,
    pairs: Sequence[tuple[Side, Side]],
    right: Mapping[Side, Mapping[str, bool]],
    draws: Draws,
) -> pl.DataFrame:
    """Return COMPARISONS of the pairs, whose p-values are corrected together.

    right: item -> right or wrong for each side; questions that one side was not asked are left
    out of a pair. draws: of the task's items.
    """
    position = {item: i for i, item in enumerate(draws.items)}
    rows: list[dict[str, object]] = []
    for first, second in pairs:
        items = [item for item in right[first] if item in right[second]]
        one = np.array([right[first][item] for item in items], dtype=bool)
        two = np.array([right[second][item] for item in items], dtype=bool)
        weights = draws.weights[:, [position[item] for item in items]]
        values = 100 * ratio(weights @ (one.astype(float) - two), weights.sum(axis=1))
        low, high = interval(values[1:], draws.level)
        test = mcnemar(one, two)
        rows.append(
            {
                "family": family,
                **_named("first", first),
                **_named("second", second),
                "metric": "accuracy",
                "n": len(items),
                "difference": None if np.isnan(values[0]) else float(values[0]),
                "low": low,
                "high": high,
                "first_only": test.first_only,
                "second_only": test.second_only,
                "p": test.p,
            }
        )
    for row, p in zip(rows, corrected([float(str(row["p"])) for row in rows]), strict=True):
        row["p_corrected"] = p
    schema = {name: column.dtype for name, column in COMPARISONS.columns.items()}
    return COMPARISONS.check(pl.DataFrame(rows, schema=schema))


def _named(side: str, value: Side) -> dict[str, object]:
    fields = {name: getattr(value.condition, name) for name in COLUMNS}
    return {f"{side}_{name}": field for name, field in {"model": value.model, **fields}.items()}
