"""The settings of study `barrier` (paper B), with their defaults and meaning."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from isogloss.config.base import Strict
from isogloss.config.tasks import DoseResponse, Evaluation, Mmlu, Quiz, Tofu

Positive = Annotated[int, Field(gt=0)]
Granularity = Literal["english", "document", "sentence", "words", "collection"]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.\-]*$")]


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
