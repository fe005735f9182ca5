"""What jobs ask a scheduler for: memory and time from the size of their model.

They are limits for a first attempt, rough on purpose: what a job used stands in its benchmark
record, and `mem_mb` and `runtime` of the model table replace them. A job that fails, for want of
memory or time among other reasons, is tried again with twice as much.
"""

from isogloss.config.finetune import STATE_BYTES, Finetune
from isogloss.config.models import Model

# Interpreter, torch, transformers and the tables of a job; a tiny model's job peaks at 1 GB.
PROCESS_MB = 4_000
# Beside each GPU: a process of its own with CUDA's libraries and pinned buffers.
GPU_PROCESS_MB = 8_000
# A GPU of the model table, of which weights fill at most this share (config/models.yaml).
GPU_MB, WEIGHTS_SHARE = 80_000, 2 / 3
BYTES = {"float64": 8, "float32": 4, "bfloat16": 2, "float16": 2}

# Starting, loading weights from a slow disk, and the queue of a slow node.
START_MINUTES = 60
# For each billion of parameters that a GPU holds: the longest job asks some 100 000 prompts of
# 1 000 tokens, of which a GPU with 10^14 useful operations a second reads a billion parameters'
# share in half an hour.
ANSWER_MINUTES = 30
# Training takes three times the arithmetic of reading, and more epochs than one.
TRAIN_MINUTES = 4 * ANSWER_MINUTES


def scaled(first: float, attempt: int) -> int:
    """Return a limit of the first attempt (1) for a later one: doubled each time."""
    return round(first) * 2 ** (attempt - 1)


def billions(model: Model) -> float:
    """Return the model's size in billions of parameters; the most its GPUs take if unknown."""
    if model.parameters is not None:
        return model.parameters
    return model.gpus * GPU_MB * WEIGHTS_SHARE / 1_000 / BYTES[model.dtype or "bfloat16"]


def answer_mem_mb(model: Model, attempt: int) -> int:
    """Return the main memory in MB of a job that uses a model: its weights pass through there."""
    weights = billions(model) * 1_000 * BYTES[model.dtype or "bfloat16"]
    return scaled(model.mem_mb or PROCESS_MB + GPU_PROCESS_MB * model.gpus + weights, attempt)


def answer_runtime(model: Model, attempt: int) -> int:
    """Return the minutes of a job that uses a model."""
    share = billions(model) / max(model.gpus, 1)
    return scaled(model.runtime or START_MINUTES + ANSWER_MINUTES * share, attempt)


def train_mem_mb(entry: Finetune, base: Model, attempt: int) -> int:
    """Return the main memory in MB of a training.

    On the CPU everything is there: weights, gradients and optimizer. With GPUs the weights are
    loaded and saved by way of it, as float32.
    """
    gpus = entry.training_gpus(base)
    size = billions(base) * 1_000 * (2 * BYTES["float32"] if gpus else STATE_BYTES["float32"])
    return scaled(entry.mem_mb or PROCESS_MB + GPU_PROCESS_MB * gpus + size, attempt)


def train_runtime(entry: Finetune, base: Model, attempt: int) -> int:
    """Return the minutes of a training."""
    share = billions(base) / max(entry.training_gpus(base), 1)
    return scaled(entry.runtime or START_MINUTES + TRAIN_MINUTES * share, attempt)
