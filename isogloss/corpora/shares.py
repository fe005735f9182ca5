"""Shares of the languages in a mixed corpus, tested against the chances they were drawn with."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from isogloss.corpora.mixing import Mix, MixCounts
from isogloss.frames import Column, Frame

SHARES = Frame(
    name="language shares",
    columns={
        "language": Column(pl.String(), "language of the units"),
        "units": Column(pl.UInt64(), "units in this language"),
        "characters": Column(pl.UInt64(), "characters of these units, as written"),
        "share": Column(pl.Float64(), "percent of all units", nullable=True),
        "low": Column(pl.Float64(), "percent, lower end of the interval", nullable=True),
        "high": Column(pl.Float64(), "percent, upper end of the interval", nullable=True),
    },
    key=("language",),
)

MIXED = Frame(
    name="counts of a mixed corpus",
    columns={
        "documents": Column(pl.UInt64(), "documents written; a collection has each several times"),
        "dropped": Column(pl.UInt64(), "documents left out for a unit without a translation"),
        "missing": Column(pl.UInt64(), "units without a translation"),
        "untouched": Column(pl.UInt64(), "pieces without letters, which no language was drawn for"),
        "chi_square": Column(pl.Float64(), "Pearson's statistic of the units by language", True),
        "degrees": Column(pl.UInt32(), "its degrees of freedom", True),
        "p": Column(pl.Float64(), "its p-value against the draw's chances", True),
    },
    key=("documents",),
)

LEVEL = 0.99


@dataclass(frozen=True)
class Uniformity:
    """Pearson's chi-square statistic of counts against expected ones, and its p-value."""

    chi_square: float
    degrees: int
    p: float


def uniformity(counts: Sequence[int], chances: Sequence[float] | None = None) -> Uniformity | None:
    """Test counts against a draw with these chances (of sum 1); without them, a uniform one.

    None is returned where there is nothing to test. What has no chance is left out.

    Source: Pearson's chi-square test of goodness of fit. It needs two categories and one count.
    """
    from scipy.stats import chisquare

    total = sum(counts)
    chances = [1 / len(counts)] * len(counts) if chances is None else chances
    pairs = [(count, total * x) for count, x in zip(counts, chances, strict=True) if x > 0]
    if len(pairs) < 2 or not total:
        return None
    result = chisquare([count for count, _ in pairs], [mean for _, mean in pairs])
    return Uniformity(float(result.statistic), len(pairs) - 1, float(result.pvalue))


def language_shares(
    counts: MixCounts,
    languages: Sequence[str],
    level: float = LEVEL,
    random: bool = True,
    chances: Sequence[float] | None = None,
) -> pl.DataFrame:
    """Return SHARES; `low` and `high` bound a random draw's share at `level`, one by one.

    The interval is the binomial distribution's, with the units as trials and the language's of
    `chances`, or one in `len(languages)`, as the chance; the shares are empty where there are no
    units. Without a random draw there is no interval.
    """
    from scipy.stats import binom

    total = sum(counts.units.values())
    chances = [1 / len(languages)] * len(languages) if chances is None else chances

    def percent(units: float) -> float | None:
        return 100 * float(units) / total if total else None

    def ends(chance: float) -> list[float | None]:
        if not random:
            return [None, None]
        return [percent(binom.ppf((1 + sign * level) / 2, total, chance)) for sign in (-1, 1)]

    rows = [
        (
            language,
            counts.units[language],
            counts.characters[language],
            percent(counts.units[language]),
            *ends(chance),
        )
        for language, chance in zip(languages, chances, strict=True)
    ]
    schema = {name: column.dtype for name, column in SHARES.columns.items()}
    return SHARES.check(pl.DataFrame(rows, schema=schema, orient="row"))


def mixed_counts(counts: MixCounts, mix: Mix) -> pl.DataFrame:
    """Return MIXED, one row; languages that are not drawn at random are not tested."""
    drawn = [counts.units[code] for code in mix.drawn]
    test = uniformity(drawn, mix.chances()) if mix.random else None
    row = (
        *(counts.documents, counts.dropped, counts.missing, counts.untouched),
        *((test.chi_square, test.degrees, test.p) if test else (None, None, None)),
    )
    schema = {name: column.dtype for name, column in MIXED.columns.items()}
    return MIXED.check(pl.DataFrame([row], schema=schema, orient="row"))
