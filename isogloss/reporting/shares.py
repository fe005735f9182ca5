"""What study barrier reports of its mixed corpora: the share of each language, tested."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from isogloss.barrier.statistics import corrected
from isogloss.corpora.shares import LEVEL
from isogloss.languages import NAMES, in_order
from isogloss.reporting.caption import Caption
from isogloss.reporting.tables.display import Document, Entry, Grid, Group
from isogloss.reporting.tables.numbers import DASH, count, interval, number

MIXES = {
    "english": "English only",
    "document": "document",
    "sentence": "sentence",
    "words": "chunk of words",
    "collection": "all languages",
}
NOTES = [
    "Share: percent of the units, with their number below it. Units: texts with letters that one "
    "language was drawn for; of a question with its answer both are one, where whole documents "
    "are mixed.",
    f"Uniform: the range that holds a language's share with {100 * LEVEL:.0f} % probability if all "
    "languages drawn have the same chance (binomial distribution); where they have different ones, "
    "by the corpus's `shares`, the CSV file has the range of each.",
    "p: Pearson's chi-square test of all shares of a row against these chances. "
    "Corrected: for the number of rows with a test, by Holm's method.",
    "English only and all languages (each document in every language) draw nothing, and are not "
    "tested; nor are corpora of which only a share of the documents is mixed.",
    "Documents: written; left out: those with a unit that has no usable translation.",
]


@dataclass(frozen=True)
class Mixed:
    """A mixed corpus: SHARES by language, the one row of MIXED, and p corrected for their number.

    Languages are in the order of every table.
    """

    corpus: str
    mix: str
    shares: dict[str, dict[str, Any]]
    counts: dict[str, Any]
    corrected: float | None = None

    @property
    def units(self) -> int:
        """The units of all languages."""
        return sum(row["units"] for row in self.shares.values())


def gather(
    names: Sequence[tuple[str, str]], shares: Sequence[pl.DataFrame], counts: Sequence[pl.DataFrame]
) -> list[Mixed]:
    """Return the mixed corpora, given as (corpus, mix), SHARES and MIXED of each."""
    tested = iter(corrected([p for row in counts if (p := row["p"][0]) is not None]))
    found = []
    for (corpus, mix), table, row in zip(names, shares, counts, strict=True):
        rows = {entry["language"]: entry for entry in table.to_dicts()}
        ordered = {code: rows[code] for code in in_order(set(rows))}
        p = None if row["p"][0] is None else next(tested)
        found.append(Mixed(corpus, mix, ordered, row.row(0, named=True), p))
    return found


def csv(mixed: Sequence[Mixed]) -> str:
    """Return one row per mixed corpus and language."""
    rows = [
        {"table": "shares", "corpus": one.corpus, "mix": one.mix}
        | row
        | one.counts
        | {"p_corrected": one.corrected}
        for one in mixed
        for row in one.shares.values()
    ]
    return pl.DataFrame(rows, infer_schema_length=None).write_csv(float_precision=6)


def document(mixed: Sequence[Mixed], caption: Caption) -> Document:
    """Return the table as it is printed: a row per mixed corpus, a column per language."""
    codes = in_order({code for one in mixed for code in one.shares})
    groups = []
    for corpus in dict.fromkeys(one.corpus for one in mixed):
        rows = [_row(one, codes) for one in mixed if one.corpus == corpus]
        groups.append(Group(corpus, rows))
    outside = sum(_outside(one) for one in mixed)
    bounded = sum(len(_drawn(one)) for one in mixed)
    notes = [
        *NOTES,
        f"{count(outside)} of {count(bounded)} shares lie outside their range; "
        f"{bounded * (1 - LEVEL):.1f} are expected to.",
        "Languages: " + ", ".join(f"{code} {NAMES[code]}" for code in codes) + ".",
    ]
    heads = ["Units", *codes, "Uniform", "n", "p", "p corrected", "Documents", "Left out"]
    grid = Grid("shares", caption.title, heads, groups, notes)
    return Document("shares", caption.title, caption.text, [grid])


def _row(one: Mixed, codes: Sequence[str]) -> list[Entry]:
    shares = []
    for code in codes:
        row = one.shares.get(code)
        if row is None or row["share"] is None:
            shares.append(Entry(DASH))
        else:
            shares.append(Entry(number(row["share"]), (count(row["units"]),)))
    low, high = _bounds(one)
    return [
        Entry(MIXES[one.mix]),
        *shares,
        Entry(DASH if low is None else interval(low, high, 2)),
        Entry(count(one.units)),
        Entry(_p(one.counts["p"])),
        Entry(_p(one.corrected)),
        Entry(count(one.counts["documents"])),
        Entry(count(one.counts["dropped"])),
    ]


def _drawn(one: Mixed) -> list[dict[str, Any]]:
    """Return the shares of the languages that had a chance to be drawn, with their ranges."""
    return [row for row in one.shares.values() if row["low"] is not None and row["high"] > 0]


def _bounds(one: Mixed) -> tuple[float | None, float | None]:
    """Return the range of the languages drawn, if they have one in common."""
    found = {(row["low"], row["high"]) for row in _drawn(one)}
    return found.pop() if len(found) == 1 else (None, None)


def _outside(one: Mixed) -> int:
    return sum(not row["low"] <= row["share"] <= row["high"] for row in _drawn(one))


def _p(value: float | None) -> str:
    if value is None:
        return DASH
    return "< 0.001" if value < 0.001 else number(value, 3)
