"""The settings of `config/config.yaml`, section by section, with their defaults and meaning."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from isogloss.config.api import Api
from isogloss.config.barrier import Barrier
from isogloss.config.base import Strict
from isogloss.config.finetune import Finetune
from isogloss.config.lab import Lab
from isogloss.config.models import ModelKey
from isogloss.config.planning import Planning
from isogloss.config.providers import Translation
from isogloss.languages import NAMES

Setting = Literal["en-en", "en-x", "x-x"]
Control = Literal["gold", "random", "english-only"]
Positive = Annotated[int, Field(gt=0)]


class Sources(Strict):
    """Where data and weights come from."""

    manifest: str = Field("resources/sources.yaml", description="data sets with URL and checksum")
    unpinned: Literal["refuse", "accept"] = Field(
        "refuse",
        description=(
            "content whose checksum or revision the manifest does not know yet: an error that "
            "says how to pin it, or taken as it is published now and recorded"
        ),
    )
    mirror: str | None = Field(
        None,
        description="folder looked at before any download; the variable ISOGLOSS_MIRROR overrides",
    )
    model_mirror: str | None = Field(
        None,
        description=(
            "folder of `organisation/name` folders with weights, looked at before the model hub; "
            "the variable ISOGLOSS_MODEL_MIRROR overrides"
        ),
    )


class Environments(Strict):
    """Python interpreters of rules that need their own packages, where conda is not used."""

    vllm: str | None = Field(
        None, description="python with vLLM; null: the one that runs Snakemake, or conda's"
    )


class Demonstrations(Strict):
    """Which questions serve as examples in prompts with shots."""

    ids: list[str] | None = Field(
        None,
        description="question ids in order of preference; null: drawn from the data set by seed",
    )
    seed: int = Field(42, description="seed of the draw")


class Decoding(Strict):
    """Greedy decoding: temperature 0, no penalties, whatever the model's own defaults are."""

    max_new_tokens: Positive = Field(64, description="longest answer in tokens")
    stop: list[Annotated[str, Field(min_length=1)]] = Field(
        ["\nContext:", "\nQuestion:"],
        description="texts that end an answer (not part of it); base models run on otherwise",
    )


class XmrcTables(Strict):
    """Which models two of the tables are about."""

    sizes_family: str | None = Field(
        "Qwen-2.5", description="family whose sizes table 5 compares; null: no model"
    )
    tuned: list[str] = Field(
        [], description="models that this workflow post-trained, which table 11 shows"
    )


class Xmrc(Strict):
    """Study `xmrc`: cross-lingual context retrieval (paper A)."""

    dataset: str = Field(description="data set of the source manifest, in XQuAD's format")
    languages: list[str] = Field(description="languages of the data set to use; must include en")
    detection_languages: list[str] = Field(
        list(NAMES)[:12],
        description="languages that Lingua chooses among; those of `languages` are added",
    )
    settings: list[Setting] = Field(
        ["en-en", "en-x", "x-x"], description="languages of context and question"
    )
    shots: list[Annotated[int, Field(ge=0, le=8)]] = Field(
        [0, 2], description="numbers of demonstrations to run"
    )
    questions: Positive | None = Field(
        None, description="questions per language, drawn by seed; null: all"
    )
    prompts: str = Field("config/prompts/xmrc.yaml", description="file of prompt templates")
    templates: list[str] = Field(
        ["v1", "v2"], description="templates to run; tables keep the better one of each model"
    )
    chat_date: str = Field(
        "26 Jul 2024", description="date that chat templates may print, fixed so prompts are stable"
    )
    demonstrations: Demonstrations = Demonstrations()
    too_long: Literal["error", "exclude"] = Field(
        "error", description="a prompt beyond the model's context: stop, or leave out and count"
    )
    decoding: Decoding = Decoding()
    models: list[str] = Field(description="models of the model table to evaluate")
    controls: list[Control] = Field(
        ["gold", "random", "english-only"],
        description="answers made from the gold, shown as the last rows of every table",
    )
    tables: XmrcTables = XmrcTables()

    @model_validator(mode="after")
    def _consistent(self) -> "Xmrc":
        for name in ("languages", "settings", "shots", "templates", "models", "controls"):
            values = getattr(self, name)
            twice = {value for value in values if values.count(value) > 1}
            if twice:
                raise ValueError(f"`{name}` lists {sorted(map(str, twice))[0]!r} twice")
        for name in ("settings", "shots", "templates"):
            if not getattr(self, name):
                raise ValueError(f"`{name}` is empty: give at least one")
        if not self.models and not self.controls:
            raise ValueError("`models` and `controls` are both empty: there is nothing to evaluate")
        if "en" not in self.languages:
            raise ValueError("`languages` must include en, the language of context and answer")
        if self.languages == ["en"] and self.settings != ["en-en"]:
            raise ValueError("`languages` has only en, so `settings` can only be en-en")
        return self


class Tiny(Strict):
    """The tiny models that the workflow trains on its own demo text (no study's subject)."""

    dataset: str = Field("xquad-demo", description="data set whose text they learn")
    languages: list[str] = Field(list(NAMES)[:12], description="languages of that text")
    vocabulary: Positive = Field(4096, description="tokens of the byte-level BPE vocabulary")
    layers: Positive = 4
    width: Positive = Field(128, description="hidden size")
    heads: Positive = 4
    context_length: Positive = Field(8192, description="tokens")
    sequence_length: Positive = Field(512, description="tokens of a training sequence")
    batch_size: Positive = Field(4, description="training sequences of a step")
    base_steps: Positive = Field(300, description="steps of language modelling: `base`")
    chat_steps: Positive = Field(300, description="further steps on answers in chat format: `chat`")
    learning_rate: float = Field(8e-3, gt=0, description="peak of the schedule")
    threads: Positive = Field(
        1,
        description=(
            "CPU threads of each training, on which the weights' last digits depend; with several "
            "they may differ from run to run"
        ),
    )
    seed: int = 42

    @model_validator(mode="after")
    def _heads_share_the_width(self) -> "Tiny":
        if self.width % (2 * self.heads):
            raise ValueError(f"`width` {self.width} is no multiple of twice `heads` {self.heads}")
        return self


class Bootstrap(Strict):
    """Intervals: questions are drawn with replacement, the same draw for every cell."""

    samples: Positive = Field(1000, description="draws")
    level: float = Field(0.95, gt=0, lt=1, description="coverage of the percentile interval")
    seed: int = 42


class Generation(Strict):
    """Where models compute, and how much at once; results do not depend on it but for rounding."""

    device: Literal["gpu", "cpu"] = Field(
        "gpu",
        description=(
            "`gpu`: models use the GPUs that their jobs ask for, and a job that sees fewer fails; "
            "`cpu`: the CPU, also in a job that holds GPUs, to try a cluster with tiny models"
        ),
    )
    batch_size: Positive = Field(64, description="most prompts of a batch")
    batch_tokens: Positive = Field(32768, description="most tokens of a batch, padding counted")
    threads: Positive = Field(2, description="CPU threads of a job of the transformers engine")


class Config(Strict):
    """The whole configuration."""

    model_tables: list[str] = Field(
        ["config/models.yaml", "config/translators.yaml"],
        description="files of models; later ones may add, not replace",
    )
    sources: Sources = Sources()
    environments: Environments = Environments()
    seed: int = Field(
        42,
        description=(
            "seed of all draws whose own is null: languages of corpora and questions, options of "
            "the quiz, the order of texts in fine-tuning"
        ),
    )
    store: str = Field(
        "results/store", description="folder of generated answers, kept across configurations"
    )
    bootstrap: Bootstrap = Bootstrap()
    generation: Generation = Generation()
    api: Api = Api()
    plan: Planning = Planning()
    tiny: Tiny = Tiny()
    lab: Lab = Lab()
    translation: Translation = Translation()
    xmrc: Xmrc
    barrier: Barrier
    finetunes: dict[ModelKey, Finetune] = Field(
        {}, description="models that the workflow fine-tunes, by name"
    )
