"""What tests of plans share: settings, jobs, and records as Snakemake writes them."""

import copy
from pathlib import Path
from typing import Any

import yaml
from snakemake.utils import update_config

from isogloss.config.load import load
from isogloss.config.settings import Settings
from isogloss.planning.jobs import Job
from isogloss.planning.sizes import Sizes
from isogloss.planning.work import Reckoner
from tests.demo import ROOT

CONFIG = yaml.safe_load((ROOT / "config/config.yaml").read_text(encoding="utf-8"))


def settings_of(**changes: Any) -> Settings:
    config = copy.deepcopy(CONFIG)
    update_config(config, copy.deepcopy(changes))
    return load(config, ROOT)


def sizes_of(folder: Path, **changes: Any) -> Sizes:
    return Sizes(settings_of(**changes), ROOT, folder)


def reckoner_of(folder: Path, **changes: Any) -> Reckoner:
    return Reckoner(sizes_of(folder, **changes))


def job_of(rule: str, index: int = 0, **fields: Any) -> Job:
    given: dict[str, Any] = {
        "index": index,
        "rule": rule,
        "stage": "responses",
        "wildcards": {},
        "inputs": [],
        "outputs": [f"results/{rule}.parquet"],
        "benchmark": f"results/benchmarks/{rule}.tsv",
        "log": [f"results/logs/{rule}.log"],
        "threads": 1,
        "resources": {},
        "needed": True,
        "after": (),
    }
    return Job(**(given | fields))


def write_record(folder: Path, name: str, *seconds: float) -> None:
    """Write a benchmark file as Snakemake 9 writes it, with a row for each repetition."""
    path = folder / "results/benchmarks" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    head = "s\th:m:s\tmax_rss\tmax_vms\tmax_uss\tmax_pss\tio_in\tio_out\tmean_load\tcpu_time\n"
    rows = [
        f"{s}\t0:00:01\t150.15\t1174.35\t89.62\t112.72\t0.00\t0.04\t36.21\t0.92\n" for s in seconds
    ]
    path.write_text(head + "".join(rows), encoding="utf-8")
