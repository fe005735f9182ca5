"""The values that study barrier's claims are about, with their draws: from cells and embeddings."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from isogloss.metrics.aggregate import make_draws
from isogloss.reporting.barrier.models import BarrierModel
from isogloss.reporting.barrier.results import Estimate, Results
from isogloss.reporting.barrier.ways import VARIANTS, Way, mmlu
from isogloss.reporting.claims import Measures

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Asked:
    """A metric of a way to ask.

    where: in the way's one language or as the mean over the study's own; as the mean over held-out
    languages; or in the language other than English in which a model is best. A way of variant
    `any` is the mean over all variants of MMLU that were asked there.
    """

    way: Way
    where: Literal["own", "held-out", "best"] = "own"
    metric: str = "accuracy"

    def __str__(self) -> str:
        """Return a name for errors."""
        return f"{self.metric} ({self.way}, {self.where})"


@dataclass(frozen=True)
class Similarity:
    """Mean cosine of texts with their originals, over every p. kind: mixed, replaced or hidden."""

    kind: str

    def __str__(self) -> str:
        """Return a name for errors."""
        return f"cosine similarity of {self.kind} texts"


Measure = Asked | Similarity
ANY = "any"
HELD_OUT_MMLU = Asked(mmlu(ANY), "held-out")


def measures(
    results: Results,
    points: Sequence[pl.DataFrame],
    needs: Iterable[Hashable],
    bootstrap: Mapping[str, Any],
) -> tuple[Measures, Measures]:
    """Return the values themselves, and their draws, of all models.

    points: tables of embedded texts, one a model. bootstrap: samples and seed of the draws of
    texts; those of questions come with the results. What a model lacks is not there.
    """
    values: dict[tuple[str, Measure], Array] = {}
    draws: dict[tuple[str, Measure], Array] = {}
    for need in dict.fromkeys(needs):
        if not isinstance(need, Asked):
            continue  # of the embeddings, below
        for model in results.models:
            found = _asked(results, model, need)
            if found is not None and found[0] is not None:
                values[model.key, need] = np.array([found[0]])
                draws[model.key, need] = found[1]
    for table in points:
        for (key, kind), one, drawn in _similarities(table, bootstrap):
            values[key, Similarity(kind)] = np.array([one])
            draws[key, Similarity(kind)] = drawn
    return Measures(values, "cells"), Measures(draws, "replicates")


def _asked(results: Results, model: BarrierModel, need: Asked) -> tuple[float | None, Array] | None:
    """Return a model's value and its draws, or None where it was not asked."""
    if need.way.variant == ANY:
        return _over_variants(results, model)
    if need.where == "best":
        held_out = results.shared(need.way, held_out=True)
        languages = list(dict.fromkeys([*results.shared(need.way), *held_out]))
        found = [results.at(model, need.way, language, need.metric) for language in languages]
        known = [of for of in found if of is not None and of.value is not None]
        if not known or len(known) < len(languages):
            return None
        best = max(of.value for of in known if of.value is not None)
        return best, np.max(np.stack([of.draws for of in known]), axis=0)
    measure = results.held_out if need.where == "held-out" else results.get
    estimate = measure(model, need.way, need.metric)
    return (estimate.value, estimate.draws) if estimate else None


def _over_variants(results: Results, model: BarrierModel) -> tuple[float | None, Array] | None:
    """Return the mean over the variants that all models have which have any, held-out languages."""
    ways = [mmlu(variant) for variant in VARIANTS if variant not in ("english", "mixup")]
    asked = [
        {way for way in ways if results.held_out(one, way) is not None}
        for one in results.models
        if one.stage != "control"
    ]
    common = set.intersection(*(of for of in asked if of)) if any(asked) else set()
    found: list[Estimate | None] = [results.held_out(model, way) for way in ways if way in common]
    known = [of for of in found if of is not None and of.value is not None]
    if not known or len(known) < len(found):
        return None
    value = sum(of.value for of in known if of.value is not None) / len(known)
    return value, np.mean(np.stack([of.draws for of in known]), axis=0)


def _similarities(
    table: pl.DataFrame, bootstrap: Mapping[str, Any]
) -> list[tuple[tuple[str, str], float, Array]]:
    """Return (model, kind), the mean over texts and p, and its draws over texts."""
    means = (
        table.group_by("model", "kind", "number", maintain_order=True)
        .agg(pl.col("cosine").mean())
        .with_columns(pl.col("number").cast(pl.String()))
    )
    draws = make_draws(means["number"], bootstrap["samples"], 0.5, bootstrap["seed"])
    place = {text: number for number, text in enumerate(draws.items)}
    found = []
    for (model, kind), rows in means.group_by("model", "kind", maintain_order=True):
        weights = draws.weights[:, [place[text] for text in rows["number"]]]
        drawn = weights @ rows["cosine"].to_numpy() / weights.sum(axis=1)
        found.append(((str(model), str(kind)), float(drawn[0]), drawn[1:]))
    return found
