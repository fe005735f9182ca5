"""The model table: what each model is, where its weights come from, what it needs to run."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from isogloss.config.base import Strict

CONTROL_PREFIX = "control-"

# Names files, and is a wildcard of rules. Controls have names of their own.
ModelKey = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.\-]*$")]


class Source(Strict):
    """Where the weights come from: just one of `hub`, `folder`, `trained`, `finetuned`, `api`."""

    hub: str | None = Field(None, description="model hub id, `organisation/name`")
    revision: str | None = Field(
        None, description="hub commit; `main`: the newest, of which the manifest has the hashes"
    )
    folder: str | None = Field(None, description="local folder with weights and tokenizer")
    trained: Literal["base", "chat", "lab", "reader"] | None = Field(
        None, description="recipe by which the workflow makes it: of `tiny`, or the lab's"
    )
    finetuned: str | None = Field(
        None, description="entry of `finetunes` that makes it; set by that section alone"
    )
    api: str | None = Field(
        None, description="the model's name at a server with OpenAI's interface; docs/api_models.md"
    )
    url: str | None = Field(
        None,
        pattern=r"^https?://",
        description=(
            "of `api`: address of the server, as `http://localhost:8000/v1`; null: the variable "
            "OPENAI_BASE_URL, or OpenAI"
        ),
    )
    key: str | None = Field(
        "OPENAI_API_KEY",
        pattern=r"^[A-Z][A-Z0-9_]*$",
        description="of `api`: environment variable with the key; null: the server asks for none",
    )
    seed: int | None = Field(
        0, description="of `api`: sent with each request; null: none, for servers that refuse it"
    )

    @model_validator(mode="after")
    def _exactly_one(self) -> "Source":
        kinds = ("hub", "folder", "trained", "finetuned", "api")
        given = [key for key in kinds if getattr(self, key)]
        if len(given) != 1:
            raise ValueError(f"needs exactly one of {', '.join(kinds)}; has {given}")
        if bool(self.hub) != bool(self.revision):
            raise ValueError("`revision` belongs to `hub`: give both or neither")
        stray = sorted({"url", "key", "seed"} & self.model_fields_set)
        if stray and not self.api:
            raise ValueError(f"`{stray[0]}` belongs to `api`: give both or neither")
        return self


class Price(Strict):
    """What a server takes for a million tokens, with the day and the place where that was said."""

    read: float = Field(ge=0, description="for a million tokens of prompts")
    written: float = Field(ge=0, description="for a million tokens of answers")
    currency: str = "USD"
    date: str = Field(pattern=r"^\d{4}-\d\d-\d\d$", description="day of the source; prices change")
    source: str = Field(description="address of the page that says so")


class Model(Strict):
    """One model of the model table."""

    label: str = Field(description="name in tables and figures, as the papers print it")
    source: Source
    family: str = Field(description="models of one family share a panel in figures")
    stage: Literal["base", "post-trained"] = Field(
        description="base models get plain text, post-trained ones their chat template"
    )
    base: str | None = Field(
        None, description="for a post-trained model: the table's key of its base model"
    )
    parameters: float | None = Field(description="size in billions of parameters; null if unknown")
    active_parameters: float | None = Field(
        None, description="of a mixture of experts: billions that a token meets; for plans alone"
    )
    gpus: int = Field(ge=0, description="GPUs of 80 GB that a job asks for")
    dtype: Literal["bfloat16", "float16", "float32", "float64"] | None = Field(
        description="number format of weights and arithmetic; null for API models"
    )
    context_length: int = Field(gt=0, description="longest prompt plus answer, in tokens")
    engine: Literal["vllm", "transformers", "openai", "seq2seq"] = Field(
        description=(
            "what runs the model; `seq2seq`: a translation model, for the provider seq2seq alone; "
            "`openai`: a server with OpenAI's interface, which answers in writing alone"
        )
    )
    gated: bool = Field(description="whether the hub asks to accept a licence first")
    papers: list[Literal["xmrc", "barrier"]] = Field(description="studies that evaluate it")
    trust_remote_code: bool = Field(
        False, description="allow code from the model's repository to run; off unless unavoidable"
    )
    chat: bool | None = Field(
        None,
        description="whether prompts use the chat template; null: those of post-trained models do",
    )
    gpu_model: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9_.]+$",
        description="which GPUs, as the cluster names them (the type of Slurm's GRES); null: any",
    )
    threads: int | None = Field(
        None, gt=0, description="CPU threads of a job; null: `generation.threads`"
    )
    mem_mb: int | None = Field(
        None,
        gt=0,
        description="main memory of a job, in MB; null: from the model's size. See docs/cluster.md",
    )
    runtime: int | None = Field(
        None, gt=0, description="minutes that a job may take; null: from the model's size"
    )
    template: str | None = Field(
        None, description="prompt template to use, instead of running all and keeping the best"
    )
    price: Price | None = Field(
        None, description="of an API model; null: not known, so that plans do not say its cost"
    )
    retired: str | None = Field(
        None,
        pattern=r"^\d{4}-\d\d-\d\d$",
        description="of an API model: day on which its vendor was to withdraw it; null: none known",
    )

    @property
    def chats(self) -> bool:
        """Whether prompts are put as a message of a user, not as text to go on with."""
        return self.stage == "post-trained" if self.chat is None else self.chat

    @model_validator(mode="after")
    def _consistent(self) -> "Model":
        if (self.engine == "openai") != bool(self.source.api):
            raise ValueError("`engine: openai` belongs to a `source` with `api`: give both or none")
        if self.engine != "openai" and (self.price or self.retired):
            raise ValueError("`price` and `retired` belong to models of the engine openai")
        if self.engine == "openai" and self.gpus:
            raise ValueError(f"`gpus` is {self.gpus}: a model of the engine openai runs elsewhere")
        if self.gpu_model and not self.gpus:
            raise ValueError(f"`gpu_model` is {self.gpu_model!r} and `gpus` 0: give `gpus`, too")
        if self.dtype is None and self.engine != "openai":
            raise ValueError("`dtype` is null, which only models of the engine openai can have")
        if self.base is not None and self.stage == "base":
            raise ValueError("a model of stage base cannot have a base")
        return self


class ModelTable(Strict):
    """A file of models."""

    models: dict[ModelKey, Model]
