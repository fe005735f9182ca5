"""The settings of fine-tuning: section `finetunes`, whose entries become models of the table."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from isogloss.config.barrier import Granularity
from isogloss.config.base import Strict
from isogloss.config.models import Model

Positive = Annotated[int, Field(gt=0)]
Data = Literal["text", "tofu", "sft"]

# What `null` stands for, by kind of data: paper B (section 4.2, D.2) for corpora and TOFU, paper A
# (C.3: 8 rows on each of 8 GPUs) for sft. Paper B says nothing of schedule and length: 512 tokens
# are next to the 500 of the code that it names.
DEFAULTS: dict[Data, dict[str, Any]] = {
    "text": {
        "learning_rate": 2e-5,
        "schedule": "linear",
        "warm_up": 0.0,
        "batch_size": 32,
        "device_batch_size": 4,
        "sequence_length": 512,
        "packing": True,
    },
    "sft": {
        "learning_rate": 1e-5,
        "schedule": "cosine",
        "warm_up": 0.1,
        "batch_size": 64,
        "device_batch_size": 8,
        "sequence_length": 2048,
        "packing": False,
    },
}
DEFAULTS["tofu"] = DEFAULTS["text"] | {"packing": False}

# GPUs of 80 GB, in 1e9 bytes, of which training state may fill so much; the rest is activations.
STATE_SHARE = 0.8 * 80
STATE_BYTES = {"float32": 16, "bfloat16": 8}


class Finetune(Strict):
    """A fine-tuning; the model that it makes is a model of the table, under this entry's name."""

    base: str = Field(description="key of the model to start from; it may be fine-tuned itself")
    data: Data = Field(
        description=(
            "`text`: one document per line; `tofu`: lines of JSON with `question` and `answer`, "
            "the answer learned; `sft`: Parquet or lines of JSON with `messages`, the assistant's "
            "turns learned"
        )
    )
    corpus: str | None = Field(None, description="corpus of `barrier.corpora`; with `mix`")
    mix: Granularity | None = Field(None, description="which of its mixes")
    files: list[str] | None = Field(
        None,
        description=(
            "files of data, read in this order, after the corpus if there is one; rules may make "
            "them"
        ),
    )
    label: str | None = Field(
        None, description="name in tables and figures; null: the base's and that of the data"
    )
    epochs: Positive | None = Field(
        None, description="passes over the data; null: 1, or what `steps` takes"
    )
    steps: Positive | None = Field(None, description="steps of the optimizer, instead of `epochs`")
    learning_rate: float | None = Field(
        None, gt=0, description="peak of the schedule; null: 2e-5, for sft 1e-5"
    )
    weight_decay: float = Field(0.01, ge=0, description="of AdamW, on matrices")
    schedule: Literal["linear", "cosine", "constant"] | None = Field(
        None, description="what follows the warm-up, down to 0; null: linear, for sft cosine"
    )
    warm_up: float | None = Field(
        None, ge=0, le=1, description="share of the steps; null: 0, for sft 0.1"
    )
    max_grad_norm: float = Field(1.0, gt=0, description="longer gradients are shortened to it")
    batch_size: Positive | None = Field(
        None, description="rows of a step, in all processes together; null: 32, for sft 64"
    )
    sequence_length: Positive | None = Field(
        None,
        description=(
            "longest row in tokens; null: 512, for sft 2048. A text goes on in the next row; of a "
            "longer question or dialogue the end is cut off, and counted"
        ),
    )
    packing: bool | None = Field(
        None,
        description=(
            "rows are filled up with documents, an end token after each; null: of text. Without, "
            "each document has a row of its own"
        ),
    )
    across_documents: bool = Field(
        False,
        description=(
            "whether a document sees those before it in a packed row; without, training is the "
            "same as on its documents one by one"
        ),
    )
    chat_template: str | None = Field(
        None, description="file of a Jinja chat template that the model gets; null: its base's"
    )
    question_template: str = Field(
        "Question: {question}\nAnswer: {answer}",
        description="TOFU's format for models of stage base; others use their chat template",
    )
    weights: Literal["float32", "bfloat16"] = Field(
        "float32",
        description=(
            "what a GPU trains: float32 weights used in bfloat16 (16 bytes a parameter in all), or "
            "bfloat16 ones (8 bytes), which lose steps smaller than their last digit"
        ),
    )
    gradient_checkpointing: bool = Field(
        True, description="activations are computed again instead of kept: less memory, more time"
    )
    gpus: int | None = Field(
        None,
        ge=0,
        description=(
            "GPUs, which share the model; 0: the CPU. null: the smallest power of two of 80 GB "
            "GPUs of which weights, gradients and optimizer fill at most 80 %; 0 for models "
            "without GPU"
        ),
    )
    processes: Positive = Field(1, description="processes of a training on the CPU")
    threads: Positive = Field(
        2, description="CPU threads of the job; one gives the same bytes each time"
    )
    mem_mb: Positive | None = Field(
        None, description="main memory of the job, in MB; null: from the model's size"
    )
    runtime: Positive | None = Field(
        None, description="minutes that the job may take; null: from the model's size"
    )
    device_batch_size: Positive | None = Field(
        None, description="most rows that a GPU computes at once; null: 4, for sft 8"
    )
    save_steps: Positive = Field(100, description="steps from one checkpoint to the next")
    seed: int | None = Field(
        None, description="seed of the order of rows; null: that of `barrier.seed`"
    )
    seeds: list[int] | None = Field(
        None,
        description=(
            "seeds with each of which the training is repeated, of the order of rows and of the "
            "draws of languages in its mix: models of the names KEY.SEED. Where "
            "`barrier.evaluations` lists this entry, all of them are meant"
        ),
    )

    @model_validator(mode="after")
    def _consistent(self) -> "Finetune":
        if bool(self.corpus) != bool(self.mix) or not (self.corpus or self.files):
            raise ValueError("give `corpus` and `mix`, or `files`, or all three")
        if self.data == "sft" and self.corpus:
            raise ValueError("`data: sft` takes `files`: corpora have no dialogues")
        if self.steps and self.epochs:
            raise ValueError(
                f"`steps` is {self.steps} and `epochs` {self.epochs}: give one of them"
            )
        if self.packing and self.data != "text":
            raise ValueError(
                f"`packing` is for `data: text`: rows of {self.data} would be cut anywhere"
            )
        if self.across_documents and not self.value("packing"):
            raise ValueError("`across_documents` is for packed rows: give `packing: true`")
        if self.chat_template and self.data == "text":
            raise ValueError("`chat_template` is for `data: sft` or `tofu`: a text has no turns")
        if self.seeds is not None:
            if self.seed is not None or not self.seeds or len(set(self.seeds)) < len(self.seeds):
                raise ValueError(
                    f"`seeds` is {self.seeds} and `seed` {self.seed}: give one of them, and each "
                    "seed once"
                )
            if self.label is None or min(self.seeds) < 0:
                raise ValueError("`seeds` needs a `label`, and numbers from 0 up: names have them")
        template = self.question_template
        if template.count("{question}") != 1 or not template.endswith("{answer}"):
            raise ValueError("`question_template` must have {question} and end with {answer}")
        if template.count("{answer}") != 1 or "{answer}" in template.partition("{question}")[0]:
            raise ValueError("`question_template` must have {answer} once, at its end")
        return self

    def value(self, key: str) -> Any:
        """Return a setting, or what null stands for."""
        value = getattr(self, key)
        return DEFAULTS[self.data].get(key) if value is None else value

    def data_files(self) -> list[str]:
        """Return the files of training data."""
        ending = "txt" if self.data == "text" else "json"
        mixed = [f"results/corpora/{self.corpus}/{self.mix}.{ending}"] if self.corpus else []
        return [*mixed, *(self.files or [])]

    def uses_chat(self, base: Model) -> bool:
        """Return whether the data is put into a chat template."""
        return self.data == "sft" or (self.data == "tofu" and base.stage == "post-trained")

    def training_gpus(self, base: Model) -> int:
        """Return how many GPUs the training gets."""
        if self.gpus is not None:
            return self.gpus
        if base.gpus == 0:
            return 0
        if base.parameters is None:
            raise ValueError("`gpus` must be given: the size of the base model is not known")
        gpus = 1
        while base.parameters * STATE_BYTES[self.weights] > gpus * STATE_SHARE:
            gpus *= 2
        return gpus

    def recipe(self, base: Model, chat_date: str) -> dict[str, Any]:
        """Return what the trained weights depend on; keys as in isogloss.training.recipe."""
        kept = ("data", "weight_decay", "max_grad_norm", "epochs", "steps", "across_documents")
        resolved = DEFAULTS[self.data].keys() - {"device_batch_size"}
        return {
            **{key: getattr(self, key) for key in (*kept, "seed", "weights", "question_template")},
            **{key: self.value(key) for key in resolved},
            "dtype": base.dtype,
            "chat": self.uses_chat(base),
            "chat_date": chat_date,
            "trust_remote_code": base.trust_remote_code,
        }
