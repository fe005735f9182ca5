"""What the tests of fine-tuning share: a small job, in this process or as the script runs it."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from isogloss.models import write_manifest
from isogloss.training.recipe import Job, Recipe
from tests.demo import ROOT, THREADS

SCRIPT = ROOT / "workflow/scripts/finetune.py"
RECIPE = Recipe(
    data="text",
    learning_rate=1e-3,
    weight_decay=0.01,
    schedule="linear",
    warm_up=0.25,
    max_grad_norm=1.0,
    epochs=None,
    steps=8,
    batch_size=4,
    sequence_length=64,
    packing=True,
    across_documents=False,
    seed=42,
    weights="float32",
    dtype="float32",
    chat=False,
    question_template="Question: {question}\nAnswer: {answer}",
    chat_date="26 Jul 2024",
    trust_remote_code=False,
)


def small_job(folder: Path, base: Path, files: list[Path], **changes: Any) -> Job:
    """Return a job in `folder`; `changes` are of the job or of its recipe."""
    folder.mkdir(parents=True, exist_ok=True)
    manifest = folder / "base.json"
    write_manifest(base, manifest, {"trained": "base"})
    of_recipe = {key: changes.pop(key) for key in list(changes) if hasattr(RECIPE, key)}
    job = Job(
        name="tuned",
        recipe=replace(RECIPE, **of_recipe),
        base=base,
        base_manifest=manifest,
        files=tuple(files),
        chat_template=None,
        scratch=folder / "scratch",
        folder=folder / "tuned",
        manifest=folder / "tuned.json",
        curve=folder / "tuned.train.csv",
        speed=folder / "speed.json",
        code="1",
        gpus=0,
        cpu_processes=1,
        threads=THREADS,
        device_batch_size=2,
        save_steps=3,
        gradient_checkpointing=True,
    )
    return replace(job, **changes)


def command(job: Job, script: Path = SCRIPT) -> list[str]:
    """Return the command by which the rule runs a job."""
    options = {
        "name": job.name,
        "recipe": json.dumps(job.recipe.as_dict()),
        "base": job.base,
        "base-manifest": job.base_manifest,
        "scratch": job.scratch,
        "folder": job.folder,
        "manifest": job.manifest,
        "curve": job.curve,
        "speed": job.speed,
        "code": job.code,
        "gpus": job.gpus,
        "processes": job.cpu_processes,
        "threads": job.threads,
        "device-batch-size": job.device_batch_size,
        "save-steps": job.save_steps,
        "keep-activations": int(not job.gradient_checkpointing),
    }
    words = [str(word) for key, value in options.items() for word in (f"--{key}", value)]
    return [sys.executable, str(script), *words, "--files", *map(str, job.files)]


def start(job: Job, script: Path = SCRIPT) -> "subprocess.Popen[str]":
    """Start a job as the rule does, in a session of its own."""
    return subprocess.Popen(
        command(job, script),
        cwd=job.scratch.parent,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def run(job: Job, script: Path = SCRIPT, code: int = 0) -> str:
    """Run a job to its end and return what it said."""
    process = start(job, script)
    said, _ = process.communicate()
    assert process.returncode == code, said[-6000:]
    return said


def contents(job: Job) -> dict[str, bytes]:
    """Return the bytes of all that a job has made, but for its times."""
    made = [*job.folder.rglob("*"), job.manifest, job.curve]
    return {str(path.relative_to(job.manifest.parent)): path.read_bytes() for path in made}
