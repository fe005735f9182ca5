"""The conditions of study barrier: how a question is put and how its answer is read.

An evaluation of the configuration lists values to be crossed; a condition is one combination that
means something. Paper B, sections 3.1 (variants), 4.1 (mitigations), E.2 (first token).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from typing import Any


@dataclass(frozen=True)
class Condition:
    """One way of asking; the fields are the columns of `isogloss.barrier.condition_columns`."""

    task: str
    variant: str
    language: str
    shots: int = 0
    demonstrations: str = "none"
    style: str = "default"
    scoring: str = "letter"

    @property
    def name(self) -> str:
        """The condition as one text, the first part of its prompts' names."""
        return "/".join(str(value) for value in asdict(self).values())

    @property
    def generated(self) -> bool:
        """Whether the answer is written by the model, not chosen by probability."""
        return self.scoring in ("first-token", "open")


def conditions(evaluation: Mapping[str, Any], languages: Sequence[str]) -> list[Condition]:
    """Return the conditions of one evaluation, each once, in the order of its lists.

    evaluation: the fields of `isogloss.config.barrier.Evaluation`. languages: those of the study,
    where the evaluation names none. Combinations without a meaning of their own are merged:
    same-bias demonstrations of English questions are English ones, and only mixed questions are
    translated before they are answered.
    """
    tongues = evaluation["languages"] or list(languages)
    found: dict[Condition, None] = {}
    for variant, language in _asked(evaluation, tongues):
        for shots, style, scoring in product(
            evaluation["shots"], evaluation["styles"], evaluation["scoring"]
        ):
            for kind in evaluation["demonstrations"] if shots else ["none"]:
                demonstrations = kind
                if kind == "same-bias" and variant == "english":
                    demonstrations = "english"
                if kind == "translate" and variant != "mixup":
                    continue
                read = "open" if kind == "translate" or evaluation["task"] == "tofu" else scoring
                found[
                    Condition(
                        evaluation["task"], variant, language, shots, demonstrations, style, read
                    )
                ] = None
    return list(found)


def _asked(evaluation: Mapping[str, Any], languages: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield (variant, language) of the questions."""
    if evaluation["task"] != "mmlu":
        for language in languages:
            yield ("english" if language == "en" else "full"), language
        return
    for variant in evaluation["variants"]:
        if variant == "english":
            yield variant, "en"
        elif variant == "mixup":
            yield variant, "mixed"
        else:
            yield from ((variant, language) for language in languages if language != "en")
