"""The values of the quality report, and which of them lie beyond a threshold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from isogloss.frames import Column, Frame
from isogloss.translation.quality.frames import DETECTED, FOUND, LONG, MEASURED, PAIR, Quality

VALUES = Frame(
    name="values of the quality report",
    columns={
        **{name: MEASURED.columns[name] for name in PAIR},
        "measure": Column(pl.String(), "one of MEASURES"),
        "value": Column(pl.Float64(), "in the unit of the measure; empty if not measured", True),
        "low": Column(pl.Float64(), "95 % interval for a sample's share; else empty", True),
        "high": Column(pl.Float64(), "its upper end", nullable=True),
        "count": Column(pl.UInt64(), "units counted; empty where none are", nullable=True),
        "n": Column(pl.UInt64(), "units that the value is of"),
        "least": Column(pl.Float64(), "threshold from below; empty for none", nullable=True),
        "most": Column(pl.Float64(), "threshold from above; empty for none", nullable=True),
        "flagged": Column(pl.Boolean(), "whether the value lies beyond a threshold"),
    },
    key=(*PAIR, "measure"),
)

# Each measure, what it is of, and its unit.
MEASURES = {
    "failed": "percent of the units",
    "unchanged": "percent of the units",
    "in_target": f"percent of the sampled translations of {LONG} characters or more",
    "source_language": f"percent of the sampled translations of {LONG} characters or more",
    "other_language": f"percent of the sampled translations of {LONG} characters or more",
    "identical": "percent of the translations",
    "markup": "percent of the translations",
    "copied": "percent of the translations",
    "repetition": "percent of the translations",
    "same_answer": f"percent of the translations of {LONG} characters or more",
    "ratio": f"median characters per character, of translations of {LONG} characters or more",
    "lengths": f"percent of the translations of {LONG} characters or more",
    "unfinished": "percent of the translations of texts that end as a sentence does",
    "chrf": "chrF2 (0 to 100) of the back-translations together",
    "low_chrf": "percent of the back-translations",
}

Thresholds = Mapping[str, Sequence[float | None]]


def values(
    quality: Quality,
    thresholds: Thresholds,
    level: float = 0.95,
) -> pl.DataFrame:
    """Return VALUES, every measure of every pair, in the order of MEASURES.

    thresholds: least and most by measure, None for no limit. level: coverage of the interval
    (Wilson) of shares that a sample stands for.
    """
    rows: list[tuple[object, ...]] = []
    for pair in quality.measured.rows(named=True):
        for value in _values(pair, quality, level):
            least, most = thresholds.get(value.measure, (None, None))
            beyond = value.value is not None and (
                (least is not None and value.value < least)
                or (most is not None and value.value > most)
            )
            place = tuple(pair[name] for name in PAIR)
            rows.append((*place, value.measure, *value.numbers, least, most, beyond))
    schema = {name: column.dtype for name, column in VALUES.columns.items()}
    return VALUES.check(pl.DataFrame(rows, schema=schema, orient="row"))


@dataclass(frozen=True)
class _Value:
    measure: str
    numbers: tuple[float | None, float | None, float | None, int | None, int]

    @property
    def value(self) -> float | None:
        return self.numbers[0]


def _values(pair: Mapping[str, Any], quality: Quality, level: float) -> list[_Value]:
    here = pl.all_horizontal(pl.col(name) == pair[name] for name in PAIR)
    found = FOUND.check(quality.found).filter(here)["finding"].value_counts()
    counts: dict[str, int] = dict(found.iter_rows())
    long = DETECTED.check(quality.detected).filter(here, pl.col("shortest") >= LONG)
    checked, every = int(long["checked"].sum()), int(long["units"].sum())

    def share(measure: str, n: int, count: int | None = None, *, sampled: bool = False) -> _Value:
        count = counts.get(measure, 0) if count is None else count
        ends = _interval(count, n, level) if sampled else (None, None)
        return _Value(measure, (100 * count / n if n else None, *ends, count, n))

    def language(measure: str, column: str) -> _Value:
        return share(measure, checked, int(long[column].sum()), sampled=checked < every)

    translated, back = pair["translated"], pair["back_translated"]
    return [
        share("failed", pair["units"]),
        share("unchanged", pair["units"]),
        language("in_target", "in_target"),
        language("source_language", "in_source"),
        language("other_language", "in_other"),
        share("identical", translated),
        share("markup", translated),
        share("copied", translated if pair["source"] == "en" else 0),
        share("repetition", translated),
        share("same_answer", pair["long_units"]),
        _Value("ratio", (pair["ratio_median"], None, None, None, pair["long_units"])),
        share("lengths", pair["long_units"], counts.get("short", 0) + counts.get("long", 0)),
        share("unfinished", pair["sentences"]),
        _Value("chrf", (pair["chrf"], None, None, None, back)),
        share("low_chrf", back, sampled=back < translated),
    ]


def _interval(count: int, n: int, level: float) -> tuple[float | None, float | None]:
    from scipy.stats import binomtest

    if not n:
        return None, None
    found = binomtest(count, n).proportion_ci(level, method="wilson")
    return 100 * float(found.low), 100 * float(found.high)
