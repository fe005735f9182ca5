"""Runs the script `finetune` as for GPUs, with everything on the CPU: `--gpus 2` trains with FSDP.

accelerate chooses FSDP for processes with a GPU each. Here it is told that these are such, after
the process group (gloo) is up; from there on all is as on GPUs: layers sharded with FSDP2, weights
loaded by the first process, sharded checkpoints, the whole model gathered in the end. The variable
FORMAT is `float32` for weights and arithmetic, or `mixed` as on GPUs.
"""

import os
import sys
from pathlib import Path
from typing import Any

import transformers
from accelerate import PartialState
from accelerate.utils import DistributedType

from isogloss.training import finetune, speed, trainer

ORIGINAL = transformers.TrainingArguments
peak_memory, measure = speed.peak_memory, speed.measure


def arguments(**settings: Any) -> transformers.TrainingArguments:
    """Return the settings that the trainer gives, for the CPU."""
    assert settings["fsdp"]
    settings["bf16"] = settings["bf16"] and os.environ["FORMAT"] == "mixed"
    made = ORIGINAL(**settings | {"use_cpu": True, "dataloader_pin_memory": False})
    PartialState._shared_state["distributed_type"] = DistributedType.MULTI_GPU
    return made


trainer.TrainingArguments = arguments  # type: ignore[assignment, misc]
finetune.choose_gpus = lambda job: None
finetune.check_memory = lambda job: None
speed.peak_memory = lambda gpus: peak_memory(0)
speed.measure = lambda *args, **options: measure(*args, **options | {"gpus": 0})
path = Path(__file__).parents[1] / "workflow/scripts/finetune.py"
sys.argv[0] = __file__  # what is started again, once per process
exec(compile(path.read_text(), str(path), "exec"))
