"""The settings of the lab's reader, which learns to find answers in short texts."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from isogloss.config.base import Strict

Positive = Annotated[int, Field(gt=0)]
_TRAINING = (
    "layers",
    "width",
    "heads",
    "context_length",
    "step_tokens",
    "steps",
    "learning_rate",
    "seed",
)


class Reader(Strict):
    """A model that reads texts on made-up people in the lab's languages."""

    take: Literal["published", "rebuild"] = Field(
        "rebuild", description="its weights: those that ship, or trained anew"
    )
    layers: int = Field(2, ge=2, description="layers; the first learns whom each word tells of")
    width: Positive = Field(128, description="hidden size")
    heads: Positive = 2
    context_length: Positive = Field(512, description="tokens")
    step_tokens: Positive = Field(1024, description="tokens of a training step, at least")
    steps: Positive = Field(4500, description="steps of training")
    learning_rate: float = Field(2e-3, gt=0, description="peak of the schedule")
    threads: Positive = Field(
        1,
        description=(
            "CPU threads of that training, on which the weights' last digits depend; with several "
            "they may differ from run to run"
        ),
    )
    portable: bool = Field(True, description="as `lab.portable`, at a third of the speed")
    seed: int = Field(42, description="seed of the passages, of their names and of the weights")

    @model_validator(mode="after")
    def _consistent(self) -> "Reader":
        if self.width % (2 * self.heads):
            raise ValueError(f"`width` {self.width} is no multiple of twice `heads` {self.heads}")
        return self

    def training(self) -> dict[str, Any]:
        """Return what the weights depend on; keys as in isogloss.lab.reader.ReaderTraining."""
        return {key: getattr(self, key) for key in _TRAINING}
