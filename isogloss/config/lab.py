"""The settings of the lab: a small closed world, and the model that lives in it."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from isogloss.config.base import Strict
from isogloss.config.reader import Reader

Positive = Annotated[int, Field(gt=0)]
_WORLD = (
    "languages",
    "known_families",
    "new_families",
    "spells",
    "relations",
    "sentences",
    "rounds",
    "rehearsal",
    "known_questions",
    "seed",
    "shared_words",
)
_OF_FINETUNING = ("rounds", "rehearsal", "known_questions")


class Lab(Strict):
    """A closed world of made-up people, and the base model that knows half of it."""

    take: Literal["published", "rebuild"] = Field(
        "rebuild", description="the base model's weights: those that ship, or trained anew"
    )
    languages: list[Literal["en", "fr", "de", "es", "it"]] = Field(
        ["en", "fr", "de", "es", "it"], description="languages in which world `known` is told"
    )
    known_families: Positive = Field(8, description="families of twelve that the base model knows")
    new_families: Positive = Field(4, description="families of twelve that fine-tuning teaches")
    spells: Positive = Field(120, description="spells that the base model knows")
    relations: Positive = Field(
        25, description="facts of each relation (father, sister, ...), at most"
    )
    sentences: Positive = Field(3, description="statements of a document, all of one subject")
    rounds: Positive = Field(24, description="times that the taught corpus tells each fact")
    rehearsal: Positive = Field(
        4000, description="documents about world `known` that fine-tuning may keep alive"
    )
    known_questions: Positive = Field(
        300, description="questions that task `lab-known` asks in each language, at most"
    )
    shared_words: bool = Field(
        False,
        description=(
            "whether other languages take English words for some of the values: of each attribute "
            "that only the lab has, a quarter of them in half of the languages, a quarter in all"
        ),
    )
    parts: Positive = Field(8, description="different tellings of world `known` for the base model")
    layers: Positive = 4
    width: Positive = Field(128, description="hidden size")
    heads: Positive = 4
    context_length: Positive = Field(256, description="tokens")
    sequence_length: Positive = Field(128, description="tokens of a training sequence")
    batch_size: Positive = Field(8, description="training sequences of a step")
    steps: Positive = Field(4000, description="steps of the base model's training")
    learning_rate: float = Field(4e-3, gt=0, description="peak of the schedule")
    threads: Positive = Field(
        1,
        description=(
            "CPU threads of that training, on which the weights' last digits depend; with several "
            "they may differ from run to run"
        ),
    )
    portable: bool = Field(
        True,
        description=(
            "whether that training rounds alike on all x86-64 CPUs with AVX2, and takes more than "
            "twice as long"
        ),
    )
    seed: int = Field(42, description="seed of the world, of its texts and of the base model")
    control: str | None = Field(
        None,
        description=(
            "fine-tune whose text tells every fact in every language, with which verdicts compare "
            "the others: one with `seeds`, or one of resources/lab/seeds.json; null: no verdicts"
        ),
    )
    reader: Reader = Field(default_factory=Reader)

    @model_validator(mode="after")
    def _consistent(self) -> "Lab":
        if "en" not in self.languages or len(set(self.languages)) < len(self.languages):
            raise ValueError(f"`languages` is {self.languages}: give en and others, each once")
        if self.width % (2 * self.heads):
            raise ValueError(f"`width` {self.width} is no multiple of twice `heads` {self.heads}")
        return self

    def world(self) -> dict[str, Any]:
        """Return what world and corpora depend on; keys as in isogloss.lab.corpus.LabRecipe."""
        return {key: getattr(self, key) for key in _WORLD}

    def training(self) -> dict[str, Any]:
        """Return what the base model depends on; keys as in isogloss.lab.train.LabTraining."""
        names = ("layers", "width", "heads", "context_length", "sequence_length", "batch_size")
        return {key: getattr(self, key) for key in (*names, "steps", "learning_rate", "seed")}

    def base(self) -> dict[str, Any]:
        """Return all that the base model's weights depend on."""
        world = {key: getattr(self, key) for key in _WORLD if key not in _OF_FINETUNING}
        names = ("parts", "threads", "portable")
        return {**world, **self.training(), **{key: getattr(self, key) for key in names}}

    def reader_made_of(self) -> dict[str, Any]:
        """Return all that the reader's weights depend on; keys as below section `lab`."""
        made_of = {**self.reader.training(), "threads": self.reader.threads}
        made_of["portable"] = self.reader.portable
        return {"languages": self.languages, **{f"reader.{k}": v for k, v in made_of.items()}}
