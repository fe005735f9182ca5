"""Ask Snakemake which jobs a command line means.

Takes Snakemake's own options, profiles included, so that a plan is of the run that the same
options start. It is a dry run through `snakemake.api`.
"""

import contextlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from isogloss.config.load import load
from isogloss.config.settings import Settings
from isogloss.errors import IsoglossError
from isogloss.planning.jobs import Job, is_number, jobs_of, stage_of


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
            if not name.startswith("_") and is_number(value.value)
        }
        return Run(
            jobs=jobs_of(workflow),
            stages=list(dict.fromkeys(stage_of(rule) for rule in workflow.rules)),
            settings=load(workflow.globals["config"], root),
            root=root,
            folder=Path.cwd(),
            cores=args.cores if isinstance(args.cores, int) else None,
            limits=limits,
            executor=args.executor or "local",
            conda=DeploymentMethod.CONDA in args.software_deployment_method,
        )
