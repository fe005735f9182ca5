"""The checked configuration, and what rules ask of it: files, folders and plain parameters."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from isogloss.config.api import api_options, api_places, is_api
from isogloss.config.barrier_reports import BarrierReports
from isogloss.config.corpora import LAB_FILES, Corpora
from isogloss.config.evaluations import Evaluations
from isogloss.config.experiments import Experiments
from isogloss.config.finetune import Finetune
from isogloss.config.mmlu import LAB, LAB_FOLDER, MmluSettings
from isogloss.config.models import CONTROL_PREFIX, Model
from isogloss.config.studies import Config
from isogloss.config.tofu import TofuSettings
from isogloss.corpora.mmlu_subjects import LAB_SUBJECTS
from isogloss.sources.manifest import Manifest

CONTROL_LABELS = {
    "gold": "Control: gold",
    "random": "Control: random span",
    "english-only": "Control: English only",
}

# Models that are made here, by recipe, and their folders.
TRAINED = {"base": "tiny-base", "chat": "tiny-chat", "lab": "lab-base", "reader": "lab-reader"}

# Data set of the source manifest that has the published quiz, and its folder.
QUIZ_DATA, QUIZ_FOLDER = "hp-quiz", "published"


@dataclass(frozen=True)
class Settings:
    """A checked configuration with the models and data sets that it refers to.

    repeated: fine-tunes that stand for several, one for each seed: their models.
    """

    config: Config
    models: Mapping[str, Model]
    manifest: Manifest
    repeated: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def corpora(self) -> Corpora:
        """What rules ask of the corpora of study `barrier`."""
        return Corpora(self.config)

    @property
    def evaluations(self) -> Evaluations:
        """What rules ask of the evaluations of study `barrier`."""
        return Evaluations(self.config.barrier, self.models)

    @property
    def experiments(self) -> Experiments:
        """What rules ask of repeated trainings and dose-responses."""
        return Experiments(self.config, self.models, self.evaluations, self.repeated)

    def finetuned(self) -> list[dict[str, str]]:
        """Return what comparisons need to know of each model fine-tuned on a corpus."""
        return [
            {"model": key, "base": entry.base, "corpus": entry.corpus, "mix": str(entry.mix)}
            for key in self.used_finetunes()
            if (entry := self.config.finetunes[key]).corpus
        ]

    @property
    def mmlu(self) -> MmluSettings:
        """What rules ask of MMLU in study `barrier`."""
        return MmluSettings(self.config)

    @property
    def tofu(self) -> TofuSettings:
        """What rules ask of TOFU in study `barrier`."""
        return TofuSettings(self.config.barrier.tofu)

    def translated(self) -> dict[str, list[str]]:
        """Return what is translated by name, MMLU first, with the tables of its translations."""
        mmlu = self.config.barrier.mmlu
        tables = {"mmlu": self.mmlu.translations()} if mmlu and mmlu.source != LAB else {}
        for corpus, mix in self.corpora.mixes():
            if self.corpora.of_lab(corpus):
                continue  # written by hand, sentence by sentence
            tables.setdefault(corpus, []).extend(self.corpora.translations(corpus, mix))
        return {name: paths for name, paths in tables.items() if paths}

    @property
    def barrier_reports(self) -> BarrierReports:
        """What rules tell the reports of study `barrier`."""
        return BarrierReports(self.config, self.models, self.evaluations)

    def engine(self, model: str) -> str:
        """Return which engine answers for `model`: transformers, vllm, openai or control."""
        return "control" if model.startswith(CONTROL_PREFIX) else self.models[model].engine

    def has_weights(self, model: str) -> bool:
        """Whether there is a folder with a model's weights and tokenizer: not for API models."""
        return self.engine(model) not in ("control", "openai")

    def api_models(self) -> list[str]:
        """Return the models behind servers that this configuration asks or translates with."""
        llm = self.config.translation
        translator = [llm.llm.model] if llm.provider == "llm" and llm.llm.model else []
        keys = dict.fromkeys([*self.xmrc_models(), *self.evaluations.keys(), *translator])
        return [key for key in keys if self.engine(key) == "openai"]

    def api_places(self) -> dict[str, Any]:
        """Return where the servers of `api_models` are, and how they are asked."""
        return api_places(self.config.api, {key: self.models[key] for key in self.api_models()})

    def xmrc_models(self, engine: str | None = None) -> list[str]:
        """Return the keys of all models of study xmrc, controls last; of one engine if given."""
        xmrc = self.config.xmrc
        keys = [*xmrc.models, *(CONTROL_PREFIX + kind for kind in xmrc.controls)]
        return [key for key in keys if engine in (None, self.engine(key))]

    def fetched_models(self) -> list[str]:
        """Return the models whose weights are not made here: of the hub, or in a local folder."""
        return [
            key
            for key, model in self.models.items()
            if not (model.source.trained or model.source.finetuned or model.source.api)
        ]

    def data_files(self, dataset: str, languages: list[str]) -> list[str]:
        """Return the fetched files of a data set in XQuAD's format, one per language."""
        return [f"results/sources/{dataset}/xquad.{language}.json" for language in languages]

    def shipped_quiz(self) -> list[str]:
        """Return the files of this repository that our own quiz is made of, facts.csv first."""
        languages = self.config.barrier.quiz.languages
        names = ["facts.csv", "family.csv", *(f"languages/{x}.yaml" for x in languages)]
        return [f"resources/quiz/{name}" for name in names]

    def lab_files(self) -> list[str]:
        """Return the files of this repository that the lab is made of."""
        languages = self.config.lab.languages
        quiz = ["facts.csv", "family.csv", *(f"languages/{x}.yaml" for x in languages)]
        return [
            *(f"resources/lab/languages/{code}.yaml" for code in languages),
            "resources/lab/tofu.yaml",
            *(f"resources/quiz/{name}" for name in quiz),
        ]

    def lab_corpora(self) -> list[str]:
        """Return the lab's corpora, and for each the subjects of its documents."""
        return [self.corpora.lab_file(name, e) for name in LAB_FILES for e in ("", ".subjects")]

    def lab_mmlu_files(self) -> list[str]:
        """Return the files of the lab's questions in MMLU's form."""
        return [
            f"{LAB_FOLDER}/translations.parquet",
            *(
                f"{LAB_FOLDER}/{s}/{subject}_{s}.csv"
                for s in ("dev", "test")
                for subject in LAB_SUBJECTS
            ),
        ]

    def lab_models(self) -> dict[str, str]:
        """Return key -> label of the models that are asked all three quizzes of the lab's table.

        Those of repeated trainings are not among them: they have a table of their own.
        """
        barrier = self.config.barrier
        repeated = {model for models in self.repeated.values() for model in models}
        entries = [barrier.evaluations[name] for name in barrier.evaluate]
        asked = {
            task: [model for entry in entries if entry.task == task for model in entry.models]
            for task in ("lab-new", "lab-known", "quiz")
        }
        return {
            key: self.models[key].label
            for key in asked["lab-new"]
            if key in asked["lab-known"] and key in asked["quiz"] and key not in repeated
        }

    def published_quiz(self) -> list[str]:
        """Return the record of the published quiz's files."""
        return [f"results/sources/{QUIZ_DATA}/{QUIZ_FOLDER}.json"]

    def model_folder(self, model: str) -> str:
        """Return the folder of a model's weights."""
        source = self.models[model].source
        if source.trained:
            return f"results/models/{TRAINED[source.trained]}"
        return source.folder or f"results/models/{model}"

    def model_manifest(self, model: str) -> list[str]:
        """Return the manifest that stands for a model's weights; nothing where there are none."""
        if not self.has_weights(model):
            return []
        trained = self.models[model].source.trained
        return [
            f"results/models/{TRAINED[trained]}.json" if trained else f"results/models/{model}.json"
        ]

    def local_weights(self, model: str) -> list[Path]:
        """Return the weight files of a model that is given as a local folder."""
        folder = self.models[model].source.folder
        return sorted(Path(folder).glob("*.safetensors")) if folder else []

    def hub_arguments(self, model: str) -> str:
        """Return the options that name a hub model; nothing for local folders."""
        source = self.models[model].source
        return f"--hub {source.hub} --revision {source.revision}" if source.hub else ""

    def finetune_recipe(self, model: str) -> dict[str, Any]:
        """Return what the weights of a fine-tuned model depend on, besides base and data."""
        entry = self.config.finetunes[model]
        return entry.recipe(self.models[entry.base], self.config.xmrc.chat_date)

    def finetune(self, model: str) -> tuple[Finetune, Model]:
        """Return the training of a fine-tuned model, and the model that it starts from."""
        entry = self.config.finetunes[model]
        return entry, self.models[entry.base]

    def finetune_gpus(self, model: str) -> int:
        """Return how many GPUs the training of a fine-tuned model gets."""
        entry, base = self.finetune(model)
        return entry.training_gpus(base)

    def used_finetunes(self) -> list[str]:
        """Return the fine-tuned models that this configuration evaluates, in its order."""
        embeddings = self.config.barrier.embeddings
        used = {*self.xmrc_models(), *self.evaluations.keys()}
        used |= set(embeddings.models if embeddings else ())
        return [key for key in self.config.finetunes if key in used]

    def loss_curves(self) -> list[dict[str, str]]:
        """Return each fine-tuned model with the labels that a figure of its loss shows."""
        return [
            {
                "label": self.models[key].label,
                "base": self.models[self.config.finetunes[key].base].label,
            }
            for key in self.used_finetunes()
        ]

    def tokenizer_argument(self, model: str) -> str:
        """Return the option that names a model's folder; nothing where there is none."""
        if not self.has_weights(model):
            return ""
        return f"--folder {shlex.quote(self.model_folder(model))}"

    def fixed_template(self, model: str) -> str | None:
        """Return the prompt template that the model table prescribes for a model, if any."""
        return None if self.engine(model) == "control" else self.models[model].template

    def prompt_options(self, model: str) -> dict[str, Any]:
        """Return the settings that a model's prompts depend on."""
        xmrc = self.config.xmrc
        options: dict[str, Any] = {
            "settings": xmrc.settings,
            "shots": xmrc.shots,
            "questions": xmrc.questions,
            "demonstrations": xmrc.demonstrations.model_dump(),
            "templates": xmrc.templates,
            # Controls read no tokens: nothing is too long for them.
            "too_long": "exclude",
            "max_new_tokens": 0,
            "context_length": 0,
            "chat": False,
            "chat_date": "",
            "trust_remote_code": False,
        }
        if self.engine(model) != "control":
            entry = self.models[model]
            # A server has the chat template, and puts the prompt into it.
            chat = entry.chats and self.has_weights(model)
            options |= {
                "templates": [entry.template] if entry.template else xmrc.templates,
                "too_long": xmrc.too_long,
                "max_new_tokens": xmrc.decoding.max_new_tokens,
                "context_length": entry.context_length,
                "chat": chat,
                "chat_date": xmrc.chat_date if chat else "",
                "trust_remote_code": entry.trust_remote_code,
            }
        return options

    def generation_options(self, model: str) -> dict[str, Any]:
        """Return the settings that a model's answers depend on, besides prompts and weights."""
        entry, xmrc = self.models[model], self.config.xmrc
        if is_api(entry):
            asked = {"too_long": xmrc.too_long, **api_options(model, entry)}
            return {**xmrc.decoding.model_dump(), **asked}
        return {
            **xmrc.decoding.model_dump(),
            "dtype": entry.dtype,
            "trust_remote_code": entry.trust_remote_code,
        }

    def detection_languages(self) -> list[str]:
        """Return the languages that Lingua chooses among."""
        xmrc = self.config.xmrc
        return list(dict.fromkeys([*xmrc.detection_languages, *xmrc.languages]))

    def tiny_recipe(self) -> dict[str, Any]:
        """Return sizes and schedule of the tiny models."""
        return self.config.tiny.model_dump(exclude={"dataset", "languages", "threads"})

    def model_info(self, keys: list[str] | None = None) -> list[dict[str, Any]]:
        """Return what reports know of models: those of study xmrc, or those of `keys`."""
        return [self._info(key) for key in (self.xmrc_models() if keys is None else keys)]

    def _info(self, key: str) -> dict[str, Any]:
        if self.engine(key) == "control":
            label = CONTROL_LABELS[key.removeprefix(CONTROL_PREFIX)]
            info = {"label": label, "family": "Control", "stage": "control"}
            return {"key": key, **info, "base": None, "parameters": None}
        model = self.models[key]
        fields = {"label", "family", "stage", "base", "parameters"}
        return {"key": key, **model.model_dump(include=fields)}

    def report_options(self) -> dict[str, Any]:
        """Return the settings that tables mention or depend on."""
        xmrc, bootstrap = self.config.xmrc, self.config.bootstrap
        return {
            "dataset": xmrc.dataset,
            "languages": xmrc.languages,
            "settings": xmrc.settings,
            "shots": xmrc.shots,
            "samples": bootstrap.samples,
            "level": bootstrap.level,
            **xmrc.tables.model_dump(),
        }

    def claim_options(self) -> dict[str, Any]:
        """Return the settings that claims depend on: the largest number of shots, as the paper."""
        return {"shots": max(self.config.xmrc.shots), "level": self.config.bootstrap.level}

    def figure_options(self) -> dict[str, Any]:
        """Return the settings that figures depend on."""
        return {**self.claim_options(), "languages": self.config.xmrc.languages}

    def barrier_report_options(self) -> dict[str, Any]:
        """Return the settings of study barrier that the index mentions."""
        barrier = self.config.barrier
        chosen = barrier.selection
        return {
            "languages": barrier.languages,
            "seed": barrier.seed,
            "chunk_words": barrier.chunk_words,
            "provider": self.config.translation.provider,
            "corpora": [
                {"name": name}
                | barrier.corpora[name].model_dump(
                    include={"documents", "source", "mixes", "shares"}
                )
                for name in barrier.mixed
            ],
            "selection": chosen and chosen.model_dump(include={"corpus", "k"}),
        }
