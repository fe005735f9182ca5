"""The costs of a run: of each job, of all, and the time on the clock until the last one ends."""

import heapq
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from isogloss.planning.jobs import Job
from isogloss.planning.needs import Need, Needs
from isogloss.planning.rates import DOWNLOAD, Span
from isogloss.planning.records import Records
from isogloss.planning.sizes import Sizes
from isogloss.planning.work import Reckoner, Work
from isogloss.planning.workflow import Run

ZERO: Span = (0.0, 0.0, 0.0)
# Seconds of Snakemake itself from one job's end to the next one's start.
BETWEEN = 0.5


@dataclass(frozen=True)
class Cost:
    """A job and what it costs. `calibrated`: whether records of earlier runs speak for it."""

    job: Job
    work: Work
    need: Need
    seconds: Span
    calibrated: bool

    @property
    def gpu_hours(self) -> Span:
        """Hours of GPUs that it holds."""
        return _times(self.seconds, self.job.gpus / 3600)

    @property
    def cpu_hours(self) -> Span:
        """Hours of CPU cores that it holds."""
        return _times(self.seconds, self.job.threads / 3600)


@dataclass(frozen=True)
class Estimate:
    """The costs of the jobs of a run, in its order, and how many records calibrated them."""

    run: Run
    costs: list[Cost]
    records: int

    def elapsed(self, cores: int, gpus: int | None) -> Span:
        """Return the seconds on the clock with so many cores; see `makespan`."""
        limits = {name: n for name, n in self.run.limits.items() if name != "gpu"}
        limits["_cores"] = cores
        if gpus is not None:
            limits["gpu"] = gpus
        low, middle, high = (makespan(self.costs, limits, which) for which in range(3))
        return low, middle, high


def estimate(run: Run, *, whole: bool = False) -> Estimate:
    """Return the costs of the jobs that would run, or of all, as if nothing had been run."""
    config = run.settings.config
    mirror = _folder(os.environ.get("ISOGLOSS_MIRROR") or config.sources.mirror)
    models = _folder(os.environ.get("ISOGLOSS_MODEL_MIRROR") or config.sources.model_mirror)
    sizes = Sizes(run.settings, run.root, run.folder, mirror)
    reckoner, needs = Reckoner(sizes), Needs(sizes, models)
    works = [(job, reckoner.work(job)) for job in run.jobs]
    records = Records(works, run.folder, [Path(name) for name in config.plan.benchmarks])
    costs = []
    for job, work in works:
        if job.needed or whole:
            seconds, calibrated = records.seconds(job, work)
            need = needs.need(job, work)
            if need.download and not calibrated:
                each = [part + need.download / DOWNLOAD[i] for i, part in enumerate(seconds)]
                seconds = each[0], each[1], each[2]
            costs.append(Cost(job, work, need, seconds, calibrated))
    return Estimate(run, costs, len(records))


def total(spans: Iterable[Span]) -> Span:
    """Return the sum of ranges, as if all were low or all high together."""
    low = middle = high = 0.0
    for span in spans:
        low, middle, high = low + span[0], middle + span[1], high + span[2]
    return low, middle, high


def makespan(costs: Sequence[Cost], limits: Mapping[str, int], which: int) -> float:
    """Return the seconds until the last job ends, if each starts as soon as it can.

    A job starts when those it reads from have ended and what it asks for is free: `_cores`, and
    each resource of `limits`; a job that asks for more than all gets all, as Snakemake does it
    with threads. `which` of the three seconds figures counts. Ready jobs start in the order of the
    list; Snakemake may choose better.
    """
    place = {cost.job.index: number for number, cost in enumerate(costs)}
    waiting = [{place[one] for one in cost.job.after if one in place} for cost in costs]
    reading: dict[int, list[int]] = {}
    for number, before in enumerate(waiting):
        for one in before:
            reading.setdefault(one, []).append(number)
    free = dict(limits)
    ready = [number for number, before in enumerate(waiting) if not before]
    running: list[tuple[float, int]] = []
    now = 0.0
    while ready or running:
        started = []
        for number in ready:
            wanted = _wanted(costs[number].job, limits)
            if all(free[name] >= count for name, count in wanted.items()):
                for name, count in wanted.items():
                    free[name] -= count
                heapq.heappush(running, (now + costs[number].seconds[which] + BETWEEN, number))
                started.append(number)
        ready = [number for number in ready if number not in started]
        now, done = heapq.heappop(running)
        for name, count in _wanted(costs[done].job, limits).items():
            free[name] += count
        for number in reading.get(done, ()):
            waiting[number].discard(done)
            if not waiting[number]:
                ready.append(number)
    return now


def _wanted(job: Job, limits: Mapping[str, int]) -> dict[str, int]:
    asked = {**job.resources, "_cores": job.threads}
    return {name: min(asked.get(name, 0), most) for name, most in limits.items()}


def _times(span: Span, factor: float) -> Span:
    return span[0] * factor, span[1] * factor, span[2] * factor


def _folder(name: str | None) -> Path | None:
    return Path(name) if name else None
