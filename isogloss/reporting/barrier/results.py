"""Values of study barrier with their draws: single cells, means over languages, differences.

Means are over languages that all models share which were asked in any of them, so that a table or
figure compares like with like; what is subtracted is paired by question, draw by draw.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from isogloss.barrier.aggregate import MEAN
from isogloss.barrier.cells import ALL
from isogloss.barrier.condition_columns import COLUMNS
from isogloss.barrier.conditions import Condition
from isogloss.barrier.statistics import interval
from isogloss.errors import IsoglossError
from isogloss.reporting.barrier.models import BarrierModel
from isogloss.reporting.barrier.ways import SCORINGS, Way, ordered

Array = NDArray[np.float64]
Key = tuple[str, Condition, str]  # model, condition, metric


@dataclass(frozen=True, eq=False)
class Estimate:
    """A value with its interval (None where unknown), and the questions that it rests on."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    excluded: int
    languages: tuple[str, ...]
    draws: Array  # one value per bootstrap draw; empty for metrics without replicates

    @property
    def per_language(self) -> float:
        """Return how many questions each language has, those left out counted."""
        return (self.n + self.excluded) / len(self.languages)


class Results:
    """The values over all questions of a run, by model, way and language.

    languages: those of the study, for means. Held out are those that the mixes of a corpus do not
    have, of the study or not. level: of the intervals, 0-1. Raises IsoglossError where the two
    tables do not belong together.
    """

    def __init__(
        self,
        cells: pl.DataFrame,
        replicates: pl.DataFrame,
        models: Sequence[BarrierModel],
        languages: Sequence[str],
        level: float,
    ) -> None:
        self.models = list(models)
        self.languages = ordered(set(languages) - {"en"})
        self.level = level
        names = ["model", *COLUMNS, "metric"]
        chosen = cells.filter(pl.col("group") == ALL)
        columns = [*names, "value", "low", "high", "n", "excluded"]
        self._cells = {_key(row): row[len(names) :] for row in chosen.select(columns).iter_rows()}
        self._draws = {
            _key(row): np.array(row[-1], dtype=np.float64)
            for row in replicates.select([*names, "draws"]).iter_rows()
        }
        self._check_draws()
        self._usual = self._usual_scorings()
        self._asked: dict[tuple[str, str, int, str, str, str, str], set[str]] = {}
        for model, condition, _ in self._cells:
            if condition.language != MEAN:
                self._asked.setdefault(_way_key(model, condition), set()).add(condition.language)

    def _check_draws(self) -> None:
        lengths: dict[str, set[int]] = {}
        for (_, condition, _), draws in self._draws.items():
            lengths.setdefault(condition.task, set()).add(len(draws))
        for task, found in lengths.items():
            if len(found) > 1:
                raise IsoglossError(
                    f"replicates: rows of {task} have {min(found)} to {max(found)} draws and "
                    "cannot be subtracted; aggregate all models anew with one number of samples"
                )

    def _usual_scorings(self) -> Mapping[tuple[str, str], str]:
        """Return how most conditions of a model and task were read; equals: the first of SCORINGS.

        Controls are in the conditions of all evaluations, and are read as most models are.
        """
        counts: dict[tuple[str, str], Counter[str]] = {}
        for model, condition, metric in self._cells:
            if metric == "accuracy" and condition.scoring in SCORINGS:
                counts.setdefault((model, condition.task), Counter())[condition.scoring] += 1
        usual = {key: max(SCORINGS, key=lambda name: found[name]) for key, found in counts.items()}
        controls = {model.key for model in self.models if model.stage == "control"}
        for key, task in usual:
            real = Counter(
                scoring for (model, of), scoring in usual.items()
                if of == task and model not in controls
            )  # fmt: skip
            if key in controls and real:
                usual[key, task] = max(SCORINGS, key=lambda name: real[name])
        return usual

    def usual(self, model: BarrierModel, task: str) -> str:
        """Return how a model's answers of a task are read where a way does not say."""
        return self._usual.get((model.key, task), "letter")

    def condition(self, model: BarrierModel, way: Way, language: str) -> Condition:
        """Return the condition that a way stands for in a language."""
        return way.condition(language, self.usual(model, way.task))

    def asked(self, model: BarrierModel, way: Way) -> list[str]:
        """Return the languages that a model was asked in, in the order of tables and figures."""
        return ordered(self._asked.get(_way_key(model.key, self.condition(model, way, "")), set()))

    def mixed(self, models: Sequence[BarrierModel]) -> list[str]:
        """Return the languages, but English, that all mixes have which the models learned.

        Without any mix, those of the study.
        """
        texts = [set(of.languages) for of in models if of.languages is not None]
        return [code for code in self.languages if all(code in text for text in texts)]

    def lacking(self, model: BarrierModel, way: Way) -> set[str]:
        """Return the languages asked that are held out: that the mixes of its corpus do not have.

        Of a model off the shelf, those that the mixes of one of its fine-tunes do not have; of
        controls, of one of all.
        """
        learned = [model]
        if model.start is None:
            learned = [m for m in self.models if model.stage == "control" or m.start == model.key]
        return set(self.asked(model, way)) - {"en"} - set(self.mixed(learned))

    def shared(self, way: Way, *, held_out: bool = False) -> list[str]:
        """Return the languages of means: those that all models have which have any of them.

        held_out: of the languages that are held out, instead of the study's own.
        """
        found: list[set[str]] = []
        for model in self.models:
            if model.stage != "control":
                asked = set(self.asked(model, way)) & set(self.languages)
                part = self.lacking(model, way) if held_out else asked
                if part:
                    found.append(part)
        return ordered(set.intersection(*found)) if found else []

    def at(
        self, model: BarrierModel, way: Way, language: str, metric: str = "accuracy"
    ) -> Estimate | None:
        """Return the value in one language, or None where it was not run."""
        key = (model.key, self.condition(model, way, language), metric)
        if key not in self._cells:
            return None
        value, low, high, n, excluded = self._cells[key]
        draws = self._draws.get(key, np.empty(0))
        return Estimate(value, low, high, n, excluded, (language,), draws)

    def over_all(self, model: BarrierModel, way: Way, metric: str) -> Estimate | None:
        """Return the mean over all languages but English, as the table of cells has it.

        This is the way to a mean of metrics without replicates, such as shares of letters.
        """
        languages = tuple(code for code in self.asked(model, way) if code != "en")
        if len(languages) < 2:
            return self.at(model, way, languages[0], metric) if languages else None
        found = self.at(model, way, MEAN, metric)
        return found and replace(found, languages=languages)

    def over(
        self, model: BarrierModel, way: Way, languages: Sequence[str], metric: str = "accuracy"
    ) -> Estimate | None:
        """Return the mean over languages; None where it was not run in all of them."""
        found = [self.at(model, way, language, metric) for language in languages]
        estimates = [estimate for estimate in found if estimate is not None]
        if not found or len(estimates) < len(found):
            return None
        if len(estimates) == 1:
            return estimates[0]
        values = [estimate.value for estimate in estimates]
        known = [value for value in values if value is not None]
        value = sum(known) / len(known) if len(known) == len(values) else None
        draws = _mean([estimate.draws for estimate in estimates])
        low, high = interval(draws, self.level) if value is not None else (None, None)
        n, excluded = (sum(getattr(e, name) for e in estimates) for name in ("n", "excluded"))
        return Estimate(value, low, high, n, excluded, tuple(languages), draws)

    def get(self, model: BarrierModel, way: Way, metric: str = "accuracy") -> Estimate | None:
        """Return the value of a way: of its one language, or the mean over the study's own."""
        if way.language is not None:
            return self.at(model, way, way.language, metric)
        return self.over(model, way, self.shared(way), metric)

    def held_out(self, model: BarrierModel, way: Way, metric: str = "accuracy") -> Estimate | None:
        """Return the mean over held-out languages; None where its text has one of them."""
        languages = self.shared(way, held_out=True)
        if not self.lacking(model, way).issuperset(languages):
            return None
        return self.over(model, way, languages, metric)

    def difference(self, first: Estimate | None, second: Estimate | None) -> Estimate | None:
        """Return first minus second, paired by question; None where one was not run."""
        if first is None or second is None:
            return None
        languages = max(first.languages, second.languages, key=len)
        per_language = min(one.n / len(one.languages) for one in (first, second))
        n, excluded = round(per_language * len(languages)), max(first.excluded, second.excluded)
        if first.value is None or second.value is None:
            return Estimate(None, None, None, n, excluded, languages, np.empty(0))
        draws = first.draws - second.draws
        value = first.value - second.value
        low, high = interval(draws, self.level)
        return Estimate(value, low, high, n, excluded, languages, draws)

    def chance(self, model: BarrierModel, way: Way, language: str) -> float | None:
        """Return the percentage right by guessing among the options, if there are any."""
        condition = self.condition(model, way, language)
        options = sum((model.key, condition, f"answered_{n}") in self._cells for n in range(26))
        return 100 / options if options else None


def _key(row: tuple[str | int, ...]) -> Key:
    count = len(COLUMNS)
    return str(row[0]), Condition(*row[1 : 1 + count]), str(row[1 + count])  # type: ignore[arg-type]


def _way_key(model: str, of: Condition) -> tuple[str, str, int, str, str, str, str]:
    return model, of.task, of.shots, of.demonstrations, of.style, of.scoring, of.variant


def _mean(draws: Sequence[Array]) -> Array:
    """Return the mean of draws; NaN where one of them measures nothing, empty where one has none.

    A draw that leaves out a language must not become a mean over the others.
    """
    if any(len(one) == 0 for one in draws):
        return np.empty(0)
    mean: Array = np.mean(np.stack(draws), axis=0)
    return mean
