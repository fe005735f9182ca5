"""How fast a training was, and how much memory it took: times that no result depends on."""

import resource
from typing import Any

from isogloss.training.callbacks import SKIPPED, Clock
from isogloss.training.flops import flops_per_token, peak_flops


def peak_memory(gpus: int) -> int:
    """Return the most bytes that this process has held: allocated on its GPU, else resident."""
    import torch

    if gpus:
        return int(torch.cuda.max_memory_allocated())
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024  # Linux counts in KiB


def measure(
    clock: Clock,
    config: Any,
    *,
    parameters: int,
    context: float,
    gpus: int,
    processes: int,
    memory: int,
) -> dict[str, Any]:
    """Return the record of a run; what cannot be known is None.

    `parameters` that each token is multiplied with, `context` in tokens (see `flops`), `memory` of
    the process that took most, in bytes.
    """
    import torch

    device = torch.cuda.get_device_name() if gpus else "CPU"
    rate, operations = clock.tokens_per_second(), flops_per_token(config, parameters, context)
    peak = peak_flops(device) if gpus else None
    known = rate is not None and operations is not None and peak is not None
    return {
        "device": device,
        "processes": processes,
        "steps_timed": max(0, len(clock.seconds) - SKIPPED),
        "seconds_timed": round(sum(clock.seconds[SKIPPED:]), 3),
        "tokens_per_second": None if rate is None else round(rate, 1),
        "flops_per_token": operations,
        "peak_flops_per_device": peak,
        "model_flops_utilisation": (
            round(rate * operations / (peak * gpus), 4)  # type: ignore[operator]
            if known
            else None
        ),
        "peak_memory_bytes": memory,
    }


def describe(record: dict[str, Any]) -> str:
    """Return the record as one line of a log."""
    rate, share = record["tokens_per_second"], record["model_flops_utilisation"]
    return (
        f"{record['processes']} x {record['device']}: "
        f"{'no' if rate is None else f'{rate:.0f}'} tokens per second, "
        f"model FLOPs utilisation {'unknown' if share is None else f'{share:.1%}'}, "
        f"peak memory {record['peak_memory_bytes'] / 2**30:.2f} GiB per process"
    )
