"""What rules ask of the evaluations of study barrier: models, conditions, plain parameters."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from isogloss.barrier.conditions import Condition, conditions
from isogloss.config.api import api_options, is_api
from isogloss.config.barrier import Barrier
from isogloss.config.models import CONTROL_PREFIX, Model

MMLU = "results/barrier/mmlu"
QUESTIONS = {
    "mmlu": f"{MMLU}/questions.parquet",
    "quiz": "results/barrier/quiz/items.parquet",
    "tofu": "results/barrier/tofu/questions.parquet",
    "lab-new": "results/lab/new.parquet",
    "lab-known": "results/lab/known.parquet",
}


@dataclass(frozen=True)
class Evaluations:
    """The evaluations that a configuration runs, seen model by model."""

    barrier: Barrier
    models: Mapping[str, Model]

    def keys(self, engine: str | None = None) -> list[str]:
        """Return the models that are evaluated, controls last; of one engine if given."""
        listed = [model for entry in self._entries() for model in entry.models]
        controls = self.barrier.controls if listed else []
        keys = [*dict.fromkeys(listed), *(CONTROL_PREFIX + kind for kind in controls)]
        return [key for key in keys if engine in (None, self._engine(key))]

    def conditions(self, model: str) -> list[Condition]:
        """Return the conditions in which a model is asked; controls are in all of them."""
        found: dict[Condition, None] = {}
        for entry in self._entries():
            if model in entry.models or model.startswith(CONTROL_PREFIX):
                for condition in conditions(entry.model_dump(), self.barrier.languages):
                    found[condition] = None
        return list(found)

    def inputs(self, model: str) -> dict[str, str]:
        """Return the tables that a model's prompts are made of, by the name of their option."""
        asked = self.conditions(model)
        tables = {
            name: path for name, path in QUESTIONS.items() if any(c.task == name for c in asked)
        }
        if any(c.task == "mmlu" and c.shots for c in asked):
            tables["demonstrations"] = f"{MMLU}/demonstrations.parquet"
        return tables

    def prompt_options(self, model: str) -> dict[str, Any]:
        """Return the settings that a model's prompts depend on."""
        options: dict[str, Any] = {
            "conditions": [asdict(condition) for condition in self.conditions(model)],
            # Controls read no tokens: nothing is too long for them.
            "too_long": "exclude",
            "new_tokens": dict.fromkeys(self.new_tokens(), 0),
            "context_length": 0,
            "trust_remote_code": False,
        }
        if not model.startswith(CONTROL_PREFIX):
            entry = self.models[model]
            options |= {
                "too_long": self.barrier.too_long,
                "new_tokens": self.new_tokens(),
                "context_length": entry.context_length,
                "trust_remote_code": entry.trust_remote_code,
            }
        return options

    def tofu_options(self) -> dict[str, Any]:
        """Return the settings that TOFU's questions depend on, besides translations."""
        barrier = self.barrier
        return {"questions": barrier.tofu.questions, "languages": barrier.languages}

    def embedding_options(self, model: str, unchanged: str) -> dict[str, Any]:
        """Return the settings that a model's embeddings depend on, besides texts and weights."""
        barrier, entry = self.barrier, self.models[model]
        return {
            "p": barrier.embeddings.p if barrier.embeddings else [],
            "languages": barrier.languages,
            "seed": barrier.seed,
            "context_length": entry.context_length,
            "dtype": entry.dtype,
            "trust_remote_code": entry.trust_remote_code,
            "unchanged": unchanged,
        }

    def new_tokens(self) -> dict[str, int]:
        """Return the longest written answers, in tokens, by how they are read."""
        return {
            "first-token": 1,
            "translate": self.barrier.translated_tokens,
            "tofu": self.barrier.tofu.max_new_tokens,
        }

    def answer_options(self, model: str) -> dict[str, Any]:
        """Return the settings that a model's answers depend on, besides prompts and weights."""
        entry = self.models[model]
        if is_api(entry):
            asked = {"too_long": self.barrier.too_long, **api_options(model, entry)}
            return {"new_tokens": self.new_tokens(), **asked}
        return {
            "dtype": entry.dtype,
            "trust_remote_code": entry.trust_remote_code,
            "option_tokens": self.barrier.option_tokens,
            "new_tokens": self.new_tokens(),
        }

    def _entries(self) -> list[Any]:
        return [self.barrier.evaluations[name] for name in self.barrier.evaluate]

    def _engine(self, model: str) -> str:
        return "control" if model.startswith(CONTROL_PREFIX) else self.models[model].engine
