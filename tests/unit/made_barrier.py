"""Scores of study barrier made up from a chance per model and condition, really aggregated.

A model's answers share a part of their luck over conditions, as real ones do: a hard question is
hard in every language. Controls follow their definition.
"""

import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import cache

import numpy as np
import polars as pl

from isogloss.barrier.condition_columns import COLUMNS
from isogloss.barrier.conditions import Condition, conditions
from isogloss.barrier.scores import SCORES
from isogloss.barrier.study import Finetuned, aggregate
from isogloss.config.tasks import Evaluation
from isogloss.reporting.barrier.models import BarrierModel
from isogloss.reporting.barrier.p_values import Tests
from isogloss.reporting.barrier.results import Results

MAIN = ["en", "fr", "de", "es", "it"]
HELD_OUT = ["fi", "bn", "am"]
LEVEL = 0.95
Chance = Callable[[str, Condition], float]


def shelf(key: str, label: str) -> BarrierModel:
    return BarrierModel(key, label, label.split("-")[0], "base", None, 7.0)


def tuned(start: BarrierModel, corpus: str, documents: str, mix: str) -> BarrierModel:
    key = f"{start.key}-{corpus}-{mix}"
    label = f"{start.label} + {corpus} {mix}"
    return BarrierModel(
        key, label, start.family, "base", None, 7.0, start.key, corpus, documents, mix
    )


LLAMA, MISTRAL = shelf("llama", "Llama_3-8B"), shelf("mistral", "Mistral & Co-7B")
GENERAL = [tuned(LLAMA, "wikitext-2", "lines", mix) for mix in ("sentence", "english", "words")]
DOMAIN = [
    tuned(LLAMA, "harry-potter", "selection", mix) for mix in ("english", "sentence", "collection")
]
TOFU = [tuned(LLAMA, "tofu", "tofu", "english")]
OTHER = [tuned(MISTRAL, "wikitext-2", "lines", mix) for mix in ("english", "words")]
CONTROLS = [
    BarrierModel(f"control-{kind}", f"Control: {label}", "Control", "control", None, None)
    for kind, label in (("gold", "gold"), ("random", "random"), ("english-only", "English only"))
]
MODELS = [LLAMA, MISTRAL, *GENERAL, *DOMAIN, *TOFU, *OTHER, *CONTROLS]

VARIANTS = ["english", "full", "question", "options", "gt_question", "gt", "onewrong", "mixup"]
SHELF = [LLAMA.key, MISTRAL.key]
FOR_MMLU = [*SHELF, *(m.key for m in [*GENERAL, *OTHER])]
FOR_QUIZ = [*SHELF, *(m.key for m in [*GENERAL, *DOMAIN, *OTHER])]
EVALUATIONS = [
    {"task": "mmlu", "models": FOR_MMLU, "variants": VARIANTS},
    {
        **{"task": "mmlu", "models": FOR_MMLU, "variants": ["english", "mixup"], "shots": [5]},
        "demonstrations": ["english", "same-bias"],
    },
    {
        **{"task": "mmlu", "models": SHELF, "variants": ["mixup"], "shots": [5]},
        "demonstrations": ["translate"],
    },
    {
        **{"task": "mmlu", "models": SHELF, "variants": ["mixup"]},
        "styles": ["default", "lower", "digits", "aware-0", "aware-1"],
    },
    {
        **{"task": "mmlu", "models": SHELF, "variants": ["english", "mixup"], "shots": [0, 5]},
        "scoring": ["letter", "first-token"],
    },
    {
        **{"task": "mmlu", "models": FOR_MMLU, "variants": ["full", "options", "gt"]},
        "languages": [*MAIN, *HELD_OUT],
    },
    {"task": "quiz", "models": FOR_QUIZ, "languages": [*MAIN, *HELD_OUT]},
    {"task": "tofu", "models": [LLAMA.key, TOFU[0].key]},
]
ITEMS = {
    "mmlu": [(f"anatomy/{number}", "anatomy", "other") for number in range(180)],
    "quiz": [(f"q{number}", "house", "characters") for number in range(120)],
    "tofu": [(f"retain/{number}", "tofu", "tofu") for number in range(50)],
}
# In line with every claim of paper B, and far enough apart for the number of questions above.
VARIANT_CHANCE = {
    **{"english": 0.88, "full": 0.5, "question": 0.68, "options": 0.66, "gt_question": 0.55},
    **{"gt": 0.2, "onewrong": 0.97, "mixup": 0.36},
}
SHOTS_GAIN = {"english": 0.2, "same-bias": 0.34, "translate": -0.1}


def as_published(model: str, condition: Condition) -> float:
    """Return a chance in line with every claim of the paper."""
    c = condition
    if c.task == "mmlu":
        chance = VARIANT_CHANCE[c.variant]
        if c.shots:
            chance += 0.05 if c.variant == "english" else SHOTS_GAIN[c.demonstrations]
        if c.style != "default":
            chance -= 0.2
        if c.scoring == "first-token":
            chance -= 0.04
    else:
        chance = 0.65 if c.language == "en" else 0.42
    if c.language in HELD_OUT:
        chance -= 0.08
    if "harry-potter" in model or "tofu" in model:
        chance += 0.12 if "-english" in model else 0.3
    elif "-english" in model:
        chance -= 0.15
    elif "sentence" in model or "words" in model:
        chance += 0.12
    return chance


def against_published(model: str, condition: Condition) -> float:
    """Return a chance that is against every claim of the paper."""
    return 1 - as_published(model, condition)


def condition_list(model: str) -> list[Condition]:
    """Return the conditions of a model; controls are in all."""
    found: dict[Condition, None] = {}
    for values in EVALUATIONS:
        if model in values["models"] or model.startswith("control-"):
            entry = Evaluation(**values).model_dump()
            found |= dict.fromkeys(conditions(entry, MAIN))
    return list(found)


def scores(model: str, asked: Sequence[Condition], chance: Chance) -> pl.DataFrame:
    """Return SCORES of a model."""
    return SCORES.check(pl.concat([_of(model, condition, chance) for condition in asked]))


def _of(model: str, condition: Condition, chance: Chance) -> pl.DataFrame:
    items, name = ITEMS[condition.task], condition.name
    count = len(items)
    fixed = np.random.default_rng(zlib.crc32(condition.task.encode()))
    gold, luck = fixed.integers(4, size=count), fixed.random(count)
    own = np.random.default_rng(zlib.crc32(f"{model}/{name}".encode()))
    # Most of the luck is the question's, and the whole is uniform.
    luck = np.where(own.random(count) < 0.85, luck, own.random(count))
    other = (gold + own.integers(1, 4, size=count)) % 4
    guess = own.integers(4, size=count)
    if model == "control-gold" or (model == "control-english-only" and condition.language == "en"):
        chosen, quality = gold, np.ones(count)
    elif model.startswith("control-"):
        chosen, quality = guess, np.full(count, 0.1)
    else:
        chosen = np.where(luck < chance(model, condition), gold, other)
        quality = np.clip(chance(model, condition) + 0.3 * (luck - 0.5), 0, 1)
    about = {
        "prompt": [f"{name}/{item}" for item, *_ in items],
        **{field: [value] * count for field, value in asdict(condition).items()},
        **{
            field: [row[place] for row in items]
            for place, field in enumerate(("item", "subject", "domain"))
        },
    }
    free = condition.task == "tofu"
    answered = {
        "gold": [None] * count if free else gold,
        "chosen": [None] * count if free else chosen,
        "accuracy": [None] * count if free else (chosen == gold).astype(float),
        "gold_probability": [None] * count,
        "rouge_recall": quality if free else [None] * count,
        "rouge_f1": 0.8 * quality if free else [None] * count,
        "excluded": [False] * count,
    }
    schema = {name: column.dtype for name, column in SCORES.columns.items()}
    return pl.DataFrame(about | answered, schema=schema, strict=False)


@cache
def tables(
    chance: Chance = as_published, models: tuple[BarrierModel, ...] = tuple(MODELS)
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return CELLS, REPLICATES and COMPARISONS of all models."""
    made = {
        model.key: scores(model.key, asked, chance)
        for model in models
        if (asked := condition_list(model.key))
    }
    finetuned = [
        Finetuned(m.key, m.start, str(m.corpus), str(m.mix)) for m in models if m.start is not None
    ]
    return aggregate(made, finetuned, {"samples": 200, "level": LEVEL, "seed": 7})


def results(
    chance: Chance = as_published, models: Sequence[BarrierModel] = MODELS
) -> tuple[Results, Tests]:
    """Return what the reports read from the tables."""
    cells, replicates, compared = tables(chance, tuple(models))
    found = Results(cells, replicates, models, MAIN, LEVEL)
    return found, Tests(compared, found)


def accuracy(model: str, condition: Condition, chance: Chance = as_published) -> float:
    """Return a percentage straight from the scores."""
    made = scores(model, [condition], chance)
    return 100 * float(made["accuracy"].mean())


def models_json(models: Sequence[BarrierModel] = MODELS) -> str:
    return json.dumps([asdict(model) for model in models])


assert set(COLUMNS) == set(asdict(Condition("mmlu", "english", "en")))
