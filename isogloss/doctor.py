"""`python -m isogloss.doctor`: whether this machine is ready for a run, and what to do if not.

Looks at the configuration, GPUs and their driver, Slurm and its accounting, interpreters, disk,
mirrors with their checksums, hosts, keys and the licences of gated models, each as far as the jobs
that would run need it. A line each: ok, warning or failure, with the remedy. Exit code 1 if there
is a failure. Options that are not listed are Snakemake's; targets come last, after `--`.
"""

import sys
from collections.abc import Iterator, Sequence

from isogloss.errors import IsoglossError
from isogloss.planning import access_checks, machine_checks, server_checks
from isogloss.planning.command import parser_of
from isogloss.planning.estimate import estimate
from isogloss.planning.finding import Finding, ok
from isogloss.planning.workflow import read_run


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the findings; return the exit code."""
    parser = parser_of("doctor", __doc__)
    parser.add_argument("--offline", action="store_true", help="ask no host")
    own, options = parser.parse_known_args(arguments)
    failures = warnings = 0
    for finding in findings(options, online=not own.offline):
        failures += finding.level == "failure"
        warnings += finding.level == "warning"
        sys.stdout.write(finding.text() + "\n")
        sys.stdout.flush()
    sys.stdout.write(f"\n{failures} failure(s), {warnings} warning(s)\n")
    return 1 if failures else 0


def findings(options: Sequence[str], *, online: bool) -> Iterator[Finding]:
    """Yield what each check finds, quick ones first."""
    try:
        run = read_run(options)
    except IsoglossError as error:
        yield access_checks.configuration(error)
        return
    plan = estimate(run)
    yield ok("configuration", f"{len(plan.costs)} of {len(run.jobs)} jobs would run")
    yield from machine_checks.gpus(run)
    yield from machine_checks.slurm(run)
    yield from machine_checks.interpreters(run)
    yield from machine_checks.disk(plan)
    yield from access_checks.data_mirror(run)
    yield from access_checks.unpinned(run)
    yield from server_checks.servers(plan)
    yield from access_checks.models(plan, online=online)
    yield from access_checks.hosts(plan, online=online)


if __name__ == "__main__":
    sys.exit(main())
