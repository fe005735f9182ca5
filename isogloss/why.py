"""`python -m isogloss.why`: for each job that would run, the reason, and what it would cost.

Options that are not listed are Snakemake's, such as --configfile or --profile; targets come last,
after `--`. Rules stand under the reason that
they share, the jobs of a rule on one line. Nothing is run, fetched or written.
"""

import json
import sys
from collections.abc import Sequence

from isogloss.planning.command import parser_of
from isogloss.planning.estimate import Cost, Estimate, estimate, total
from isogloss.planning.show import duration, hours
from isogloss.planning.workflow import read_run
from isogloss.script import run

# Names of jobs on a line.
NAMED = 4


def main(arguments: Sequence[str] | None = None) -> None:
    """Print why each job of what the command line means would run."""
    parser = parser_of("why", __doc__)
    parser.add_argument("--each", action="store_true", help="a line for each job, none together")
    parser.add_argument("--json", action="store_true", help="the jobs as JSON instead of text")
    own, options = parser.parse_known_args(arguments)
    plan = estimate(read_run(options))
    text = why_json(plan) if own.json else why_text(plan, each=own.each)
    sys.stdout.write(text + "\n")


def why_json(plan: Estimate) -> str:
    """Return a list of jobs: rule, wildcards, outputs, reasons, and seconds [low, middle, high]."""
    jobs = [
        {
            "rule": cost.job.rule,
            "wildcards": cost.job.wildcards,
            "outputs": cost.job.outputs,
            "causes": cost.job.causes,
            "follows": cost.job.follows,
            "seconds": cost.seconds,
        }
        for cost in plan.costs
    ]
    return json.dumps(jobs, ensure_ascii=False, indent=1)


def why_text(plan: Estimate, *, each: bool = False) -> str:
    """Return the reasons: first of jobs that have one of their own, then of those that follow."""
    if not plan.costs:
        return "Nothing to be done: all results are there and up to date."
    own = [cost for cost in plan.costs if cost.job.causes]
    follow = [cost for cost in plan.costs if not cost.job.causes]
    parts = []
    if own:
        parts.append(f"{len(own)} job(s) have a reason of their own:\n\n{_lines(own, each)}")
    if follow:
        parts.append(f"{len(follow)} job(s) run because others do:\n\n{_lines(follow, each)}")
    seconds = duration(total(cost.seconds for cost in plan.costs))
    gpu = total(cost.gpu_hours for cost in plan.costs)
    parts.append(
        f"{len(plan.costs)} job(s) in all: {seconds} one by one"
        + (f", {hours(gpu)} GPU hours" if gpu[1] else "")
        + ". At most: answers in the response store cost nothing."
    )
    return "\n\n".join(parts)


def _lines(costs: Sequence[Cost], each: bool) -> str:
    groups: dict[str, dict[str, list[Cost]]] = {}
    for cost in costs:
        job = cost.job
        follows = f"reads what is made anew by {', '.join(job.follows)}"
        reason = ";\n".join(job.causes) or follows
        line = f"{job.rule} {job.index}" if each else job.rule
        groups.setdefault(reason, {}).setdefault(line, []).append(cost)
    lines = []
    for reason, rules in groups.items():
        lines.append(reason)
        lines += [f"    {_line(group)}" for group in rules.values()]
    return "\n".join(lines)


def _line(costs: Sequence[Cost]) -> str:
    gpu = total(cost.gpu_hours for cost in costs)
    price = duration(total(cost.seconds for cost in costs))
    price += f", {hours(gpu)} GPU hours" if gpu[1] else ""
    count = f"{len(costs)} jobs" if len(costs) > 1 else "1 job"
    return f"{costs[0].job.rule}: {count}{_names(costs)}; {price}"


def _names(costs: Sequence[Cost]) -> str:
    names = ["/".join(cost.job.wildcards.values()) for cost in costs if cost.job.wildcards]
    if not names:
        return ""
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f" ({', '.join(names[:NAMED])}{more})"


if __name__ == "__main__":
    run(main)
