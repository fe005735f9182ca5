"""What study `barrier` asks models: MMLU, the quiz, TOFU, and how they are asked."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from isogloss.config.base import Strict

Positive = Annotated[int, Field(gt=0)]
Variant = Literal["full", "mixup", "question", "options", "gt_question", "gt", "onewrong"]


class Mmlu(Strict):
    """MMLU and its variants in other languages (paper B, section 3.1)."""

    source: str = Field(
        "mmlu",
        description=(
            "data set of the source manifest with the folders test, dev and val; `lab`: questions "
            "on known people of the lab in MMLU's form, with translations of their own"
        ),
    )
    take: Literal["rebuild", "published"] = Field(
        "rebuild", description="build the variants, or read them as the authors published theirs"
    )
    folder: str | None = Field(
        None, description="for `published`: a folder in the layout of the authors' release"
    )
    dataset: str | None = Field(
        None, description="for `published`: a data set in that layout, such as mmlu-mixup"
    )
    published: list[Variant] | None = Field(
        None,
        description=(
            "variants taken as published, beside which the others are built; null: all of them, "
            "and the English questions"
        ),
    )
    subjects: list[str] | None = Field(None, description="subjects to use; null: all 57")
    questions: Positive | None = Field(
        None,
        description="questions of each subject, the first ones (of dev always all); null: all",
    )
    variants: list[Variant] = Field(
        ["full", "mixup", "question", "options", "gt_question", "gt", "onewrong"],
        description="variants, beside English",
    )
    languages: list[str] | None = Field(
        None,
        description=(
            "languages of the variants; null: those of `barrier.languages`, which mixup has always"
        ),
    )
    splits: list[Literal["test", "dev", "val"]] = Field(
        ["test", "dev"], description="splits; dev has the demonstrations of few-shot prompts"
    )

    @model_validator(mode="after")
    def _published_comes_from_somewhere(self) -> "Mmlu":
        given = [key for key in ("folder", "dataset") if getattr(self, key) is not None]
        if len(given) != (self.take == "published"):
            raise ValueError("`take: published` needs one of `folder` and `dataset`; others, none")
        if self.published is not None and not given:
            raise ValueError("`published` belongs to `take: published`")
        for variant in self.published or ():
            if variant not in self.variants:
                raise ValueError(f"`published` has {variant!r}, which `variants` has not")
        for name in ("published", "subjects", "variants", "languages", "splits"):
            values = getattr(self, name) or []
            if len(set(values)) < len(values):
                raise ValueError(f"`{name}` is {values}: give each one once")
        if "test" not in self.splits:
            raise ValueError(f"`splits` is {self.splits}: the questions asked are those of test")
        return self


class Quiz(Strict):
    """The Harry Potter quiz (paper B, appendix C)."""

    take: Literal["isogloss", "published"] = Field(
        "isogloss", description="our own, which ships, in 16 languages; or the authors', in five"
    )
    languages: list[str] = Field(description="languages of the questions")


class Tofu(Strict):
    """TOFU's paraphrased questions, which fine-tuned models answer freely (paper B, 3.2)."""

    source: str = Field(
        "tofu",
        description=(
            "data set of the source manifest; `lab`: questions on new people of the lab in TOFU's "
            "form, with translations of their own"
        ),
    )
    files: list[str] = Field(
        ["retain_perturbed.json", "forget10_perturbed.json"],
        description="its files with paraphrased questions; of the lab: full_perturbed.json",
    )
    questions: Positive | None = Field(None, description="of each file, the first ones; null: all")
    max_new_tokens: Positive = Field(200, description="longest answer in tokens")


class Evaluation(Strict):
    """Models and what they are asked: the values listed are crossed."""

    task: Literal["mmlu", "quiz", "tofu", "lab-new", "lab-known"] = Field(
        description="what is asked; of the lab: what it teaches, or what its base model knows"
    )
    models: list[str] = Field(description="models of the model table, or fine-tunes")
    variants: list[Literal["english"] | Variant] = Field(
        ["english"], description="variants of MMLU; other tasks have none"
    )
    languages: list[str] | None = Field(
        None, description="languages of the questions; null: those of `barrier.languages`"
    )
    shots: list[Literal[0, 5]] = Field([0], description="demonstrations in the prompt")
    demonstrations: list[Literal["english", "same-bias", "translate"]] = Field(
        ["english"], description="kinds of demonstrations, where there are any (paper B, 4.1)"
    )
    styles: list[Literal["default", "lower", "digits", "aware-0", "aware-1"]] = Field(
        ["default"],
        description=(
            "option ids A/B/C/D, a/b/c/d or 1/2/3/4, or a multilingual-aware instruction (4.1)"
        ),
    )
    scoring: list[Literal["letter", "text", "first-token"]] = Field(
        ["letter"],
        description=(
            "the option whose id, or whose text, is most probable, or the id that is the first "
            "token written (table 8)"
        ),
    )

    @model_validator(mode="after")
    def _each_once(self) -> "Evaluation":
        lists = ("models", "variants", "shots", "demonstrations", "styles", "scoring")
        for name in (*lists, "languages"):
            values = getattr(self, name)
            if values is not None and (not values or len(set(values)) < len(values)):
                raise ValueError(f"`{name}` is {values}: give at least one, and each one once")
        if self.task != "mmlu" and self.variants != ["english"]:
            raise ValueError(f"`variants` are MMLU's; the task {self.task} has none")
        if self.task in ("quiz", "lab-new", "lab-known") and self.shots != [0]:
            raise ValueError("a quiz has no demonstrations: `shots` can only be [0]")
        return self


class DoseResponse(Strict):
    """How the barrier changes with a dose: of what models learned, or of the questions' words."""

    title: str = Field(description="heading of its panels and of its part of the table")
    axis: str = Field(description="what a dose is, with its unit; stands below the panels")
    task: Literal["quiz", "lab-new"] = Field(description="what the models are asked, by text")
    models: list[str] = Field(
        min_length=1, description="models, in the order of `doses`; or fine-tunes with `seeds`"
    )
    doses: list[float] | None = Field(
        None,
        description=(
            "the dose of each model; null: each model is asked at several doses, which are the "
            "percentage of the other languages in which the right option reads as in English"
        ),
    )

    @model_validator(mode="after")
    def _a_dose_for_each_model(self) -> "DoseResponse":
        if len(set(self.models)) < len(self.models):
            raise ValueError(f"`models` is {self.models}: give each one once")
        if self.doses is None and len(self.models) > 1:
            raise ValueError(f"`models` is {self.models}: without `doses` give one")
        if self.doses is not None and len(set(self.doses)) != len(self.models):
            raise ValueError(f"`doses` is {self.doses}: give one for each model, all different")
        return self
