"""GPUs, processes and threads of a training, and whether its memory will do."""

import ctypes
import logging
import os
import signal
import sys
import uuid
from pathlib import Path
from typing import Any

from isogloss import devices
from isogloss.errors import IsoglossError
from isogloss.training.recipe import Job

log = logging.getLogger(__name__)

# Bytes per parameter: weight, gradient and AdamW's two moments, all in the format of the weights.
STATE_BYTES = {"float32": 16, "bfloat16": 8}


def relaunched() -> bool:
    """Return whether this process is one of those that `relaunch` has started."""
    return "TORCHELASTIC_RUN_ID" in os.environ


def relaunch(processes: int) -> None:
    """Run this very command in several processes on this machine, as torchrun does, and wait.

    Raises IsoglossError where one of them fails; it has written its own message before.
    """
    from torch.distributed.elastic.multiprocessing.errors import ChildFailedError
    from torch.distributed.launcher.api import LaunchConfig, elastic_launch

    # What torchrun's option --standalone stands for: a meeting point on a free port, no restarts.
    config = LaunchConfig(
        min_nodes=1,
        max_nodes=1,
        nproc_per_node=processes,
        run_id=uuid.uuid4().hex,
        rdzv_backend="c10d",
        rdzv_endpoint="localhost:0",
        local_addr="localhost",
        max_restarts=0,
    )
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # until each process sets its own number
    try:
        elastic_launch(config, sys.executable)(*sys.argv)
    except ChildFailedError as error:
        rank, failure = error.get_first_failure()
        raise IsoglossError(
            f"process {rank} of the training ended with exit code {failure.exitcode}; what it said "
            "is above"
        ) from None


def die_with_parent() -> None:
    """Have Linux kill this process when the one that started it is gone.

    `relaunch` ends its processes unless it is killed itself: they would go on without it.
    """
    parent = os.getppid()
    if sys.platform == "linux":
        death_signal = 1  # PR_SET_PDEATHSIG of sys/prctl.h
        ctypes.CDLL(None).prctl(death_signal, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def limit_threads(threads: int) -> None:
    """Let this process use so many threads for arithmetic."""
    import torch

    torch.set_num_threads(threads)


def choose_gpus(job: Job) -> None:
    """Make just the job's GPUs visible, the first ones; to be called before torch looks for them.

    Raises IsoglossError where there are fewer.
    """
    if job.gpus == 0:
        return
    # Trainer would spread a single process over all that it sees.
    devices.choose_gpus(job.gpus, job.name, "give the fine-tuning `gpus: 0` to train on the CPU")
    # Rows of changing length leave gaps in a GPU's memory, which this lets be filled.
    os.environ.setdefault("PYTORCH_ALLOC_CONF", "expandable_segments:True")


def check_memory(job: Job) -> None:
    """Raise IsoglossError where weights, gradients and optimizer alone exceed a GPU's memory.

    For a process that trains: another one would keep some of the memory by asking.
    """
    if job.gpus == 0:
        return
    import torch

    have = torch.cuda.get_device_properties(0).total_memory
    need = count_parameters(job.base, job.recipe.trust_remote_code) * (
        STATE_BYTES[job.recipe.weights] / job.gpus
    )
    if need > have:
        raise IsoglossError(
            f"{job.name}: weights, gradients and optimizer take {need / 2**30:.0f} GiB on each of "
            f"{job.gpus} GPU(s), which have {have / 2**30:.0f} GiB; give more `gpus`, or "
            "`weights: bfloat16`, which halves it"
        )


def count_parameters(folder: Path, trust_remote_code: bool) -> int:
    """Return the number of a model's parameters, from its config alone."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    config: Any = AutoConfig.from_pretrained(folder, trust_remote_code=trust_remote_code)
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config, trust_remote_code=trust_remote_code)
    return sum(parameter.numel() for parameter in model.parameters())
