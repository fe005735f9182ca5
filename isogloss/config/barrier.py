"""The settings of study `barrier` (paper B) and of translation, with their defaults and meaning."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from isogloss.config.base import Strict
from isogloss.config.providers import Apertium, Glossary, LibreTranslate, Llm, Seq2Seq

Positive = Annotated[int, Field(gt=0)]
Limits = Annotated[list[float | None], Field(min_length=2, max_length=2)]
Granularity = Literal["english", "document", "sentence", "words", "collection"]
Variant = Literal["full", "mixup", "question", "options", "gt_question", "gt", "onewrong"]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.\-]*$")]


class Thresholds(Strict):
    """Least and most of each value of the quality report, null for no limit; beyond, it is marked.

    Human translations keep within the defaults: FLORES-101 into 4 and XQuAD into 11 languages.
    """

    failed: Limits = Field([None, 1.0], description="percent of the units without a translation")
    unchanged: Limits = Field([None, 20.0], description="percent of the units that came back as is")
    in_target: Limits = Field(
        [95.0, None], description="percent detected as the target language, of 20 characters up"
    )
    source_language: Limits = Field([None, 3.0], description="percent detected as English")
    other_language: Limits = Field([None, 3.0], description="percent detected as a third language")
    identical: Limits = Field(
        [None, 1.0], description="percent of the translations that equal the text"
    )
    markup: Limits = Field([None, 0.1], description="percent with tags of a web page")
    copied: Limits = Field([None, 1.0], description="percent with five English words in a row")
    repetition: Limits = Field([None, 0.5], description="percent with the same words over and over")
    same_answer: Limits = Field(
        [None, 0.5], description="percent with a translation that three texts or more have"
    )
    ratio: Limits = Field([0.2, 2.0], description="median of characters per character of the text")
    lengths: Limits = Field([None, 2.0], description="percent far shorter or longer than usual")
    unfinished: Limits = Field([None, 2.0], description="percent that end within a sentence")
    chrf: Limits = Field([40.0, None], description="chrF2 of the back-translations, 0 to 100")
    low_chrf: Limits = Field([None, 5.0], description="percent of them with a low chrF")

    @model_validator(mode="after")
    def _least_below_most(self) -> "Thresholds":
        for name in type(self).model_fields:
            least, most = getattr(self, name)
            if least is not None and most is not None and least > most:
                raise ValueError(f"`{name}` is [{least}, {most}]: give the least value first")
        return self


class QualityReport(Strict):
    """The report on the quality of translations."""

    detect: Positive | None = Field(
        5000,
        description=(
            "translations of a language whose language is detected, drawn by seed; null: all"
        ),
    )
    back_translations: Annotated[int, Field(ge=0)] = Field(
        200,
        description="translations of a language that are translated back, drawn by seed; 0: none",
    )
    seed: int = Field(42, description="seed of both samples")
    ratio_factor: float = Field(
        2.0,
        gt=1,
        description=(
            "how often the median length ratio, or one over it, makes a translation long or short; "
            "at least 4 standard deviations"
        ),
    )
    low_chrf: float = Field(20.0, ge=0, le=100, description="below it a back-translation is listed")
    worst: Positive = Field(3, description="units that the page lists of each finding")
    thresholds: Thresholds = Thresholds()


class Translation(Strict):
    """Who translates, and what happens with what cannot be translated."""

    memory: str = Field(
        "results/memory", description="folder of all answers, kept across configurations"
    )
    provider: Literal["google", "libretranslate", "seq2seq", "llm", "apertium", "glossary"] = Field(
        "google", description="who translates"
    )
    jobs: Positive = Field(4, description="requests at a time; translations do not depend on it")
    on_failure: Literal["stop", "leave-out"] = Field(
        "stop",
        description=(
            "a unit that failed after all tries: stop, or leave out the document or question "
            "that needs it and count it"
        ),
    )
    unchanged: Literal["accept", "leave-out"] = Field(
        "accept",
        description=(
            "a unit that the provider gave back as it was (names, formulas): its translation, "
            "counted in the quality report; or none, so that the document or question that needs "
            "it is left out and counted"
        ),
    )
    libretranslate: LibreTranslate = LibreTranslate()
    apertium: Apertium = Apertium()
    glossary: Glossary = Glossary()
    seq2seq: Seq2Seq = Seq2Seq()
    llm: Llm = Llm()
    quality: QualityReport = QualityReport()


class Corpus(Strict):
    """Documents to fine-tune on: the lines of a file, TOFU's pairs, or the selected documents."""

    documents: Literal["lines", "tofu", "selection", "lab", "lab-new", "lab-known"] = Field(
        "lines",
        description=(
            "`lines`: each line that is not blank; `tofu`: a JSON object on each line, with "
            "`question` and `answer`; `selection`: what section `selection` selects; `lab`: "
            "what the lab teaches, `lab-new`: of that the new people alone, `lab-known`: what its "
            "base model knows, all three with translations of their own; these four have no file "
            "of their own"
        ),
    )
    source: str | None = Field(None, description="data set of the source manifest")
    file: str | None = Field(None, description="its file")
    first: Positive | None = Field(
        None, description="only so many documents (lines that are not blank); null: all"
    )
    mixes: list[Granularity] = Field(
        description=(
            "units that get a language each: `document` (of TOFU question and answer together), "
            "`sentence` or `words`; `english`: none; `collection`: each document in all languages"
        )
    )
    seed: int | None = Field(
        None, description="seed of the draws of languages; null: `barrier.seed`"
    )
    shares: dict[str, Annotated[float, Field(ge=0)]] | None = Field(
        None,
        description=(
            "chance of each of `barrier.languages` to be drawn, in proportion to the others'; "
            "null: the same for all"
        ),
    )
    mixed_share: float = Field(
        1.0,
        gt=0,
        le=1,
        description=(
            "probability that a document is mixed at all; the others stay in English. Of the lab, "
            "all documents on a person or spell are mixed, or none"
        ),
    )

    @model_validator(mode="after")
    def _has_a_file_unless_selected(self) -> "Corpus":
        lab = self.documents.startswith("lab")
        selected = lab or self.documents == "selection"
        if selected == bool(self.source) or selected == bool(self.file):
            raise ValueError(
                "give `source` and `file`, or `documents: selection`, `lab`, `lab-new` or "
                "`lab-known` alone"
            )
        if lab and "words" in self.mixes:
            raise ValueError("`mixes` has words: the lab has no translations of parts of sentences")
        if self.documents == "tofu" and self.source == "lab" and self.mixes != ["english"]:
            raise ValueError(
                f"`mixes` is {self.mixes}: the lab has no translations of its pairs; give [english]"
            )
        if not self.mixes or len(set(self.mixes)) < len(self.mixes):
            raise ValueError(f"`mixes` is {self.mixes}: give at least one, and each one once")
        return self


class SourceFile(Strict):
    """A file of the source manifest."""

    source: str = Field(description="data set")
    file: str


class Selection(Strict):
    """The Harry Potter documents: the best by BM25, and all others with a keyword (D.3)."""

    corpus: str = Field(description="corpus of `corpora` that is searched")
    query: SourceFile = Field(description="text of the wiki passages, the query")
    keywords: list[str] = Field(
        ["resources/keywords/hp_characters.txt", "resources/keywords/hp_spells.txt"],
        description="files of names, one a line",
    )
    k: Positive = Field(2000, description="best documents taken")
    ks: list[Positive] = Field(
        [100, 200, 500, 1000, 1500, 2000, 3000, 4000],
        description="numbers of best documents at which figure 10 counts those with a keyword",
    )
    top: Positive = Field(3, description="documents that table 6 shows")
    published: SourceFile | None = Field(
        None, description="the authors' line numbers, compared with ours; null: no comparison"
    )


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


class Embeddings(Strict):
    """Embeddings of texts with words in other languages, beside two baselines (2.2)."""

    corpus: str = Field(description="corpus of `corpora` whose documents are sampled")
    texts: Positive = Field(1000, description="documents, drawn by seed among those that fit")
    words: list[Positive] = Field(
        [16, 256],
        min_length=2,
        max_length=2,
        description="fewest and most words of a document, to be drawn",
    )
    p: list[Annotated[float, Field(gt=0, lt=1)]] = Field(
        [0.2, 0.4, 0.6, 0.8], description="probabilities that a word or token is disturbed"
    )
    models: list[str] = Field([], description="models of the model table, or fine-tunes")


class Barrier(Strict):
    """Study `barrier`: what a model knows in one language and not in another (paper B)."""

    seed: int | None = Field(
        None, description="seed of draws of languages and of the quiz's options; null: `seed`"
    )
    languages: list[str] = Field(
        ["en", "fr", "de", "es", "it"], description="languages of the mixed corpora and variants"
    )
    chunk_words: Positive = Field(8, description="words of a chunk, for the mix `words`")
    corpora: dict[Name, Corpus] = Field(
        description="corpora by name; a file of settings adds to them and replaces none"
    )
    mixed: list[str] = Field(description="corpora of `corpora` that are mixed")
    selection: Selection | None = Field(description="how documents are selected; null: not at all")
    mmlu: Mmlu | None = Field(description="MMLU; null: none")
    quiz: Quiz
    evaluations: dict[Name, Evaluation] = Field(
        {}, description="what is evaluated, by name; `evaluate` says which"
    )
    evaluate: list[str] = Field([], description="evaluations of `evaluations` that are run")
    doses: dict[Name, DoseResponse] = Field(
        {}, description="dose-response experiments by name, all in one table and one figure"
    )
    tofu: Tofu = Tofu()
    embeddings: Embeddings | None = Field(None, description="embedding analysis; null: none")
    too_long: Literal["error", "exclude", "drop-demonstrations"] = Field(
        "error",
        description=(
            "a prompt beyond the model's context: stop, leave the question out and count it, or "
            "drop demonstrations from the last until it fits, counted, too"
        ),
    )
    translated_tokens: Positive = Field(
        256, description="longest translation and answer in tokens, translate-then-answer (4.1)"
    )
    normalise: Literal["none", "tokens", "bytes"] = Field(
        "none", description="length that the log-probability of an option's text is divided by"
    )
    option_tokens: Literal["bare", "spaced"] = Field(
        "bare", description="whether an option id is scored as `A` (the authors) or ` A`"
    )
    controls: list[Literal["gold", "random", "english-only"]] = Field(
        ["gold", "random", "english-only"],
        description="answers made from the gold, shown as the last rows of every table",
    )
