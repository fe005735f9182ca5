"""Models of study barrier as its reports see them: off the shelf, fine-tuned here, controls."""

from collections.abc import Sequence
from dataclasses import dataclass

from isogloss.reporting.modelinfo import ModelInfo, parse_models_as

# Mixes of paper B, section 4.2, in its order, and their names in tables and figures. The
# collection holds every document once in each language: an upper bound, not a mix.
MIXES = {
    "english": "English text",
    "document": "mixed documents",
    "sentence": "mixed sentences",
    "words": "mixed words",
    "collection": "collection",
}
MIXED = ("document", "sentence", "words")
OFF_THE_SHELF = "off the shelf"
FINETUNED = "Fine-tuned"


@dataclass(frozen=True)
class BarrierModel(ModelInfo):
    """A model of the study; the last five are None for models off the shelf and for controls.

    start: key of the model that it was fine-tuned from. corpus, documents (lines, selection,
    tofu or lab) and mix: what it learned; None where that is no corpus of the study. languages:
    those of the corpus's mixes, whatever its own mix; None where the corpus has none.
    """

    start: str | None = None
    corpus: str | None = None
    documents: str | None = None
    mix: str | None = None
    languages: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if self.languages is not None:  # a list, from JSON
            object.__setattr__(self, "languages", tuple(self.languages))


@dataclass(frozen=True)
class Family:
    """A model and what was fine-tuned from it on one corpus, the English text first.

    start is None where the run does not evaluate the model that the fine-tuning began with.
    """

    start: BarrierModel | None
    tuned: Sequence[BarrierModel]

    @property
    def corpus(self) -> str:
        """Return the name of the corpus."""
        return self.tuned[0].corpus or "other files"

    @property
    def documents(self) -> str | None:
        """Return what kind of documents the corpus has: lines, selection, tofu or lab."""
        return self.tuned[0].documents

    @property
    def title(self) -> str:
        """Return a heading: the model, and the corpus."""
        start = self.start.label if self.start else str(self.tuned[0].start)
        return f"{start}, {self.corpus}"

    @property
    def members(self) -> list[BarrierModel]:
        """Return all models, the one off the shelf first."""
        return [*([self.start] if self.start else []), *self.tuned]


def parse_models(text: str) -> list[BarrierModel]:
    """Parse a JSON list of models, in the order of the config with controls last."""
    return parse_models_as(BarrierModel, text)


def off_the_shelf(models: Sequence[BarrierModel]) -> list[BarrierModel]:
    """Return the models that the study takes as they are."""
    return [model for model in models if model.start is None and model.stage != "control"]


def controls(models: Sequence[BarrierModel]) -> list[BarrierModel]:
    """Return the controls."""
    return [model for model in models if model.stage == "control"]


def families(
    models: Sequence[BarrierModel], documents: Sequence[str | None] | None = None
) -> list[Family]:
    """Return fine-tuned models by what they were made from and the corpus that they learned.

    documents: only corpora of these kinds. The order is that of `models`.
    """
    by_key = {model.key: model for model in models}
    groups: dict[tuple[str, str | None], list[BarrierModel]] = {}
    for model in models:
        if model.start is not None and (documents is None or model.documents in documents):
            groups.setdefault((model.start, model.corpus), []).append(model)
    order = {model.key: place for place, model in enumerate(models)}
    found = [
        Family(by_key.get(start), sorted(group, key=_by_mix))
        for (start, _), group in groups.items()
    ]
    # All corpora of one model together, where its first one is.
    first: dict[str, int] = {}
    for family in found:
        start = str(family.tuned[0].start)
        first[start] = min(order[family.tuned[0].key], first.get(start, len(models)))
    return sorted(found, key=lambda family: first[str(family.tuned[0].start)])


def _by_mix(model: BarrierModel) -> int:
    return list(MIXES).index(model.mix) if model.mix in MIXES else len(MIXES)


def short_name(model: BarrierModel) -> str:
    """Return what a model is called below the heading of its family."""
    if model.start is None:
        return OFF_THE_SHELF
    return MIXES.get(str(model.mix), model.label)
