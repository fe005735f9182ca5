"""The whole demo on the tests' Slurm, byte for byte beside one made on this machine.

    make demo
    python -m tests.slurm.demo results

Needs root and Debian's packages for Slurm, as the tests of this folder do, and takes half an hour
on two cores: each of its jobs starts Snakemake twice. Models that answer ask for a GPU each; the
GPUs are device files, so that models compute on the CPU, with as many threads as `make demo` gives
them. Trainings ask for none.
Exit code 1 says that the run failed, that a file differs, or that a GPU was not used.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

from tests.slurm.cluster import Cluster
from tests.slurm.project import Job, SlurmProject
from tests.workflow.project import DEMO, SNAKEMAKE, TARGET

MODELS = ("tiny-base", "tiny-chat", "lab-base")  # fine-tuned ones ask for what their base does
# What answers holds a GPU and computes on the CPU; a training that holds one insists on using it.
OVERLAY = {
    "generation": {"device": "cpu"},
    "finetunes": {key: {"gpus": 0, "mem_mb": 3000} for key in DEMO["finetunes"]},
}
# Besides results: what tells of the run or packs it, and what answers are looked up in.
NOT_COMPARED = ("archive", "benchmarks", "checkpoints", "logs", "memory", "store")


class Demo(SlurmProject):
    """The demo in a folder of its own, run by the very command that users give."""

    def __init__(self, folder: Path):
        super().__init__(folder, OVERLAY, MODELS)

    def command(self, *arguments: str, target: str = TARGET) -> list[str]:
        config = ["--configfile", "config/demo.yaml", "small.yaml"]
        return [str(SNAKEMAKE), "--profile", "slurm", *config, *arguments, "--", target]

    def devices(self) -> Counter[str]:
        """Return how many jobs have noted which CUDA_VISIBLE_DEVICES."""
        logs = (self.folder / "results/logs").rglob("*.log")
        noted = (re.search(r"CUDA_VISIBLE_DEVICES (\S+)$", x.read_text(), re.M) for x in logs)
        return Counter(found[1] for found in noted if found)


def main() -> int:
    """Run the demo, and say what differs."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.slurm.demo",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("results", type=Path, help="results of `make demo` on this machine")
    local = parser.parse_args().results
    if not (local / "tables/all/index.html").is_file():
        parser.error(f"{local}: no results of a finished demo; `make demo` writes them")
    with tempfile.TemporaryDirectory(prefix="isogloss-demo-") as place:
        cluster = Cluster(Path(place) / "cluster", accounting=True)
        demo = Demo(Path(place) / "project")
        demo.use(cluster)
        try:
            cluster.start()
            done = subprocess.run(demo.command(), cwd=demo.folder, env=demo.environment())
            if done.returncode:
                return done.returncode
            return report(demo, local)
        finally:
            cluster.stop()


def report(demo: Demo, local: Path) -> int:
    """Print what the finished run shows; return 1 where that is not what it should be."""
    jobs = demo.jobs("")
    used = demo.devices()
    pairs = sum(1 for _ in side_by_side(jobs))
    differ, same = compared(local, demo.folder / "results")
    for line in (
        f"jobs on Slurm: {dict(Counter(job.state for job in jobs))}",
        f"jobs by their CUDA_VISIBLE_DEVICES: {dict(sorted(used.items()))}",
        f"pairs of jobs that held GPUs at the same time: {pairs}",
        f"files that are the same as in {local}: {same}",
        *(f"differs: {name}" for name in differ),
    ):
        sys.stdout.write(line + "\n")
    return int(bool(differ) or set(used) != {"0", "1"} or not pairs)


def side_by_side(jobs: list[Job]) -> Iterator[tuple[Job, Job]]:
    """Yield the pairs of jobs with GPUs of which each began before the other's end."""
    with_gpu = [job for job in jobs if "gres/gpu" in job.asked]
    for one, other in combinations(with_gpu, 2):
        if one.start < other.end and other.start < one.end:
            yield one, other


def compared(local: Path, remote: Path) -> tuple[list[str], int]:
    """Return the files that are not the same in both, and how many are: all results, not logs."""
    names = {
        path.relative_to(folder).as_posix()
        for folder in (local, remote)
        for path in folder.rglob("*")
        if path.is_file()
        and path.relative_to(folder).parts[0] not in NOT_COMPARED
        and not path.name.startswith(".snakemake")
    }
    differ = [
        name
        for name in sorted(names)
        if not (local / name).is_file()
        or not (remote / name).is_file()
        or (local / name).read_bytes() != (remote / name).read_bytes()
    ]
    return differ, len(names) - len(differ)


if __name__ == "__main__":
    sys.exit(main())
