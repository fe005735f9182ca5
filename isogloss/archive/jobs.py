"""The jobs behind a finished target, and what made each file by Snakemake's own record of it."""

import base64
import json
import shlex
from collections.abc import Iterable, Mapping, Sequence
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any, NamedTuple

from isogloss.code_hash import code_hash
from isogloss.errors import IsoglossError
from isogloss.planning.workflow import Run

RECORDS = Path(".snakemake/metadata")


class MadeBy(NamedTuple):
    """One finished job; paths are relative to the project's folder."""

    rule: str
    script: str
    code: str  # hash over the script and all library code that it imports
    command: str
    options: dict[str, str]  # of the command, but for files
    environment: str | None  # its conda file, if that is still as it was
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


class Record(NamedTuple):
    """Snakemake's record of one output: where it is kept, and what it says."""

    path: Path
    content: dict[str, Any]


def finished(run: Run, options: Sequence[str]) -> list[str]:
    """Return all outputs of a finished run's jobs, as paths relative to the project's folder.

    Raises IsoglossError where a job has to run first, or a file was deleted; `options` are those of
    the run, for the remedy.
    """
    outputs = [name for job in run.jobs for name in job.outputs]
    waiting = [job for job in run.jobs if job.needed]
    if waiting:
        raise IsoglossError(
            f"{len(waiting)} of {len(run.jobs)} jobs have to run first, such as {waiting[0].rule} "
            f"for {waiting[0].outputs[0]}; run `snakemake {shlex.join(options)}` to its end"
        )
    # Snakemake does not make a file again that was deleted after all that needs it was made.
    deleted = [name for name in outputs if not (run.folder / name).exists()]
    if deleted:
        given = options[: options.index("--")] if "--" in options else options
        raise IsoglossError(
            f"{len(deleted)} of {len(outputs)} files were deleted; make them again: "
            f"`snakemake {shlex.join([*given, '--', *deleted])}`"
        )
    return outputs


def read_records(root: Path) -> dict[str, Record]:
    """Return Snakemake's records by the path of the output they are about.

    Their file names are that path in base64, cut into folders `@...` where it is too long.
    """
    records: dict[str, Record] = {}
    for path in sorted((root / RECORDS).rglob("*")):
        if path.is_file():
            parts = path.relative_to(root / RECORDS).parts
            name = base64.urlsafe_b64decode("".join(part.removeprefix("@") for part in parts))
            records[name.decode()] = Record(
                path.relative_to(root), json.loads(path.read_text(encoding="utf-8"))
            )
    return records


def jobs_of(root: Path, outputs: Iterable[str], records: Mapping[str, Record]) -> list[MadeBy]:
    """Return the jobs that made `outputs`, each after those it depends on.

    Raises IsoglossError for an output without a record, and for an input out of the project's
    folder, which another lab would not have.
    """
    grouped: dict[tuple[str, str], list[str]] = {}
    for output in sorted(outputs):
        if output not in records:
            raise IsoglossError(
                f"{output}: Snakemake has no record of what made it in {RECORDS}; delete it, and "
                "run again without --drop-metadata"
            )
        content = records[output].content
        grouped.setdefault((content["rule"], content["shellcmd"]), []).append(output)
    environments = {
        base64.b64encode(path.read_bytes()).decode(): path.relative_to(root).as_posix()
        for path in (root / "envs").glob("*.yaml")
    }
    jobs = [_job(root, made, records[made[0]].content, environments) for made in grouped.values()]
    maker = {output: number for number, job in enumerate(jobs) for output in job.outputs}
    needs = {
        number: [maker[name] for name in job.inputs if name in maker]
        for number, job in enumerate(jobs)
    }
    return [jobs[number] for number in TopologicalSorter(needs).static_order()]


def _job(
    root: Path,
    outputs: Sequence[str],
    record: Mapping[str, Any],
    environments: Mapping[str, str],
) -> MadeBy:
    inputs = tuple(record["input"])
    for name in inputs:
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise IsoglossError(
                f"{name}: an input of rule {record['rule']} outside the project's folder, so that "
                "the archive would not hold it; copy it into the project, or name where it is "
                "published (a model: `source.hub` and its revision)"
            )
    command = record["shellcmd"].partition(" 2>&1 |")[0]
    words = shlex.split(command)
    script = next((word for word in words if word.endswith(".py")), "")
    return MadeBy(
        rule=record["rule"],
        script=script,
        code=code_hash(root / script, root),
        command=command,
        options=_options(words, {script, *inputs, *outputs}),
        environment=environments.get(record["conda_env"]),
        inputs=inputs,
        outputs=tuple(outputs),
    )


def _options(words: Sequence[str], files: set[str]) -> dict[str, str]:
    """Return the command's options and their values, but for files and what the shell fills in."""
    options: dict[str, list[str]] = {}
    name = None
    for word in words:
        if word.startswith("--"):
            name = word.removeprefix("--")
            options[name] = []
        elif name is not None:
            options[name].append(word)
    return {
        name: " ".join(values)
        for name, values in options.items()
        if not any(value in files or value.startswith("$") for value in values)
    }
