"""What claims of study barrier are made of: which models to compare, and the number to look at.

Cases are models, or pairs (first, second) of a model and what it became, or of two fine-tunes of
one model. A contrast is one case's number, above 0 where the claim holds.
"""

from collections.abc import Callable, Sequence

import numpy as np

from isogloss.reporting.barrier.measures import Measure
from isogloss.reporting.barrier.models import MIXED, BarrierModel, families, off_the_shelf
from isogloss.reporting.claims import Case, Draws, Measures

Models = Sequence[BarrierModel]
Documents = Sequence[str | None]  # kinds of corpora, as configured; None: other files
Cases = Callable[[Models], list[Case[BarrierModel]]]
Contrast = Callable[[Measures, Case[BarrierModel]], Draws]

GENERAL: Documents = ("lines", "lab-known", None)
DOMAIN: Documents = ("selection", "lab")


def shelf(models: Models) -> list[Case[BarrierModel]]:
    """Return the models off the shelf, one per case."""
    return [(model,) for model in off_the_shelf(models)]


def on_english(documents: Documents) -> Cases:
    """Return the models that learned the English text of such a corpus, one per case."""
    return lambda models: [
        (model,)
        for family in families(models, documents)
        for model in family.tuned
        if model.mix == "english"
    ]


def from_start(documents: Documents | None, mixes: Sequence[str]) -> Cases:
    """Return the pairs of a model, and what it became on such a corpus in one of these mixes."""
    return lambda models: [
        (family.start, model)
        for family in families(models, documents)
        for model in family.tuned
        if model.mix in mixes and family.start
    ]


def english_and_mixed(documents: Documents) -> Cases:
    """Return the pairs of what a model became on English text, and on a mix of that corpus."""
    return lambda models: [
        (plain, model)
        for family in families(models, documents)
        for plain in family.tuned
        for model in family.tuned
        if plain.mix == "english" and model.mix in MIXED
    ]


def above(measure: Measure, *others: Measure) -> Contrast:
    """Return the contrast of a model: a value minus the largest of others."""
    return lambda of, case: of.get(case[0], measure) - _largest(of, case[0], others)


def below(measure: Measure, *others: Measure) -> Contrast:
    """Return the contrast of a model: the smallest of other values minus this one."""
    return lambda of, case: (
        np.min(np.stack([of.get(case[0], other) for other in others]), axis=0)
        - of.get(case[0], measure)
    )


def mean_above(measured: Sequence[Measure], other: Measure) -> Contrast:
    """Return the contrast of a model: the mean of several values minus another one."""
    return lambda of, case: np.mean(
        [of.get(case[0], one) - of.get(case[0], other) for one in measured], axis=0
    )


def gain(*measured: Measure) -> Contrast:
    """Return the contrast of a pair: the second model's mean value minus the first one's."""
    return lambda of, case: np.mean(
        [of.get(case[1], one) - of.get(case[0], one) for one in measured], axis=0
    )


def loss(*measured: Measure) -> Contrast:
    """Return the contrast of a pair: the first model's mean value minus the second one's."""
    return lambda of, case: -gain(*measured)(of, case)


def second(contrast: Contrast) -> Contrast:
    """Return a model's contrast for pairs, computed on the second model."""
    return lambda of, case: contrast(of, case[1:])


def _largest(of: Measures, model: BarrierModel, measured: Sequence[Measure]) -> Draws:
    largest: Draws = np.max(np.stack([of.get(model, one) for one in measured]), axis=0)
    return largest
