"""The GPUs that a job asked for, and no others; nothing computes on the CPU in silence instead."""

import logging
import os

from isogloss.errors import IsoglossError

log = logging.getLogger(__name__)

# `cpu`: models compute on the CPU whatever their jobs hold. Set from `generation.device`.
DEVICE_VARIABLE = "ISOGLOSS_DEVICE"


def take_gpus(gpus: int) -> int:
    """Make just the GPUs that a job asked for visible, before its model is loaded.

    Returns how many there are to compute on; 0 means the CPU. Raises IsoglossError where fewer can
    be seen.
    """
    if gpus and os.environ.get(DEVICE_VARIABLE) == "cpu":
        log.info("generation.device is cpu: the job's %d GPU(s) are not used", gpus)
        gpus = 0
    if not gpus:
        os.environ["CUDA_VISIBLE_DEVICES"] = ""
        return 0
    choose_gpus(
        gpus,
        "the model",
        "give it fewer `gpus` in the model table, or compute on the CPU with "
        "`generation: {device: cpu}`",
    )
    return gpus


def choose_gpus(gpus: int, who: str, instead: str) -> None:
    """Make just the first `gpus` GPUs visible; to be called before torch looks for them.

    who, instead: for the message, who needs them and what else can be done. Raises IsoglossError
    where there are fewer.
    """
    import torch

    visible = torch.cuda.device_count()
    if visible < gpus:
        raise IsoglossError(
            f"{who}: needs {gpus} GPU(s), and {visible} can be seen here; run it where there are "
            f"so many, or {instead}"
        )
    names = os.environ.get("CUDA_VISIBLE_DEVICES")
    chosen = (names.split(",") if names else [str(n) for n in range(visible)])[:gpus]
    os.environ["CUDA_VISIBLE_DEVICES"] = ",".join(chosen)
