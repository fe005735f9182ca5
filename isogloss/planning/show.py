"""A plan as text: a table of stages, what is needed besides, and what it was reckoned with."""

import os
import shutil
from collections.abc import Iterable, Sequence

from isogloss.planning.estimate import Cost, Estimate, total
from isogloss.planning.needs import total_download
from isogloss.planning.rates import UNITS_PER_SECOND, Span
from isogloss.planning.servers import servers, servers_text

HEAD = ("jobs", "GPU hours", "CPU hours", "download", "disk")


def plan_text(plan: Estimate, *, by_rule: bool, cores: int, gpus: int | None) -> str:
    """Return the whole plan."""
    if not plan.costs:
        return "Nothing to be done: all results are there and up to date."
    parts = [_table(plan, by_rule=by_rule), _clock(plan, cores, gpus), *_needs(plan)]
    return "\n\n".join([*parts, _basis(plan)])


def stages(plan: Estimate, *, by_rule: bool = False) -> dict[str, list[Cost]]:
    """Return the costs by stage, or by stage and rule, in the order of the Snakefile."""
    found: dict[str, list[Cost]] = {}
    place = {name: number for number, name in enumerate(plan.run.stages)}
    for cost in sorted(plan.costs, key=lambda cost: place[cost.job.stage]):
        name = f"{cost.job.stage}: {cost.job.rule}" if by_rule else cost.job.stage
        found.setdefault(name, []).append(cost)
    return found


def _table(plan: Estimate, *, by_rule: bool) -> str:
    groups = stages(plan, by_rule=by_rule)
    rows = [("stage", *HEAD), *((name, *_row(group)) for name, group in groups.items())]
    rows.append(("all", *_row(plan.costs)))
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = [
        "  ".join(
            [
                row[0].ljust(widths[0]),
                *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True)),
            ]
        )
        for row in rows
    ]
    rule = "-" * len(lines[0])
    return "\n".join([lines[0], rule, *lines[1:-1], rule, lines[-1]])


def _row(costs: Sequence[Cost]) -> tuple[str, ...]:
    known, unknown = total_download(cost.need for cost in costs)
    download = size(known) + (f" + {unknown} unknown" if unknown else "")
    return (
        str(len(costs)),
        hours(total(cost.gpu_hours for cost in costs)),
        hours(total(cost.cpu_hours for cost in costs)),
        download if known or unknown else "-",
        size(sum(cost.need.disk for cost in costs)),
    )


def _clock(plan: Estimate, cores: int, gpus: int | None) -> str:
    where = f"{cores} core(s)" + (f" and {gpus} GPU(s)" if gpus is not None else "")
    return (
        f"On the clock, with {where}: {duration(plan.elapsed(cores, gpus))}. "
        f"Seconds of all jobs one by one: {duration(total(c.seconds for c in plan.costs))}."
    )


def _needs(plan: Estimate) -> Iterable[str]:
    settings = plan.run.settings
    prices = settings.config.plan
    scratch = sorted((cost.need.scratch for cost in plan.costs), reverse=True)
    disk = sum(cost.need.disk for cost in plan.costs)
    free = shutil.disk_usage(plan.run.folder).free
    line = f"Disk: {size(disk)} of results"
    if scratch and scratch[0]:
        line += f", and {size(scratch[0])} of checkpoints while the largest model is trained"
    short = free < disk + (scratch[0] if scratch else 0)
    yield f"{line}; {size(free)} are free here{', WHICH IS TOO LITTLE' if short else ''}."
    gpu = total(cost.gpu_hours for cost in plan.costs)
    if gpu[1]:
        price = prices.gpu_hour_price
        yield f"GPUs: hours of {prices.gpu}; cost " + (
            f"{money(gpu, price)}."
            if price is not None
            else "unknown (plan.gpu_hour_price is not set)."
        )
    yield from _translations(plan)
    yield from servers_text(servers(plan))
    gated = sorted({cost.need.gated for cost in plan.costs if cost.need.gated})
    if gated:
        token = "is set" if os.environ.get("HF_TOKEN") else "IS NOT SET"
        yield (
            f"Gated: {len(gated)} models need their licence accepted on the hub, and HF_TOKEN, "
            f"which {token}:\n  " + "\n  ".join(gated)
        )
    unknown = sorted({cost.work.unknown for cost in plan.costs if cost.work.unknown})
    if unknown:
        yield f"Not in any sum, because it is not known: {', '.join(unknown)}."


def _translations(plan: Estimate) -> Iterable[str]:
    asked = [cost for cost in plan.costs if cost.work.units]
    if not asked:
        return
    setting, prices = plan.run.settings.config.translation, plan.run.settings.config.plan
    units = sum(cost.work.units for cost in asked)
    characters = sum(cost.work.characters for cost in asked)
    line = (
        f"Translation by {setting.provider}: {units:,} texts, {characters:,} characters, if the "
        f"translation memory has none of them; {duration(total(c.seconds for c in asked))}"
    )
    if setting.provider in ("google", "libretranslate"):
        price = prices.translation_price
        cost = (
            f"{characters / 1e6 * price:,.2f} by plan.translation_price"
            if price is not None
            else "unknown (plan.translation_price is not set)"
        )
        line += f"; cost {cost}"
    yield line + "."


def _basis(plan: Estimate) -> str:
    costs = plan.costs
    known = sum(cost.calibrated for cost in costs)
    lines = [
        f"Reckoned with {plan.records} benchmark records of earlier runs, which speak for {known} "
        f"of {len(costs)} jobs; the others by assumptions, so that their ranges are wide.",
    ]
    provider = plan.run.settings.config.translation.provider
    guessed = any(cost.work.units and not cost.calibrated for cost in costs)
    if guessed and provider in UNITS_PER_SECOND:
        best, usual, worst = UNITS_PER_SECOND[provider]
        lines.append(f"Assumed of {provider}: {usual:g} texts a second ({worst:g} to {best:g}).")
    lines.append(
        "Answers in the response store cost nothing; plans count them as if there were none. "
        "Every assumption: docs/planning.md."
    )
    return "\n".join(lines)


def hours(span: Span) -> str:
    """Return hours as middle and range."""
    if not span[2]:
        return "-"
    if span[2] < 0.01:
        return "< 0.01"
    return f"{_figure(span[1])} ({_figure(span[0])} to {_figure(span[2])})"


def duration(span: Span) -> str:
    """Return seconds as middle and range, in a unit that suits."""
    unit, name = next(
        (
            (u, n)
            for u, n in ((86400, "days"), (3600, "hours"), (60, "minutes"))
            if span[1] >= 2 * u
        ),
        (1, "seconds"),
    )
    low, middle, high = (_figure(part / unit) for part in span)
    return f"{middle} {name} ({low} to {high})"


def size(count: float) -> str:
    """Return bytes in a unit that suits, by thousands."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def money(span: Span, price: float) -> str:
    """Return the price of so many hours as middle and range, in the unit of the setting."""
    low, middle, high = (f"{part * price:,.2f}" for part in span)
    return f"{middle} ({low} to {high}) by plan.gpu_hour_price"


def _figure(value: float) -> str:
    if 0 < value < 0.01:
        return "<0.01"
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}" if value >= 1 else f"{value:.2f}"


def available_cores() -> int:
    """Return the cores that this process may use."""
    return len(os.sched_getaffinity(0))
