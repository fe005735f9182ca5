"""The jobs of Snakemake's graph: what each reads and makes, whether it would run, and why."""

import dataclasses
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from isogloss.planning.changes import parameter_changes, set_changes


@dataclass(frozen=True)
class Job:
    """One job. `index` is its place among all; `after` are those of the jobs that it reads from.

    `stage` is the file of its rule. `resources` are those with a number, threads left out.
    `needed` is whether it would run: `causes` are reasons of its own, in words, and `follows` the
    rules whose rerun makes it run. `same_work` is whether its last run did as much as the next:
    with the same parameters, code apart, and the same list of inputs, and so those it reads from.
    """

    index: int
    rule: str
    stage: str
    wildcards: dict[str, str]
    inputs: list[str]
    outputs: list[str]
    benchmark: str | None
    log: list[str]
    threads: int
    resources: dict[str, int]
    needed: bool
    after: tuple[int, ...]
    causes: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()
    same_work: bool = True

    @property
    def gpus(self) -> int:
        """GPUs that it asks for."""
        return self.resources.get("gpu", 0)


def jobs_of(workflow: Any) -> list[Job]:
    """Return the jobs of a workflow whose graph Snakemake has built, inputs first."""
    dag = workflow.dag
    levels = [sorted(level, key=lambda job: str(job.output)) for level in dag.toposorted()]
    ordered = [job for level in levels for job in level if not job.is_norun]
    index = {job: number for number, job in enumerate(ordered)}
    jobs: list[Job] = []
    for one in ordered:  # inputs first
        job = _job(one, index, dag, workflow.persistence)
        same = job.same_work and all(jobs[before].same_work for before in job.after)
        jobs.append(dataclasses.replace(job, same_work=same))
    return jobs


def _job(job: Any, index: dict[Any, int], dag: Any, memory: Any) -> Job:
    needed = dag.needrun(job)
    reason = dag.reason(job)
    made = [path for path in job.output if os.path.lexists(path)]
    parameters, inputs = _changes(job, made, memory)
    causes: list[str] = []
    follows: list[str] = []
    if needed:
        causes = list(_causes(job, reason, made, [*parameters, *inputs]))
        follows = sorted(
            {
                before.rule.name
                for before in dag.dependencies[job]
                if dag.needrun(before) and not before.is_norun
            }
        )
    return Job(
        index=index[job],
        rule=job.rule.name,
        stage=stage_of(job.rule),
        wildcards=dict(job.wildcards_dict),
        inputs=[str(path) for path in job.input],
        outputs=[str(path) for path in job.output],
        benchmark=str(job.benchmark) if job.benchmark else None,
        log=[str(path) for path in job.log],
        threads=job.threads,
        resources={
            name: int(value)
            for name, value in job.resources.items()
            if not name.startswith("_") and is_number(value)
        },
        needed=needed,
        after=tuple(sorted(index[before] for before in dag.dependencies[job] if before in index)),
        causes=tuple(causes),
        follows=tuple(follows),
        same_work=not inputs and all(text == CHANGED_CODE for text in parameters),
    )


CHANGED_CODE = "changed code: the script, or a module that it imports"


def _changes(job: Any, made: Sequence[str], memory: Any) -> tuple[list[str], list[str]]:
    """Return what changed since the last run, in words: parameters, and the list of inputs.

    Snakemake itself looks at them only where nothing else makes the job run.
    """
    recorded = memory.params(made[0]) if made else None
    if recorded is None:
        return [], []
    now = {name: repr(value) for name, value in job.params.items()}
    change = memory.params_changed(job)
    parameters = parameter_changes(change.only_old, change.only_new, now)
    words = [CHANGED_CODE if name == "code" else text for name, text in parameters]
    before = memory.input(made[0])
    inputs = [] if before is None else set_changes(before, [str(path) for path in job.input])
    return words, inputs


def _causes(job: Any, reason: Any, made: Sequence[str], changes: list[str]) -> Iterable[str]:
    if reason.forced:
        yield "asked for by an option that forces it"
    if reason.incomplete_output:
        yield "its last run was cut off"
    elif reason.missing_output:
        yield "its output is gone in part" if made else "new: no output yet"
    yield from changes
    if reason.code_changed:
        yield "changed rule: its command in rules/"
    if reason.software_stack_changed:
        yield "changed environment: its file in envs/"
    for path in sorted(map(str, reason.updated_input)):
        yield f"changed file {path}"


def stage_of(rule: Any) -> str:
    """Return the stage that a rule belongs to: the file that it stands in."""
    return Path(rule.snakefile).stem


def is_number(value: Any) -> bool:
    """Return whether a resource is a number, as a truth value is not."""
    return isinstance(value, int) and not isinstance(value, bool)
