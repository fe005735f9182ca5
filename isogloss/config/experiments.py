"""What rules ask of the lab's experiments: trainings repeated with seeds, and dose-responses."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from isogloss.config.corpora import Corpora
from isogloss.config.evaluations import QUESTIONS, Evaluations
from isogloss.config.models import Model
from isogloss.config.studies import Config
from isogloss.errors import IsoglossError, nearest

# Of a recipe: what differs between trainings of one kind, and what only dialogues depend on.
_NO_SETTING = ("seed", "chat_date")
LAB_TASKS = ("quiz", "lab-new", "lab-known")


@dataclass(frozen=True)
class Experiments:
    """Repeated trainings and dose-responses. repeated: fine-tune -> the models of its seeds."""

    config: Config
    models: Mapping[str, Model]
    evaluations: Evaluations
    repeated: Mapping[str, Sequence[str]]

    def arms(self) -> list[dict[str, Any]]:
        """Return the evaluated fine-tunes with several seeds: label, models, and lab's tasks.

        `control` is the entry that verdicts compare with, None if it starts from another base.
        """
        return [
            {
                "arm": key,
                "label": self.models[models[0]].label.rpartition(", seed ")[0],
                "models": list(models),
                "control": self._control(models[0]),
                "tasks": [task for task in LAB_TASKS if all(self._asked(m, task) for m in models)],
            }
            for key, models in self.repeated.items()
            if len(models) > 1 and any(self._asked(models[0], task) for task in LAB_TASKS)
        ]

    def made_of(self, model: str) -> dict[str, Any]:
        """Return all that a fine-tuning of the lab's base depends on, but for seed and threads.

        For `isogloss.reporting.trainings.unknown`: of trainings with other settings, those that
        were measured say nothing. What the settings cannot say, whether a base that is trained anew
        has come out the same, the hash of its weights tells (`with_weights` there).
        """
        lab, entry = self.config.lab, self.config.finetunes[model]
        found = {f"lab.{key}": value for key, value in lab.base().items()}
        found |= {"lab.rounds": lab.rounds, "lab.rehearsal": lab.rehearsal}
        if entry.corpus:
            corpora = Corpora(self.config)
            mixed = corpora.options(entry.corpus, str(entry.mix))
            mixed["source"] = corpora.source(entry.corpus)
            found |= {f"corpus.{key}": value for key, value in mixed.items() if key != "seed"}
        found |= {"base": entry.base, "files": entry.files}
        recipe = entry.recipe(self.models[entry.base], self.config.xmrc.chat_date)
        return found | {key: value for key, value in recipe.items() if key not in _NO_SETTING}

    def bases(self, models: Iterable[str]) -> list[str]:
        """Return what the fine-tunes start from, each base once."""
        return list(dict.fromkeys(self.config.finetunes[model].base for model in models))

    def doses(self) -> list[dict[str, Any]]:
        """Return the dose-responses; `arms` of each: the dose, and per seed model and mixing."""
        return [
            {
                "name": name,
                **entry.model_dump(include={"title", "axis", "task"}),
                "arms": [
                    {"dose": dose, "seeds": [self._seed(x) for x in self._made(model)]}
                    for model, dose in zip_longest(entry.models, entry.doses or ())
                ],
            }
            for name, entry in self.config.barrier.doses.items()
        ]

    def dose_models(self) -> list[str]:
        """Return all models of dose-responses, each once."""
        listed = [key for entry in self.config.barrier.doses.values() for key in entry.models]
        return list(dict.fromkeys(model for key in listed for model in self._made(key)))

    def dose_questions(self) -> dict[str, str]:
        """Return task -> table of its questions, of the tasks of dose-responses."""
        tasks = {entry.task for entry in self.config.barrier.doses.values()}
        return {task: QUESTIONS[task] for task in sorted(tasks)}

    def check(self, measured: Collection[str]) -> None:
        """Raise IsoglossError for a control of which no trainings are known, or a dose-response
        with a model that is not asked its task.

        measured: fine-tunes whose trainings ship with the lab.
        """
        self._check_control(measured)
        for name, entry in self.config.barrier.doses.items():
            for key in entry.models:
                for model in self._made(key):
                    if model not in self.models:
                        raise IsoglossError(
                            f"barrier.doses.{name}.models: no model {key!r}"
                            f"{nearest(key, [*self.models, *self.repeated])}"
                        )
                    if not self._asked(model, entry.task):
                        raise IsoglossError(
                            f"barrier.doses.{name}.models: {key!r} is not asked {entry.task!r} in "
                            "English and other languages with `scoring: [text]`; put it into an "
                            "evaluation of `barrier.evaluate`"
                        )

    def _check_control(self, measured: Collection[str]) -> None:
        control = self.config.lab.control
        known = [*(key for key, models in self.repeated.items() if len(models) > 1), *measured]
        if control is not None and control not in known:
            raise IsoglossError(
                f"lab.control: {control!r} is no fine-tune with several `seeds`, nor one whose "
                f"trainings ship{nearest(control, known)}; null: no verdicts on trainings"
            )

    def _control(self, model: str) -> str | None:
        """Return the control where it is repeated here, from the base of the model."""
        control = self.config.lab.control
        if control is None or control not in self.repeated:
            return None
        bases = {self.config.finetunes[x].base for x in (model, self.repeated[control][0])}
        return control if len(bases) == 1 else None

    def _made(self, key: str) -> Sequence[str]:
        return self.repeated.get(key, [key])

    def _seed(self, model: str) -> dict[str, Any]:
        """Return a model, and which subjects its corpus mixed, if not all: seed and share."""
        entry = self.config.finetunes.get(model)
        partly = None
        if entry is not None and entry.corpus is not None and entry.mix != "english":
            corpus = self.config.barrier.corpora[entry.corpus]
            if corpus.mixed_share < 1:
                seed = self.config.barrier.seed if corpus.seed is None else corpus.seed
                partly = {"seed": seed, "share": corpus.mixed_share}
        return {"model": model, "partly": partly}

    def _asked(self, model: str, task: str) -> bool:
        found = {
            c.language
            for c in self.evaluations.conditions(model)
            if c.task == task and c.scoring == "text"
        }
        return "en" in found and len(found) > 2
