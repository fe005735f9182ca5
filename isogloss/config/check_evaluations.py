"""Check what the evaluations of study barrier refer to, before any job is planned."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from isogloss.barrier.conditions import Condition, conditions
from isogloss.config.api import is_api
from isogloss.config.barrier import Barrier
from isogloss.config.lab import Lab
from isogloss.config.models import Model
from isogloss.errors import IsoglossError, nearest
from isogloss.languages import NAMES


def check_evaluations(barrier: Barrier, models: Mapping[str, Model], lab: Lab) -> None:
    """Raise IsoglossError for an unknown name, or questions that are not built."""
    for name in barrier.evaluate:
        _known("barrier.evaluate", name, barrier.evaluations, "evaluation")
    for name in barrier.evaluate:
        where, entry = f"barrier.evaluations.{name}", barrier.evaluations[name]
        for model in entry.models:
            _known(f"{where}.models", model, models, "model")
        for language in entry.languages or ():
            _known(f"{where}.languages", language, NAMES, "language")
        found = conditions(entry.model_dump(), barrier.languages)
        if not found:
            raise IsoglossError(
                f"{where}: its lists leave no condition; the demonstrations `translate` go with "
                "the variant mixup alone"
            )
        _check_written(where, [key for key in entry.models if is_api(models[key])], found)
        _check_data(
            where, entry.task, {c.variant for c in found}, {c.language for c in found}, barrier
        )
        if entry.task.startswith("lab-"):
            for code in sorted({c.language for c in found}):
                _known(f"{where}.languages", code, lab.languages, "language of the lab")
    if barrier.embeddings:
        where = "barrier.embeddings"
        _known(f"{where}.corpus", barrier.embeddings.corpus, barrier.corpora, "corpus")
        for model in barrier.embeddings.models:
            _known(f"{where}.models", model, models, "model")
            if is_api(models[model]):
                raise IsoglossError(
                    f"{where}.models: {model!r} is an API model, whose activations cannot be had; "
                    "take it out of the list"
                )


def _check_written(where: str, models: Sequence[str], found: Sequence[Condition]) -> None:
    """Check that API models are asked for written answers alone."""
    scored = sorted({condition.scoring for condition in found if not condition.generated})
    if models and scored:
        raise IsoglossError(
            f"{where}.models: {models[0]!r} is an API model, which gives no probabilities of "
            f"options, and `scoring` has {', '.join(scored)}; list it in an evaluation of its own "
            "with `scoring: [first-token]`"
        )


def _check_data(
    where: str, task: str, variants: set[str], languages: set[str], barrier: Barrier
) -> None:
    """Check that the questions are built in these variants and languages."""
    if task == "quiz":
        for language in sorted(languages):
            _known(f"{where}.languages", language, barrier.quiz.languages, "language of the quiz")
    if task == "tofu":
        for language in sorted(languages):
            _known(f"{where}.languages", language, barrier.languages, "language of the study")
    if task == "mmlu":
        if barrier.mmlu is None:
            raise IsoglossError(f"{where}: barrier.mmlu is null; give it, or take this one out")
        for variant in sorted(variants - {"english"}):
            _known(f"{where}.variants", variant, barrier.mmlu.variants, "variant of barrier.mmlu")
        built = barrier.mmlu.languages or barrier.languages
        for language in sorted(languages - {"en", "mixed"}):
            _known(f"{where}.languages", language, built, "language of barrier.mmlu")


def _known(where: str, name: str, valid: Iterable[str] | Mapping[str, Any], what: str) -> None:
    if name not in valid:
        raise IsoglossError(f"{where}: no {what} {name!r}{nearest(name, valid)}")
