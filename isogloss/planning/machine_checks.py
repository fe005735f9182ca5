"""Checks of the machine: GPUs, the scheduler and its accounting, disk, interpreters, conda."""

import importlib.util
import re
import shutil
import sys
from collections.abc import Iterator

from isogloss.gpu_lease import holders, installed, lock_folder, visible
from isogloss.planning.estimate import Estimate
from isogloss.planning.finding import Finding, failure, ok, output_of, warning
from isogloss.planning.show import size
from isogloss.planning.workflow import Run

# Snakemake refuses an older conda (snakemake/deployment/conda.py).
CONDA = (24, 7, 1)


def gpus(run: Run) -> Iterator[Finding]:
    """Look for the GPUs that jobs ask for, here; a scheduler has its own."""
    most = max((job.gpus for job in run.jobs if job.needed), default=0)
    if run.executor != "local":
        yield ok("GPU", f"the largest job asks {run.executor} for {most}")
        return
    on_cpu = run.settings.config.generation.device == "cpu"
    seen = visible()
    names = ", ".join(gpu.name for gpu in seen) or "none"
    if not most or on_cpu:
        yield ok("GPU", f"no job needs one; seen: {names}")
    elif len(seen) < most:
        yield failure(
            "GPU",
            f"a job asks for {most}, and there are {len(seen)} (driver: "
            f"{'found' if installed() else 'nvidia-smi finds none'})",
            "run it on a machine or cluster that has them (--profile slurm), install the driver, "
            "or give the models fewer `gpus`",
        )
    else:
        yield ok("GPU", f"{len(seen)} ({names}); the largest job asks for {most}")
        yield _torch(len(seen))
    held = holders(seen, lock_folder())
    if held:
        yield warning(
            "GPU leases",
            "held: " + ", ".join(f"{name} by process {pid}" for name, pid in held.items()),
            "jobs wait until these end; nothing to be done if they are meant to run",
        )


def _torch(count: int) -> Finding:
    import torch

    found = torch.cuda.device_count()
    if found < count:
        return failure(
            "torch",
            f"version {torch.__version__} sees {found} of {count} GPUs",
            "install the build of torch for the driver's CUDA, or use --sdm conda",
        )
    return ok("torch", f"version {torch.__version__} sees {found} GPUs")


def slurm(run: Run) -> Iterator[Finding]:
    """Look at the controller, the nodes, GPUs as Slurm knows them, accounting and the plugin."""
    wanted = run.executor == "slurm"
    code, text = output_of(["sinfo", "--noheader", "--format=%P|%a|%D|%t|%G"], 30)
    if code:
        if wanted:
            yield failure(
                "Slurm",
                f"sinfo fails: {_last(text)}",
                "call this on a login node of the cluster; if it is one, the controller is down",
            )
        else:
            yield ok("Slurm", "none here, and none asked for (--profile slurm asks for it)")
        return
    rows = [line.split("|") for line in text.splitlines() if line.count("|") == 4]
    down = [row for row in rows if row[3].rstrip("*~#!%$@^-").startswith(("down", "drain", "fail"))]
    partitions = ", ".join(dict.fromkeys(row[0] for row in rows))
    if not rows or len(down) == len(rows):
        yield failure("Slurm", f"no node takes jobs ({partitions})", "ask the cluster's operators")
    elif down:
        count = sum(int(row[2]) for row in down)
        yield warning("Slurm", f"{count} node(s) are down or drained", "others take the jobs")
    else:
        yield ok("Slurm", f"partitions {partitions}")
    if any(job.gpus for job in run.jobs if job.needed):
        kinds = {row[4] for row in rows if "gpu" in row[4]}
        yield (
            ok("Slurm GPUs", ", ".join(sorted(kinds)))
            if kinds
            else failure(
                "Slurm GPUs",
                "no node has a GRES named gpu, and jobs ask for it",
                "have gres.conf of the GPU nodes list their GPUs",
            )
        )
    yield _accounting()
    if wanted and importlib.util.find_spec("snakemake_executor_plugin_slurm") is None:
        yield failure(
            "Slurm plugin",
            "snakemake-executor-plugin-slurm is not installed",
            "install requirements/run.txt",
        )


def _accounting() -> Finding:
    code, text = output_of(["sacct", "--noheader", "--allocations", "--starttime=now"], 30)
    if code:
        return warning(
            "Slurm accounting",
            f"sacct fails: {_last(text)}",
            "the state of jobs is asked of squeue instead, which forgets jobs after MinJobAge; "
            "there is no efficiency report",
        )
    return ok("Slurm accounting", "sacct answers")


def disk(plan: Estimate) -> Iterator[Finding]:
    """Compare the free disk with what the plan would write."""
    needed = sum(cost.need.disk for cost in plan.costs)
    needed += max((cost.need.scratch for cost in plan.costs), default=0)
    free = shutil.disk_usage(plan.run.folder).free
    said = f"{size(free)} free, {size(needed)} planned"
    if needed > free:
        yield failure(
            "disk",
            said,
            "make room, evaluate fewer models at a time, or put results/ on a larger disk (a link)",
        )
    else:
        yield ok("disk", said)


def interpreters(run: Run) -> Iterator[Finding]:
    """Look for vLLM where jobs need it, for conda where it is asked for, and for programs."""
    needed = {job.rule for job in run.jobs if job.needed}
    if run.conda:
        yield _conda()
    elif needed & {"generate_vllm", "answer_vllm"}:
        python = run.settings.config.environments.vllm or sys.executable
        code = "import importlib.util, sys; sys.exit(importlib.util.find_spec('vllm') is None)"
        status, text = output_of([python, "-c", code])
        if status:
            yield failure(
                "vLLM",
                f"{python} has none{f' ({_last(text)})' if text else ''}",
                "use --sdm conda, or name an interpreter that has it in environments.vllm",
            )
        else:
            yield ok("vLLM", f"{python} has it")
    if run.settings.config.translation.provider == "apertium" and any(
        rule.startswith("translate_") for rule in needed
    ):
        yield (
            ok("Apertium", "its programs are here")
            if shutil.which("apertium")
            else failure("Apertium", "is not installed", "see docs/providers.md for its packages")
        )


def _conda() -> Finding:
    code, text = output_of(["conda", "--version"])
    found = re.search(r"(\d+)\.(\d+)\.(\d+)", text)
    least = ".".join(map(str, CONDA))
    if code or not found:
        return failure("conda", f"cannot be run: {_last(text)}", "install Miniforge")
    if tuple(map(int, found.groups())) < CONDA:
        return failure("conda", f"is {found[0]}", f"update it to {least} or later")
    return ok("conda", found[0])


def _last(text: str) -> str:
    return text.splitlines()[-1] if text else "no output"
