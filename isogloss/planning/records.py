"""Benchmark records of earlier runs, and what they say of the time that jobs take here.

A record says how long a job's last run took. It speaks for a job if that run did what is reckoned
for it today: see `weight`. Records of a rule give a factor on its reckoned times, the sum of the
seconds over the sum of those reckoned.
"""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from isogloss.planning.jobs import Job
from isogloss.planning.rates import Span
from isogloss.planning.work import Work

# Written by isogloss/engines/resume.py and isogloss/translation/ask.py.
_STORED = re.compile(
    r"(\d+) (?:distinct prompts: \d+ answers in the store|units, \d+ in the memory), (\d+) to "
)
# A run that found more than so much in the store says too little of the rest.
LEAST_ASKED = 0.5
# A record speaks for models up to so many times smaller or larger than its own.
LIKE = 10.0
# What a job is given below and above its calibrated time: with so many records of its rule, or
# with fewer. One that is reckoned so many times longer than any that was run is a guess still.
FEW, SURE, UNSURE, FAR = 3, 1.35, 1.75, 10.0


@dataclass(frozen=True)
class Record:
    """A job's last run: what is reckoned for what it did, and the seconds that it took."""

    reckoned: float
    seconds: float
    parameters: float | None


def read_seconds(path: Path) -> float | None:
    """Return the mean seconds of a benchmark file; None for one that is absent or unreadable."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            times = [float(row["s"]) for row in csv.DictReader(file, delimiter="\t")]
    except (OSError, KeyError, ValueError, TypeError):
        return None
    return sum(times) / len(times) if times else None


class Records:
    """What is known of earlier runs of the jobs of one workflow, by rule."""

    def __init__(
        self, jobs: Iterable[tuple[Job, Work]], folder: Path, elsewhere: Iterable[Path] = ()
    ):
        self._by_rule: dict[tuple[str, bool], list[Record]] = {}
        others = list(elsewhere)
        for job, work in jobs:
            record = _record(job, work, folder, others)
            if record is not None:
                self._by_rule.setdefault(_key(job), []).append(record)

    def __len__(self) -> int:
        """Return how many records are used."""
        return sum(map(len, self._by_rule.values()))

    def seconds(self, job: Job, work: Work) -> tuple[Span, bool]:
        """Return the seconds of a job, and whether records speak for it."""
        known = [record for record in self._by_rule.get(_key(job), []) if _alike(record, work)]
        reckoned = sum(record.reckoned for record in known)
        if not reckoned or not work.seconds[1]:
            return work.seconds, False
        factor = sum(record.seconds for record in known) / reckoned
        middle = work.seconds[1] * factor
        if work.seconds[1] > FAR * max(record.reckoned for record in known):
            low, high = (part / work.seconds[1] for part in (work.seconds[0], work.seconds[2]))
            return (middle * low, middle, middle * high), False
        around = SURE if len(known) >= FEW else UNSURE
        return (middle / around, middle, middle * around), True


def _key(job: Job) -> tuple[str, bool]:
    return job.rule, job.gpus > 0


def _alike(record: Record, work: Work) -> bool:
    if record.parameters is None or work.parameters is None:
        return record.parameters == work.parameters
    return 1 / LIKE <= record.parameters / work.parameters <= LIKE


def _record(job: Job, work: Work, folder: Path, elsewhere: list[Path]) -> Record | None:
    if job.benchmark is None or not work.seconds[1]:
        return None
    seconds = read_seconds(folder / job.benchmark)
    if seconds is not None:
        share = weight(job, work, folder)
    else:
        # Of runs elsewhere nothing but the records may have been kept: the same work is believed.
        inside = job.benchmark.removeprefix("results/benchmarks/")
        found = [s for other in elsewhere if (s := read_seconds(other / inside)) is not None]
        seconds, share = (found[0], 1.0) if found else (None, 0.0)
    if seconds is None or not share:
        return None
    return Record(work.seconds[1] * share, seconds, work.parameters)


def weight(job: Job, work: Work, folder: Path) -> float:
    """Return how much of what is reckoned for a job its last run did; 0 where that is not known.

    The share of the rows in the table that it left, where it leaves one. Else all of it, if
    parameters and inputs are the same, and those of the jobs that it reads from. A run that found
    answers in the response store made only the others.
    """
    rows = _rows(folder / job.outputs[0]) if work.rows else None
    share = rows / work.rows if rows and work.rows else float(job.same_work)
    return share * _asked_share(folder / job.log[0]) if job.log else share


def _rows(path: Path) -> int | None:
    if path.suffix != ".parquet" or not path.is_file():
        return None
    import polars as pl
    from polars.exceptions import PolarsError

    try:
        return int(pl.scan_parquet(path).select(pl.len()).collect().item())
    except (PolarsError, OSError):
        return None


def _asked_share(log: Path) -> float:
    try:
        found = _STORED.findall(log.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return 1.0
    total = sum(int(prompts) for prompts, _ in found)
    share = sum(int(asked) for _, asked in found) / total if total else 1.0
    return share if share >= LEAST_ASKED else 0.0
