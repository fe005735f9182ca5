"""McNemar tests of COMPARISONS, found by what they compare."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from isogloss.barrier.condition_columns import COLUMNS
from isogloss.barrier.conditions import Condition
from isogloss.reporting.barrier.models import BarrierModel
from isogloss.reporting.barrier.results import Results
from isogloss.reporting.barrier.ways import Way


class Tests:
    """The p-values of a run, corrected within their families; alpha: of the run, 1 - level."""

    def __init__(self, comparisons: pl.DataFrame, results: Results) -> None:
        self._results = results
        self.alpha = 1 - results.level
        self._p: dict[tuple[str, Condition, str, Condition], float] = {}
        names = [f"{side}_{name}" for side in ("first", "second") for name in ("model", *COLUMNS)]
        half = len(names) // 2
        for row in comparisons.select([*names, "p_corrected"]).iter_rows():
            first, second = _side(row[:half]), _side(row[half:-1])
            # The test has two sides: it does not matter which model is the first.
            self._p[first + second] = self._p[second + first] = row[-1]

    def of(
        self,
        first: tuple[BarrierModel, Way],
        second: tuple[BarrierModel, Way],
        languages: Sequence[str],
    ) -> list[float]:
        """Return the corrected p-value of each language that was tested.

        A side whose way has a language of its own (English) is in that language in all tests.
        """
        found = []
        for language in languages:
            one, other = (
                (model.key, self._results.condition(model, way, way.language or language))
                for model, way in (first, second)
            )
            p = self._p.get(one + other)
            if p is not None:
                found.append(p)
        return found


def _side(row: Sequence[Any]) -> tuple[str, Condition]:
    return row[0], Condition(*row[1:])
