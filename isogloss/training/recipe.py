"""What decides the result of a fine-tuning, and what only decides how it is computed."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

Data = Literal["text", "tofu", "sft"]


@dataclass(frozen=True)
class Recipe:
    """All that the result depends on; meanings and units as in the configuration's `finetunes`."""

    data: Data
    learning_rate: float
    weight_decay: float
    schedule: Literal["linear", "cosine", "constant"]
    warm_up: float
    max_grad_norm: float
    epochs: int | None
    steps: int | None
    batch_size: int
    sequence_length: int
    packing: bool
    across_documents: bool
    seed: int
    weights: Literal["float32", "bfloat16"]  # what is trained, on a GPU
    dtype: str  # what is saved
    chat: bool  # whether `tofu` uses the chat template
    question_template: str
    chat_date: str
    trust_remote_code: bool

    def as_dict(self) -> dict[str, Any]:
        """Return the recipe as plain values."""
        return asdict(self)


@dataclass(frozen=True)
class Job:
    """A recipe, the files that it reads and writes, and the machine that it gets."""

    name: str
    recipe: Recipe
    base: Path  # folder of the base model
    base_manifest: Path
    files: tuple[Path, ...]  # training data
    chat_template: Path | None  # replaces the tokenizer's
    scratch: Path  # folder of checkpoints, deleted in the end
    folder: Path  # of the fine-tuned model
    manifest: Path
    curve: Path  # loss of each step, CSV
    speed: Path  # times and memory, JSON
    code: str  # hash of the code
    gpus: int  # 0: trains on the CPU
    cpu_processes: int  # where there is no GPU
    threads: int  # of all processes together
    device_batch_size: int  # most rows that a process computes at once
    save_steps: int
    gradient_checkpointing: bool

    @property
    def processes(self) -> int:
        """Return how many processes train together: one per GPU."""
        return self.gpus or self.cpu_processes

    @property
    def rows_at_once(self) -> int:
        """Return the rows of a process at once: as many as share a step evenly."""
        share = self.recipe.batch_size // self.processes
        return max(n for n in range(1, self.device_batch_size + 1) if share % n == 0)

    @property
    def accumulation(self) -> int:
        """Return how many times rows are computed for a step: the batch size stays what it is."""
        return self.recipe.batch_size // (self.processes * self.rows_at_once)
