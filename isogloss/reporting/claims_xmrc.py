"""The findings of paper A, sections 1 and 4, that study xmrc can test, and its published values."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from isogloss.errors import IsoglossError
from isogloss.metrics.summary import mean_over_languages
from isogloss.reporting import claims_show
from isogloss.reporting.caption import Caption
from isogloss.reporting.claims import (
    Case,
    Claim,
    Draws,
    Measures,
    draws_of_replicates,
    judge,
    pairs,
    point,
    sized,
    stage,
    values_of_cells,
)
from isogloss.reporting.modelinfo import ModelInfo
from isogloss.reporting.published import read
from isogloss.reporting.tables.display import Document
from isogloss.reporting.tables.numbers import listing

GAP = ("en-x", "f1_gap")
LANGUAGE_ERROR = ("en-x", "language_error")
CROSS, SAME = ("en-x", "f1"), ("x-x", "f1")


def _decrease(measure: tuple[str, str]) -> Callable[[Measures, Case[ModelInfo]], Draws]:
    """Return the contrast of a pair: the base model's value minus its post-trained model's."""
    return lambda values, case: values.get(case[0], *measure) - values.get(case[1], *measure)


def _excess(
    more: tuple[str, str], less: tuple[str, str]
) -> Callable[[Measures, Case[ModelInfo]], Draws]:
    """Return the contrast of a model: one of its values minus another."""
    return lambda values, case: values.get(case[0], *more) - values.get(case[0], *less)


def _base_minus_post_trained(
    values: Measures, models: Sequence[ModelInfo]
) -> tuple[Draws, Case[ModelInfo]] | None:
    """Return the mean language error of all base models minus that of all post-trained ones."""
    base, trained = stage(models, "base"), stage(models, "post-trained")
    if not base or not trained:
        return None
    means = [
        np.mean([values.get(model, *LANGUAGE_ERROR) for (model,) in cases], axis=0)
        for cases in (base, trained)
    ]
    return means[0] - means[1], tuple(model for (model,) in base + trained)


CLAIMS: tuple[Claim[ModelInfo], ...] = (
    Claim(
        id="a",
        title="post-training narrows the en-x gap",
        statement="Post-trained models lose less F1 from en-en to en-x than the base models that "
        "they were trained from.",
        where="sections 1 and 4.1.1, table 1",
        statistic="gap of the base model minus gap of the post-trained model, mean over pairs; "
        "the gap is F1 in en-en minus mean F1 in en-x, in points",
        population="a base model and a model post-trained from it",
        unit="pairs",
        needs=(GAP,),
        cases=pairs,
        contrast=_decrease(GAP),
    ),
    Claim(
        id="b",
        title="base models answer in the wrong language more",
        statement="Base models answer in the language of the question more often than "
        "post-trained models.",
        where="section 4.2.1, table 1",
        statistic="mean language error in en-x of all base models minus that of all "
        "post-trained models, in percentage points; counted are the pairs",
        population="a base model and a post-trained model",
        unit="pairs",
        needs=(LANGUAGE_ERROR,),
        cases=pairs,
        contrast=_decrease(LANGUAGE_ERROR),
        pooled=_base_minus_post_trained,
    ),
    Claim(
        id="c",
        title="post-trained, 7-9B: en-x above x-x",
        statement="Post-trained models of 7 to 9 billion parameters reach a higher F1 with an "
        "English context (en-x) than with one in the question's language (x-x).",
        where="section 4.1.2, table 1",
        statistic="mean F1 in en-x minus mean F1 in x-x, in points, mean over models",
        population="a post-trained model of 7 to 9 billion parameters",
        unit="models",
        needs=(CROSS, SAME),
        cases=lambda models: sized(stage(models, "post-trained"), 7, 9),
        contrast=_excess(CROSS, SAME),
    ),
    Claim(
        id="d",
        title="base models: x-x above en-x",
        statement="Base models reach a higher F1 with a context in the question's language (x-x) "
        "than with an English one (en-x).",
        where="section 4.1.2, table 1",
        statistic="mean F1 in x-x minus mean F1 in en-x, in points, mean over models",
        population="a base model",
        unit="models",
        needs=(CROSS, SAME),
        cases=lambda models: stage(models, "base"),
        contrast=_excess(SAME, CROSS),
    ),
    Claim(
        id="e",
        title="post-trained, about 70B: x-x above en-x",
        statement="Post-trained models of about 70 billion parameters (65 to 75) reach a higher "
        "F1 with a context in the question's language (x-x) than with an English one (en-x).",
        where="section 4.1.2, table 1",
        statistic="mean F1 in x-x minus mean F1 in en-x, in points, mean over models",
        population="a post-trained model of 65 to 75 billion parameters",
        unit="models",
        needs=(CROSS, SAME),
        cases=lambda models: sized(stage(models, "post-trained"), 65, 75),
        contrast=_excess(SAME, CROSS),
    ),
)

# The paper's main list of models is that of table 1; it prints 0-shot values per language only.
SOURCES = {0: "table06.csv", 2: "table01.csv"}


def published(
    folder: Path, models: Sequence[ModelInfo], shots: int
) -> tuple[Measures, str, list[str]]:
    """Return the published values, the file they are from, and its labels that `models` lacks.

    The tables name models by label alone. `models` is therefore the whole model table, not only
    what runs: it says which of the paper's models are base models, from which base a model was
    trained, and how large it is. Values over languages are the printed means, or where only
    languages are printed, their mean. The gap is computed: F1 in en-en minus that mean.
    """
    if shots not in SOURCES:
        return Measures({}, "published tables"), "", []
    path = folder / SOURCES[shots]
    rows = [row for row in read(path) if row.shots == shots]
    keys = {model.label: model.key for model in models}
    printed: dict[tuple[str, str, str], list[float]] = {}
    for row in rows:
        if row.model in keys:
            key = keys[row.model], row.setting, row.metric
            printed.setdefault(key, []).append(row.value)
    values = {key: mean_over_languages(np.array(of)[:, None]) for key, of in printed.items()}
    gaps = {
        (model, setting, "f1_gap"): values[model, "en-en", "f1"] - value
        for (model, setting, metric), value in values.items()
        if metric == "f1" and setting != "en-en"
    }
    unknown = sorted({row.model for row in rows} - set(keys))
    return Measures(values | gaps, str(path)), path.name, unknown


def check(
    cells: pl.DataFrame,
    replicates: pl.DataFrame,
    models: Sequence[ModelInfo],
    published_models: Sequence[ModelInfo],
    options: Mapping[str, Any],
    folder: Path,
    caption: Caption,
) -> tuple[Document, str]:
    """Judge CLAIMS on CELLS and REPLICATES; return the table for readers and the CSV.

    `models` are those of the run, `published_models` all of the model table (see `published`),
    `folder` holds the published tables. `options` has `shots` (which prompts to judge) and
    `level` (coverage of the intervals, 0-1). Raises IsoglossError for other options, for shots
    that the tables lack, and for values without replicates.
    """
    if sorted(options) != ["level", "shots"]:
        raise IsoglossError(f"options of claims must be level and shots, not {sorted(options)}")
    shots, level = options["shots"], options["level"]
    values, draws = values_of_cells(cells, shots), draws_of_replicates(replicates, shots)
    judgements = [judge(claim, models, values, draws, level) for claim in CLAIMS]
    printed, table, unknown = published(folder, published_models, shots)
    points = [point(claim, published_models, printed) for claim in CLAIMS]
    notes = [
        f"{shots}-shot prompts. Numbers are in points and above 0 where the claim holds; every "
        f"pair or model has the same weight. In small print: {level * 100:g} % interval by "
        "bootstrap over questions, for the models of this run.",
        "Supported: the whole interval is above 0; contradicted: below 0; undetermined: neither, "
        "or no such models.",
        f"Published: the same numbers from the paper's values ({table})."
        if table
        else f"The paper prints no {shots}-shot values.",
    ]
    if unknown:
        notes.append(
            f"Not counted under Published, as the model table lacks them: {listing(unknown)}."
        )
    document = claims_show.document(judgements, points, notes, caption)
    return document, claims_show.csv_beside(judgements, points, shots, table)
