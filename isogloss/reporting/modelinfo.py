"""What tables, figures and claims need to know of a model, as rules pass it on."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Literal, TypeVar, get_args

from isogloss.errors import IsoglossError
from isogloss.script import json_value

Stage = Literal["base", "post-trained", "control"]


@dataclass(frozen=True)
class ModelInfo:
    """One model of a run; the key is the one of the model table, or control-<kind>."""

    key: str
    label: str
    family: str
    stage: Stage
    base: str | None
    parameters: float | None  # billions; None where the maker does not say

    @property
    def size(self) -> str:
        """Return the number of parameters as it is printed: 7B, 1.5B, 3M, or a dash."""
        if self.parameters is None:
            return "–"
        if self.parameters < 0.1:
            return f"{self.parameters * 1000:g}M"
        return f"{self.parameters:g}B"


M = TypeVar("M", bound=ModelInfo)


def parse_models(text: str) -> list[ModelInfo]:
    """Parse a JSON list of models, in the order of the config with controls last.

    Raises IsoglossError for what is not such a list, an unknown stage, or a key or label given
    twice. A `base` may name a model that is not in the list: then it was not run.
    """
    return parse_models_as(ModelInfo, text)


def parse_models_as(kind: type[M], text: str) -> list[M]:
    """Parse a JSON list of models of a study that knows more of them than ModelInfo has."""
    entries = json_value(text)
    names = [field.name for field in fields(kind)]
    if not isinstance(entries, list):
        raise IsoglossError(f"models must be a JSON list, not {text[:60]!r}")
    models: list[M] = []
    for entry in entries:
        if not isinstance(entry, dict) or sorted(entry) != sorted(names):
            raise IsoglossError(f"models: {entry!r} must be an object with the keys {names}")
        if entry["stage"] not in get_args(Stage):
            raise IsoglossError(
                f"models: stage {entry['stage']!r} of {entry['key']!r} is not one of "
                f"{list(get_args(Stage))}"
            )
        models.append(kind(**entry))
    for name in ("key", "label"):
        values = [getattr(model, name) for model in models]
        twice = sorted({value for value in values if values.count(value) > 1})
        if twice:
            raise IsoglossError(f"models: {name} {twice[0]!r} is given twice")
    return models


def in_table_order(models: Sequence[M]) -> list[M]:
    """Sort as in the papers' tables: base models, post-trained ones, controls; stable inside."""
    return sorted(models, key=lambda model: get_args(Stage).index(model.stage))
