"""The quality report of translations as it is read: values with flags, lengths, worst units."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from isogloss.languages import NAMES
from isogloss.reporting.caption import Caption
from isogloss.reporting.tables.display import Document, Entry, Grid, Group
from isogloss.reporting.tables.numbers import DASH, count, interval, listing, number
from isogloss.translation.memory import FAILED
from isogloss.translation.quality.flags import MEASURES
from isogloss.translation.quality.frames import FINDINGS, LONG, Quality

FLAG = "!"
# Characters of a text that the list of worst units shows.
SHOWN = 160
# Reasons of failures that are listed, the most frequent ones.
REASONS = 10

_NAMES = {
    "in_target": "in the target language",
    "source_language": "in the language of the text",
    "other_language": "in another language",
    "copied": "English copied",
    "ratio": "length ratio",
    "lengths": "short or long",
    "chrf": "chrF",
    "low_chrf": "low chrF",
}
# The first table has the values to decide by, the second what is found in single units.
FIRST = ("failed", "unchanged", "in_target", "source_language", "ratio", "lengths", "chrf")
SECOND = tuple(name for name in MEASURES if name not in FIRST)


def shown(name: str) -> str:
    """Return a measure or finding as it is printed."""
    return _NAMES.get(name, name.replace("_", " "))


def document(
    name: str, quality: Quality, table: pl.DataFrame, caption: Caption, worst: int
) -> Document:
    """Return the report.

    name: of the data set or memory. table: VALUES of `quality`. worst: units listed per finding.
    """
    grids = [
        _values_grid(f"{name}-1", "Values to decide by", quality, table, FIRST),
        _values_grid(f"{name}-2", "What is found in single units", quality, table, SECOND),
        _lengths_grid(f"{name}-3", quality),
        _worst_grid(f"{name}-4", quality, worst),
    ]
    if len(reasons := _reasons(quality)):
        grids.append(_reasons_grid(f"{name}-5", reasons))
    return Document(
        f"quality-{name}", f"{caption.title}: {name}", caption.text, grids, lead=lead(table)
    )


def lead(table: pl.DataFrame) -> list[str]:
    """Return what is flagged in VALUES, in words, a paragraph for each pair of languages."""
    flagged = table.filter("flagged")
    if flagged.is_empty():
        measured = table["value"].is_not_null().sum()
        return [f"No value is beyond its threshold, of {count(int(measured))} measured."]
    told = [f"{count(len(flagged))} values are beyond their thresholds, marked {FLAG}."]
    for key, rows in flagged.group_by("provider", "source", "target", maintain_order=True):
        words = [_told(row) for row in rows.rows(named=True)]
        told.append(f"{_pair(key)}: {listing(words)}.")
    return told


def _told(row: dict[str, Any]) -> str:
    value = _number(row["measure"], row["value"])
    least = row["least"] is not None and row["value"] < row["least"]
    limit = f"at least {row['least']:g}" if least else f"at most {row['most']:g}"
    return f"{shown(row['measure'])} {value} ({limit})"


def _number(measure: str, value: float) -> str:
    if MEASURES[measure].startswith("percent"):
        return f"{number(value, 1)} %"
    return number(value, 1 if measure == "chrf" else 2)


def _pair(key: Sequence[object]) -> str:
    provider, source, target = map(str, key)
    return f"{provider}, {_language(source)} to {_language(target)}"


def _language(code: str) -> str:
    return NAMES.get(code, code)


def _values_grid(
    name: str, title: str, quality: Quality, table: pl.DataFrame, measures: Sequence[str]
) -> Grid:
    cells = {
        (row["provider"], row["source"], row["target"], row["measure"]): row
        for row in table.rows(named=True)
    }
    rows = []
    for pair in quality.measured.rows(named=True):
        key = (pair["provider"], pair["source"], pair["target"])
        entries = [_value(cells[*key, measure], pair) for measure in measures]
        rows.append([Entry(_pair(key)), Entry(count(pair["units"])), *entries])
    heads = ["Pair", "Units", *(shown(measure) for measure in measures)]
    notes = [_note(measure, table) for measure in measures]
    if measures == FIRST:
        notes += _notes_of_pairs(quality)
    return Grid(name, title, heads, [Group("", rows)], notes)


def _value(cell: dict[str, Any], pair: dict[str, Any]) -> Entry:
    if cell["value"] is None:
        return Entry(DASH)
    percent = MEASURES[cell["measure"]].startswith("percent")
    text = number(cell["value"], 1 if percent or cell["measure"] == "chrf" else 2)
    small = []
    if cell["measure"] == "ratio":
        small.append(f"{number(pair['ratio_p01'])}–{number(pair['ratio_p99'])}")
    if cell["low"] is not None:
        small.append(interval(cell["low"], cell["high"]))
    if cell["count"] is not None:
        small.append(f"{count(cell['count'])} of {count(cell['n'])}")
    else:
        small.append(f"n {count(cell['n'])}")
    return Entry(f"{text} {FLAG}" if cell["flagged"] else text, tuple(small))


def _note(measure: str, table: pl.DataFrame) -> str:
    meaning = FINDINGS.get(measure, "")
    if measure == "ratio":
        meaning = "below it the 1st and the 99th percentile"
    elif measure == "lengths":
        meaning = "further from the median than the limits of the run, in either direction"
    elif measure == "in_target":
        meaning = "detected by Lingua among the languages of the studies"
    least, most = table.filter(measure=measure).select("least", "most").row(0)
    limits = [f"least {least:g}"] if least is not None else []
    limits += [f"most {most:g}"] if most is not None else []
    parts = [MEASURES[measure], meaning, f"thresholds: {listing(limits)}" if limits else ""]
    return f"{shown(measure)}: {'; '.join(part for part in parts if part)}."


def _notes_of_pairs(quality: Quality) -> list[str]:
    """Return what was not measured, and why: nothing is left out in silence."""
    notes = []
    for row in quality.measured.rows(named=True):
        pair = _pair((row["provider"], row["source"], row["target"]))
        if row["detection"]:
            notes.append(f"{pair}: languages {row['detection']}.")
        sampled, done = row["back_sampled"], row["back_translated"]
        if row["back_note"]:
            notes.append(f"{pair}: nothing was translated back: {row['back_note']}.")
        elif not sampled:
            notes.append(f"{pair}: no translation was translated back, as none was asked for.")
        elif done < sampled:
            notes.append(
                f"{pair}: {count(sampled - done)} of {count(sampled)} could not be translated back."
            )
    return notes


def _lengths_grid(name: str, quality: Quality) -> Grid:
    rows = []
    for row in quality.detected.rows(named=True):
        checked = row["checked"]
        longest = row["longest"]
        length = f"{row['shortest']}–{longest}" if longest else f"{row['shortest']} and more"
        shares = [
            Entry(number(100 * row[name] / checked, 1), (count(row[name]),))
            if checked
            else Entry(DASH)
            for name in ("in_target", "in_source", "in_other", "in_none")
        ]
        pair = _pair((row["provider"], row["source"], row["target"]))
        rows.append(
            [Entry(pair), Entry(length), Entry(count(row["units"])), Entry(count(checked)), *shares]
        )
    heads = [
        "Pair",
        "Characters",
        "Translations",
        "Checked",
        "Target (%)",
        "Text's (%)",
        "Other (%)",
        "None (%)",
    ]
    notes = [
        "Characters: of the text. The shorter a text is, the less can be told of its language: "
        f"only texts of {LONG} characters or more count in the values above."
    ]
    return Grid(name, "Detected language by length", heads, [Group("", rows)], notes, left=2)


def _worst_grid(name: str, quality: Quality, worst: int) -> Grid:
    groups = []
    for key, part in quality.found.group_by("provider", "source", "target", maintain_order=True):
        rows = []
        for finding in FINDINGS:
            here = part.filter(finding=finding)
            listed = worst_first(here).head(worst)
            rows += [_unit(row, len(here)) for row in listed.rows(named=True)]
        groups.append(Group(_pair(key), rows))
    notes = [
        f"Up to {worst} units for each finding, the worst first; all of them are in found.parquet.",
        *(f"{shown(finding)}: {meaning}." for finding, meaning in FINDINGS.items()),
    ]
    if not groups:
        notes = ["There are no findings."]
    heads = ["Finding", "Value", "Text", "Translation"]
    return Grid(name, "Worst units", heads, groups, notes, left=len(heads), wide=2)


def worst_first(found: pl.DataFrame) -> pl.DataFrame:
    """Return FOUND of one finding, the worst first; of findings without a value, the longest."""
    lowest = pl.col("finding").is_in(["short", "low_chrf"])
    severity = pl.when(lowest).then(pl.col("value")).otherwise(-pl.col("value"))
    length = -pl.col("text").str.len_chars().cast(pl.Int64)
    return found.sort(severity, length, "text", nulls_last=True)


def _unit(row: dict[str, Any], findings: int) -> list[Entry]:
    value = [] if row["value"] is None else [f"{row['value']:.3g}"]
    detail = [] if row["detail"] is None else [_cut(row["detail"])]
    translation = DASH if row["translation"] is None else _cut(row["translation"])
    first = Entry(shown(row["finding"]), (f"of {count(findings)}",))
    return [
        first,
        Entry(" ".join(value + detail) or DASH),
        Entry(_cut(row["text"])),
        Entry(translation),
    ]


def _cut(text: str) -> str:
    """Return a text on one line, its start and its end where it is long."""
    line = " ".join(text.split())
    if len(line) <= SHOWN:
        return line
    return f"{line[: SHOWN - SHOWN // 3]} … {line[-(SHOWN // 3) :]}"


def _reasons(quality: Quality) -> pl.DataFrame:
    failed = quality.found.filter(finding=FAILED)
    counted = failed.group_by("detail").agg(pl.len().alias("units"), pl.col("text").min())
    return counted.sort(-pl.col("units").cast(pl.Int64), "detail").head(REASONS)


def _reasons_grid(name: str, reasons: pl.DataFrame) -> Grid:
    rows = [
        [Entry(_cut(row["detail"])), Entry(_cut(row["text"])), Entry(count(row["units"]))]
        for row in reasons.rows(named=True)
    ]
    heads = ["Reason", "For instance", "Units"]
    notes = [f"The {REASONS} most frequent reasons of failed units."]
    return Grid(name, "Why units failed", heads, [Group("", rows)], notes, left=2)
