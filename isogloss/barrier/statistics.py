"""Paired comparisons of two conditions or models on the same questions.

Questions are parallel, so a comparison counts only where the two differ. McNemar's test asks
whether one is right more often where just one is; the bootstrap gives the difference's interval.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from isogloss.errors import IsoglossError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Paired:
    """Questions that only the first, or only the second, answers right, and the p-value."""

    first_only: int
    second_only: int
    p: float


def mcnemar(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> Paired:
    """Return the exact two-sided McNemar test of two answers to each question, shape (questions,).

    Source: McNemar (1947), in its exact form: of the questions where just one is right, the number
    for the first is binomial with chance 1/2 if neither is better. Without such questions p is 1.
    Raises IsoglossError where the two have not the same number of questions.
    """
    from statsmodels.stats.contingency_tables import mcnemar as exact_test

    if first.shape != second.shape:
        raise IsoglossError(
            f"McNemar: {len(first)} and {len(second)} answers; both need the same questions"
        )
    b, c = int((first & ~second).sum()), int((second & ~first).sum())
    same = int((first & second).sum())
    p = float(exact_test([[same, b], [c, len(first) - same - b - c]], exact=True).pvalue)
    return Paired(b, c, p)


def corrected(p_values: Sequence[float]) -> list[float]:
    """Return the p-values corrected for their number by Holm's step-down method, in their order.

    Source: Holm (1979). Whatever the tests' dependence, the chance of any false finding stays at
    the level.
    """
    from statsmodels.stats.multitest import multipletests

    return [float(p) for p in multipletests(p_values, method="holm")[1]] if len(p_values) else []


def interval(draws: Array, level: float) -> tuple[float, float] | tuple[None, None]:
    """Return the percentile interval of bootstrap draws, shape (draws,); None where none is known.

    level: coverage, 0-1. Draws that are NaN (nothing to measure) are left out.
    """
    known = draws[~np.isnan(draws)]
    if not len(known):
        return None, None
    tail = 100 * (1 - level) / 2
    low, high = np.percentile(known, [tail, 100 - tail])
    return float(low), float(high)
