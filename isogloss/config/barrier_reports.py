"""What rules tell the reports of study barrier: models with what they learned, and settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from isogloss.config.corpora import Corpora
from isogloss.config.evaluations import Evaluations
from isogloss.config.models import CONTROL_PREFIX, Model
from isogloss.config.studies import Config

LABELS = {"gold": "gold", "random": "random", "english-only": "English only"}


@dataclass(frozen=True)
class BarrierReports:
    """The models that study `barrier` evaluates or embeds, seen by its tables and figures."""

    config: Config
    models: Mapping[str, Model]
    evaluations: Evaluations

    def evaluated(self) -> list[str]:
        """Return the models that are asked something, controls last."""
        return self.evaluations.keys()

    def embedded(self) -> list[str]:
        """Return the models that texts are embedded with."""
        embeddings = self.config.barrier.embeddings
        return list(embeddings.models) if embeddings else []

    def info(self) -> list[dict[str, Any]]:
        """Return `isogloss.reporting.barrier.models.BarrierModel` of every model, controls last."""
        keys = list(dict.fromkeys([*self.evaluated(), *self.embedded()]))
        controls = [key for key in keys if key.startswith(CONTROL_PREFIX)]
        return [self._info(key) for key in keys if key not in controls] + [
            self._control(key) for key in controls
        ]

    def _info(self, key: str) -> dict[str, Any]:
        fields = {"label", "family", "stage", "base", "parameters"}
        info = {"key": key, **self.models[key].model_dump(include=fields)}
        entry = self.config.finetunes.get(key)
        if entry is None:
            return info | dict.fromkeys(["start", "corpus", "documents", "mix", "languages"])
        corpora = self.config.barrier.corpora
        documents = corpora[entry.corpus].documents if entry.corpus else None
        languages = Corpora(self.config).languages(entry.corpus) if entry.corpus else None
        return info | {
            "start": entry.base,
            "corpus": entry.corpus,
            "documents": documents,
            "mix": entry.mix,
            "languages": languages,
        }

    def evaluated_models(self) -> list[dict[str, Any]]:
        """Return the fields of `Evaluated` (`models_and_prompts`) of every model that is asked."""
        keys = [key for key in self.evaluated() if not key.startswith(CONTROL_PREFIX)]
        return [self._evaluated(key) for key in keys]

    def _evaluated(self, key: str) -> dict[str, Any]:
        model, info = self.models[key], self._info(key)
        source = model.source
        made = "fine-tuned here" if source.finetuned else "made here"
        kind = "local folder" if source.folder else made  # its path is the reader's business
        fields = {"gated", "context_length", "dtype", "engine"}
        kept = ("key", "label", "family", "stage", "parameters", "start", "corpus", "mix")
        return {
            **{name: info[name] for name in kept},
            **model.model_dump(include=fields),
            "weights": source.hub or source.api or kind,
            "revision": source.revision,
        }

    def _control(self, key: str) -> dict[str, Any]:
        label = f"Control: {LABELS[key.removeprefix(CONTROL_PREFIX)]}"
        info = {"key": key, "label": label, "family": "Control", "stage": "control"}
        nothing = ["base", "parameters", "start", "corpus", "documents", "mix", "languages"]
        return info | dict.fromkeys(nothing)

    def options(self) -> dict[str, Any]:
        """Return the settings that tables, figures and claims depend on."""
        return {
            "languages": self.config.barrier.languages,
            **self.config.bootstrap.model_dump(include={"samples", "level", "seed"}),
        }
