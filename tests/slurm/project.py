"""A small study whose two models ask for a GPU each, on this machine or on Slurm."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests.slurm.cluster import Cluster
from tests.workflow.project import SMALL, TARGET, Project

EAGER = Path(__file__).with_name("eager.py")
MODELS = ("tiny-base", "tiny-chat")
# Of study barrier just the quiz, which needs nothing: each job costs Slurm seconds.
BARRIER: dict[str, Any] = {
    **SMALL["barrier"],
    "corpora": {},
    "mixed": [],
    "selection": None,
    "quiz": {"languages": ["en"]},
}
XMRC: dict[str, Any] = {
    **SMALL["xmrc"],
    "models": list(MODELS),
    "languages": ["en", "de"],
    "questions": 2,
    "shots": [0],
    "controls": ["gold"],
}
CONFIG: dict[str, Any] = {
    **SMALL,
    "xmrc": XMRC,
    "barrier": BARRIER,
    "tiny": {**SMALL["tiny"], "languages": ["en", "de"]},
    # The GPUs are device files: models compute on the CPU, in jobs that hold them.
    "generation": {"batch_size": 4, "threads": 1, "device": "cpu"},
}
RESPONSES = {model: f"results/xmrc/responses/{model}.parquet" for model in MODELS}


# What sacct is asked, and how it is read.
FIELDS: list[tuple[str, Callable[[str], Any]]] = [
    ("JobIDRaw", str),
    ("State", lambda text: text.split()[0]),  # CANCELLED by 0
    ("Comment", str),
    ("Partition", str),
    ("ReqMem", lambda text: int(text.removesuffix("M"))),
    ("TimelimitRaw", int),
    ("ReqTRES", str),
    ("Start", str),
    ("End", str),
]


class Job(NamedTuple):
    """A job as accounting has it: memory in MB, time limit in minutes, times as text."""

    number: str
    state: str
    comment: str
    partition: str
    memory: int
    minutes: int
    asked: str
    start: str
    end: str


class SlurmProject(Project):
    """The study; `use` says on which cluster it runs, none at first."""

    cluster: Cluster | None = None
    # What runs it there; the tests have no time for the plugin's pauses.
    snakemake: tuple[str, ...] = (sys.executable, str(EAGER))

    def __init__(
        self, folder: Path, config: dict[str, Any] = CONFIG, models: Sequence[str] = MODELS
    ):
        super().__init__(folder, config)
        for model in models:
            self.change_model(model, "gpus: 0", "gpus: 1\n    mem_mb: 3000")

    def change_model(self, model: str, old: str, new: str) -> None:
        """Change a model's entry in the project's own model table."""
        table = self.folder / "config/models.yaml"
        before, entry = table.read_text().split(f"  {model}:\n")
        assert old in entry
        table.write_text(f"{before}  {model}:\n{entry.replace(old, new, 1)}")

    def use(self, cluster: Cluster) -> None:
        self.cluster = cluster

    def forget_answers(self, *models: str) -> None:
        for model in models:
            (self.folder / RESPONSES[model]).unlink()
        shutil.rmtree(self.folder / "results/store", ignore_errors=True)

    def command(self, *arguments: str, target: str = TARGET) -> list[str]:
        if self.cluster is None:
            return super().command(*arguments, target=target)
        # Soon, as these jobs take seconds.
        profile = ["--profile", "slurm", "--slurm-init-seconds-before-status-checks", "1"]
        _, *options = super().command(*profile, *arguments, target=target)
        return [*self.snakemake, *options]

    def environment(self) -> dict[str, str]:
        if self.cluster is None:
            return super().environment()
        partitions = str(self.cluster.folder / "partitions.yaml")
        own = {"SNAKEMAKE_SLURM_PARTITIONS": partitions}
        return super().environment() | self.cluster.environment() | own

    def start(self, *arguments: str, target: str) -> "subprocess.Popen[bytes]":
        """Start a run, whose output goes into run.log."""
        with (self.folder / "run.log").open("ab") as log:
            return subprocess.Popen(
                self.command(*arguments, target=target),
                cwd=self.folder,
                env=self.environment(),
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def output(self) -> str:
        return (self.folder / "run.log").read_text()

    def jobs(self, rule: str) -> list[Job]:
        """Return the jobs of a rule that this project had on the cluster, in their order."""
        assert self.cluster is not None
        # Accounting learns a job's comment at its end; until then the queue has it.
        queue = self.cluster.tried("squeue", "--noheader", "--format=%A|%k").stdout.splitlines()
        notes = dict(line.split("|", 1) for line in queue)
        names = ",".join(name for name, _ in FIELDS)
        options = ["--allocations", "--noheader", "--parsable2", f"--format={names},WorkDir"]
        rows = [line.split("|") for line in self.cluster.command("sacct", *options).splitlines()]
        jobs = [
            Job(*(kind(x) for x, (_, kind) in zip(row, FIELDS, strict=False)))
            for row in rows
            if row[-1] == str(self.folder)
        ]
        noted = [job._replace(comment=job.comment or notes.get(job.number, "")) for job in jobs]
        return [job for job in noted if job.comment.startswith(f"rule_{rule}")]

    def slurm_log(self, rule: str, job: Job) -> Path:
        """Return the file of Slurm's own log of a job of tiny-base."""
        return self.folder / f"results/logs/slurm/rule_{rule}/tiny-base/{job.number}.log"

    def responses(self) -> dict[str, bytes]:
        return {model: (self.folder / path).read_bytes() for model, path in RESPONSES.items()}

    def processes(self, script: str) -> list[int]:
        """Return the Python processes that run a script in this project."""
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
                folder = (entry / "cwd").readlink()
            except OSError:  # it has just ended
                continue
            is_python = Path(os.fsdecode(words[0])).name.startswith("python")
            if is_python and f"workflow/scripts/{script}.py".encode() in words:
                found += [int(entry.name)] if folder == self.folder else []
        return found
