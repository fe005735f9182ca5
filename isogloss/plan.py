"""`python -m isogloss.plan`: what a run would cost, before anything is spent.

Options that are not listed are Snakemake's, such as --configfile, --profile, --cores, --resources,
--forceall; targets come last, after `--`. Without a target it is `results/tables/all`. Nothing is
run, fetched or written.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict

from isogloss.planning.command import parser_of
from isogloss.planning.estimate import Estimate, estimate, total
from isogloss.planning.servers import servers
from isogloss.planning.show import available_cores, plan_text, stages
from isogloss.planning.workflow import read_run
from isogloss.script import run


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the plan of what the command line means."""
    parser = parser_of("plan", __doc__)
    parser.add_argument(
        "--whole", action="store_true", help="count all jobs, also those whose results are there"
    )
    parser.add_argument("--by-rule", action="store_true", help="a line for each rule")
    parser.add_argument("--json", action="store_true", help="the sums as JSON instead of text")
    own, options = parser.parse_known_args(arguments)
    read = read_run(options)
    plan = estimate(read, whole=own.whole)
    cores = read.cores or available_cores()
    gpus = read.limits.get("gpu")
    if own.json:
        text = json.dumps(summary(plan, cores, gpus), indent=1, sort_keys=True)
    else:
        text = plan_text(plan, by_rule=own.by_rule, cores=cores, gpus=gpus)
    sys.stdout.write(text + "\n")


def summary(plan: Estimate, cores: int, gpus: int | None) -> dict[str, object]:
    """Return the sums of a plan: seconds as [low, middle, high], sizes in bytes."""
    costs = plan.costs
    return {
        "jobs": {name: len(group) for name, group in stages(plan, by_rule=True).items()},
        "calibrated": sum(cost.calibrated for cost in costs),
        "records": plan.records,
        "seconds": total(cost.seconds for cost in costs),
        "gpu_hours": total(cost.gpu_hours for cost in costs),
        "cpu_hours": total(cost.cpu_hours for cost in costs),
        "elapsed": plan.elapsed(cores, gpus),
        "download": sum(cost.need.download or 0 for cost in costs),
        "download_unknown": sum(cost.need.download is None for cost in costs),
        "disk": sum(cost.need.disk for cost in costs),
        "characters": sum(cost.work.characters for cost in costs),
        "servers": [asdict(one) | {"cost": one.cost} for one in servers(plan)],
        "gated": sorted({cost.need.gated for cost in costs if cost.need.gated}),
        "rules": {
            name: total(cost.seconds for cost in group)
            for name, group in stages(plan, by_rule=True).items()
        },
    }


if __name__ == "__main__":
    run(main)
