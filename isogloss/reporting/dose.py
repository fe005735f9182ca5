"""Dose-response of the barrier: against what models learned, or against words shared in questions.

A question's barrier is whether it is answered right in English less the share of the other
languages in which it is; a model's is the mean over questions (paper B, section 3.2).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from isogloss.barrier.statistics import interval
from isogloss.corpora.mixing import Mix
from isogloss.errors import IsoglossError
from isogloss.metrics.aggregate import Draws, make_draws
from isogloss.metrics.summary import ratio

Array = NDArray[np.float64]

ALL = "all questions"
SEVERAL = "facts told in several languages"
ENGLISH = "facts told in English only"


@dataclass(frozen=True)
class Answers:
    """A model's answers by question, in the order of `items`: right in English, and in others.

    english: 0 or 1, shape (questions,). others: share of the other languages, 0-1, same shape.
    """

    items: Sequence[str]
    english: Array
    others: Array


def read_answers(scores: pl.DataFrame, model: str, task: str) -> Answers:
    """Return a model's answers, of SCORES, whose options were scored by their texts.

    Raises IsoglossError where a question was not asked in every language.
    """
    asked = scores.filter(task=task, scoring="text").filter(~pl.col("excluded"))
    table = asked.pivot("language", index="item", values="accuracy").sort("item")
    others = [name for name in table.columns if name not in ("item", "en")]
    if "en" not in table.columns or not others or any(table.null_count().row(0)):
        raise IsoglossError(
            f"{model}: the questions of {task!r} are not the same in every language, English one "
            "of them; ask them all, of a model whose context holds them"
        )
    return Answers(
        table["item"].to_list(),
        table["en"].to_numpy().astype(np.float64),
        table.select(others).to_numpy().mean(axis=1),
    )


def sharing(questions: pl.DataFrame) -> dict[str, float]:
    """Return item -> percent of the languages but English whose right option reads as English's.

    questions: QUIZ.
    """
    right = questions.with_columns(
        pl.coalesce(
            pl.when(pl.col("answer") == letter).then(pl.col(letter)) for letter in "ABCD"
        ).alias("right")
    ).select("id", "language", "right")
    english = right.filter(language="en").select("id", pl.col("right").alias("english"))
    same = (
        right.filter(pl.col("language") != "en")
        .join(english, on="id")
        .group_by("id")
        .agg((100 * (pl.col("right") == pl.col("english")).mean()).alias("same"))
    )
    return dict(same.iter_rows())


def rows_of(
    doses: Sequence[Mapping[str, Any]],
    scores: Mapping[str, pl.DataFrame],
    questions: Mapping[str, pl.DataFrame],
    bootstrap: Mapping[str, Any],
) -> list[dict[str, Any]]:
    """Return a row per dose-response, dose and group of questions, with the barrier's interval.

    doses: as of `isogloss.config.experiments.Experiments.doses`. scores: SCORES by model.
    questions: QUIZ by task. bootstrap: samples, level (0-1) and seed. Each draw takes questions,
    and seeds, with replacement.
    """
    rows: list[dict[str, Any]] = []
    for entry in doses:
        table = questions[entry["task"]]
        draws = make_draws(
            table["id"].unique(), bootstrap["samples"], bootstrap["level"], bootstrap["seed"]
        )
        for arm in entry["arms"]:
            models = [seed["model"] for seed in arm["seeds"]]
            answers = [read_answers(scores[model], model, entry["task"]) for model in models]
            if any(list(one.items) != list(draws.items) for one in answers):
                raise IsoglossError(f"{models}: were not asked all questions of {entry['task']!r}")
            for dose, group, masks in _groups(arm, table, draws.items):
                rows.append(
                    {
                        "experiment": entry["name"],
                        "dose": dose,
                        "questions": group,
                        "n": round(float(np.mean([mask.sum() for mask in masks]))),
                        **_estimate(answers, masks, draws, bootstrap["seed"]),
                    }
                )
    return rows


def _groups(
    arm: Mapping[str, Any], questions: pl.DataFrame, items: Sequence[str]
) -> Iterator[tuple[float, str, list[Array]]]:
    """Yield dose, name of a group of questions, and per seed which questions are in it (0 or 1)."""
    seeds = len(arm["seeds"])
    if arm["dose"] is None:
        shared = sharing(questions)
        for level in sorted(set(shared.values())):
            mask = np.array([float(shared[item] == level) for item in items])
            yield level, ALL, [mask] * seeds
        return
    yield arm["dose"], ALL, [np.ones(len(items))] * seeds
    if all(seed["partly"] for seed in arm["seeds"]):
        subjects = dict(questions.select("id", "subject").iter_rows())
        several = [
            np.array([float(mix.mixes(subjects[item])) for item in items])
            for seed in arm["seeds"]
            for mix in [Mix("sentence", seed=seed["partly"]["seed"], mixed=seed["partly"]["share"])]
        ]
        yield arm["dose"], SEVERAL, several
        yield arm["dose"], ENGLISH, [1 - mask for mask in several]


def _estimate(
    answers: Sequence[Answers], masks: Sequence[Array], draws: Draws, seed: int
) -> dict[str, Any]:
    """Return accuracies and the barrier with intervals, and each seed's barrier, in percent."""
    drawn_seeds = _seed_weights(len(answers), len(draws.weights) - 1, seed)
    values: dict[str, Array] = {}
    for name in ("english", "others"):
        of_seeds = [
            ratio(draws.weights @ (mask * getattr(one, name)), draws.weights @ mask)
            for one, mask in zip(answers, masks, strict=True)
        ]
        values[name] = 100 * np.stack(of_seeds, axis=1)  # (1 + draws, seeds)
    values["barrier"] = values["english"] - values["others"]
    found: dict[str, Any] = {"seeds": len(answers)}
    for name, by_seed in values.items():
        means = (by_seed * drawn_seeds).sum(axis=1)
        low, high = interval(means[1:], draws.level)
        found |= {name: float(means[0]), f"{name}_low": low, f"{name}_high": high}
    return found | {"by_seed": [float(value) for value in values["barrier"][0]]}


def _seed_weights(seeds: int, samples: int, seed: int) -> Array:
    """Return how much each seed counts in each draw, shape (1 + samples, seeds); rows sum to 1."""
    generator = np.random.Generator(np.random.PCG64([seed, seeds]))
    drawn = generator.multinomial(seeds, np.full(seeds, 1 / seeds), size=samples)
    return np.vstack([np.ones(seeds), drawn]) / seeds
