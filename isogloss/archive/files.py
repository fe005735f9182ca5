"""Which files the archive holds, and under which names."""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from isogloss.archive.jobs import MadeBy, Record

# The project itself; what a checkout lacks is left out.
PARTS = (
    *("Snakefile", "rules", "workflow", "isogloss", "config", "envs", "profiles", "slurm"),
    *("resources", "requirements", "docs", "tests", "benchmarks", "Makefile", "pyproject.toml"),
    *("README.md", "CHANGELOG.md", "CITATION.cff", "LICENSE", ".gitignore"),
)
IGNORED = ("__pycache__",)
# Weights are large, and others may not be allowed to pass them on; their manifests are kept.
WEIGHTS = Path("results/models")
# Snakemake takes records without this folder beside them for those of an old version.
INCOMPLETE = ".snakemake/incomplete/"

Content = Path | bytes


def project_files(root: Path) -> dict[str, Content]:
    """Return the workflow's own files by their path in the project."""
    found: dict[str, Content] = {}
    for part in PARTS:
        found |= _below(root, part)
    return found


def result_files(root: Path, jobs: Iterable[MadeBy], weights: bool = False) -> dict[str, Content]:
    """Return inputs and outputs of the jobs, and what is in folders that an output stands for.

    `NAME.json` stands for the folder NAME beside it: fetched folders, predictions and models. The
    weights of models are left out if not asked for.
    """
    found: dict[str, Content] = {}
    for name in sorted({name for job in jobs for name in (*job.inputs, *job.outputs)}):
        found |= _below(root, name)
        if name.endswith(".json") and (weights or WEIGHTS not in Path(name).parents):
            found |= _below(root, name.removesuffix(".json"))
    return found


def record_files(jobs: Iterable[MadeBy], records: Mapping[str, Record]) -> dict[str, Content]:
    """Return Snakemake's records of all outputs, without what is of one run alone.

    By them Snakemake knows in the unpacked folder that nothing has changed.
    """
    found: dict[str, Content] = {INCOMPLETE: b""}
    for name in (name for job in jobs for name in job.outputs):
        path, content = records[name]
        content = content | _same_in_every_run(content)
        found[path.as_posix()] = json.dumps(content, sort_keys=True).encode()
    return found


def _same_in_every_run(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entries of a record that differ between runs with the same results, made equal.

    They are when it ran, in which process, and (`software_stack_hash`) whether conda, a container
    or the system brought the software, which another lab may choose anew.
    """
    job = f"{record['rule']}\n{record['shellcmd']}".encode()
    return {
        "starttime": 0.0,
        "endtime": 0.0,
        "job_hash": int.from_bytes(hashlib.sha256(job).digest()[:6]),
        "external_jobid": None,
        "software_stack_hash": None,
    }


def _below(root: Path, name: str) -> dict[str, Content]:
    """Return a file, or all files of a folder, links to folders followed; nothing if absent."""
    start = root / name
    if start.is_file():
        return {name: start}
    found: dict[str, Content] = {}
    for folder, folders, files in os.walk(start, followlinks=True):
        folders[:] = sorted(set(folders).difference(IGNORED))
        for file in sorted(files):
            path = Path(folder) / file
            found[path.relative_to(root).as_posix()] = path
    return found
