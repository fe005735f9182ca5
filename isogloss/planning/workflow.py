"""Ask Snakemake which jobs a command line means, which of them would run, and why.

Takes Snakemake's own options, profiles included, so that a plan is of the run that the same
options start. It is a dry run through `snakemake.api`; the jobs are read from its graph.
"""

import contextlib
import dataclasses
import io
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from isogloss.config.load import load
from isogloss.config.settings import Settings
from isogloss.errors import IsoglossError
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


@dataclass(frozen=True)
class Run:
    """The jobs of a command line, inputs first, and what it says of the machine.

    `stages` are those of its jobs in the order of the Snakefile. `cores` is None where the command
    line names none; `limits` are those of `--resources`. `folder` is the working directory, `root`
    that of the project.
    """

    jobs: list[Job]
    stages: list[str]
    settings: Settings
    root: Path
    folder: Path
    cores: int | None
    limits: dict[str, int] = field(default_factory=dict)
    executor: str = "local"
    conda: bool = False


def read_run(options: Sequence[str]) -> Run:
    """Return the run that `snakemake OPTIONS` would make.

    Raises IsoglossError with Snakemake's own words where it cannot make one of them.
    """
    from snakemake.exceptions import RuleException, WorkflowError
    from snakemake.logging import logger
    from snakemake_interface_common.exceptions import ApiError

    # What would run is read from the graph; Snakemake's own account of it is not shown.
    logger.disabled = True
    try:
        return _read(options)
    except (ApiError, RuleException, WorkflowError) as error:
        raise IsoglossError(str(error).strip()) from error
    except FileNotFoundError as error:
        raise IsoglossError(f"{error.filename}: no such file") from error
    finally:
        logger.disabled = False


def _read(options: Sequence[str]) -> Run:
    from snakemake.api import SnakemakeApi
    from snakemake.cli import parse_args, parse_config
    from snakemake.settings.types import (
        ConfigSettings,
        DAGSettings,
        DeploymentMethod,
        DeploymentSettings,
        OutputSettings,
        ResourceSettings,
    )

    end = list(options).index("--") if "--" in options else len(options)
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said):
            _, args = parse_args([*options[:end], "--dry-run", *options[end:]])
    except SystemExit as error:
        words = said.getvalue().strip().splitlines() or [f"exit code {error.code}"]
        raise IsoglossError(f"Snakemake does not take these options: {words[-1]}") from None
    snakefile = Path(args.snakefile or "Snakefile")
    if not snakefile.is_file():
        raise IsoglossError(f"{snakefile}: no such file; call this in the project's folder")
    with SnakemakeApi(OutputSettings(dryrun=True)) as api:
        flow = api.workflow(
            resource_settings=ResourceSettings(
                cores=args.cores,
                nodes=args.jobs,
                max_threads=args.max_threads,
                resources=args.resources,
                overwrite_threads=args.set_threads,
                overwrite_resources=args.set_resources,
                default_resources=args.default_resources,
            ),
            config_settings=ConfigSettings(
                config=parse_config(args.config),
                configfiles=args.configfile,
                config_args=args.config,
            ),
            deployment_settings=DeploymentSettings(
                deployment_method=args.software_deployment_method,
                conda_prefix=args.conda_prefix,
            ),
            snakefile=snakefile,
            workdir=args.directory,
        )
        flow.dag(
            DAGSettings(
                targets=args.targets,
                forcetargets=args.force,
                forceall=args.forceall,
                forcerun=args.forcerun,
                until=args.until,
                omit_from=args.omit_from,
                force_incomplete=args.rerun_incomplete,
                rerun_triggers=args.rerun_triggers,
                max_checksum_file_size=args.max_checksum_file_size,
            )
        ).execute_workflow(executor="dryrun")
        workflow = flow._workflow
        root = Path(workflow.basedir)
        limits = {
            name: int(value.value)
            for name, value in workflow.global_resources.items()
            if not name.startswith("_") and _is_number(value.value)
        }
        return Run(
            jobs=_jobs(workflow),
            stages=list(dict.fromkeys(_stage(rule) for rule in workflow.rules)),
            settings=load(workflow.globals["config"], root),
            root=root,
            folder=Path.cwd(),
            cores=args.cores if isinstance(args.cores, int) else None,
            limits=limits,
            executor=args.executor or "local",
            conda=DeploymentMethod.CONDA in args.software_deployment_method,
        )


def _jobs(workflow: Any) -> list[Job]:
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
        stage=_stage(job.rule),
        wildcards=dict(job.wildcards_dict),
        inputs=[str(path) for path in job.input],
        outputs=[str(path) for path in job.output],
        benchmark=str(job.benchmark) if job.benchmark else None,
        log=[str(path) for path in job.log],
        threads=job.threads,
        resources={
            name: int(value)
            for name, value in job.resources.items()
            if not name.startswith("_") and _is_number(value)
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


def _stage(rule: Any) -> str:
    return Path(rule.snakefile).stem


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
