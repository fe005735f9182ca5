"""The table of embeddings: how near mixed texts stay to their originals, beside two baselines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from isogloss.barrier.statistics import interval as percentiles
from isogloss.metrics.aggregate import make_draws
from isogloss.reporting.barrier.models import BarrierModel
from isogloss.reporting.caption import Caption
from isogloss.reporting.tables.display import Document, Entry, Grid, Group
from isogloss.reporting.tables.numbers import DASH, count, interval, number
from isogloss.representations.conditions import HIDDEN, MIXED, REPLACED

NAME = "embeddings"
KINDS = (MIXED, REPLACED, HIDDEN)
EMPTY = "This run embeds no texts."


@dataclass(frozen=True)
class Line:
    """Of one model and p: each kind's mean cosine with its interval, and the two tests."""

    model: BarrierModel
    p: float
    n: int
    missing: int
    means: Mapping[str, tuple[float, float | None, float | None]]
    tests: Mapping[str, tuple[float, float]]  # by baseline: nearer (0-1), corrected p-value


def lines(
    points: Sequence[pl.DataFrame],
    similarity: pl.DataFrame,
    models: Sequence[BarrierModel],
    bootstrap: Mapping[str, Any],
) -> list[Line]:
    """Return the lines of POINTS (one table a model) and SIMILARITY, in the order of `models`.

    bootstrap: samples, level and seed of the draws of texts, which give the intervals.
    """
    by_key = {key: table for table in points for key in set(table["model"])}
    found = []
    for model in models:
        for (p,), part in (
            by_key[model.key].sort("p").group_by("p", maintain_order=True)
            if model.key in by_key
            else []
        ):
            tests = similarity.filter(model=model.key, p=p)
            found.append(
                Line(
                    model,
                    float(str(p)),
                    part["number"].n_unique(),
                    int(part.filter(kind=MIXED)["missing"].sum()),
                    {
                        kind: _mean(part.filter(kind=kind), bootstrap)
                        for kind in KINDS
                        if kind in set(part["kind"])
                    },
                    {
                        baseline: (nearer, value)
                        for baseline, nearer, value in tests.select(
                            "baseline", "nearer", "p_corrected"
                        ).iter_rows()
                    },
                )
            )
    return found


def _mean(
    part: pl.DataFrame, bootstrap: Mapping[str, Any]
) -> tuple[float, float | None, float | None]:
    """Return the mean cosine of texts, and its percentile interval."""
    texts = part["number"].cast(pl.String())
    draws = make_draws(texts, bootstrap["samples"], bootstrap["level"], bootstrap["seed"])
    place = {text: number for number, text in enumerate(draws.items)}
    weights = draws.weights[:, [place[text] for text in texts]]
    values = weights @ part["cosine"].to_numpy() / weights.sum(axis=1)
    return float(values[0]), *percentiles(values[1:], draws.level)


def csv(found: Sequence[Line]) -> str:
    """Return one row per model, p and kind; mixed texts have no test against themselves."""
    rows = [
        (
            *(NAME, line.model.key, line.model.label, line.p, kind),
            *(*of, *line.tests.get(kind, (None, None)), line.n),
            line.missing if kind == MIXED else None,
        )
        for line in found
        for kind, of in line.means.items()
    ]
    schema = {
        **dict.fromkeys(["table", "model", "label"], pl.String()),
        "p": pl.Float64(),
        "kind": pl.String(),
        **dict.fromkeys(["cosine", "low", "high", "mixed_nearer", "p_corrected"], pl.Float64()),
        **dict.fromkeys(["n", "missing"], pl.UInt32()),
    }
    return pl.DataFrame(rows, schema=schema, orient="row").write_csv(float_precision=6)


def document(found: Sequence[Line], caption: Caption, bootstrap: Mapping[str, Any]) -> Document:
    """Return the table as it is printed."""
    if not found:
        grid = Grid(NAME, caption.title, [], [], [EMPTY])
        return Document(NAME, caption.title, caption.text, [grid])
    groups = [
        Group(model.label, [_row(line) for line in found if line.model == model])
        for model in dict.fromkeys(line.model for line in found)
    ]
    notes = [
        "Mean cosine similarity of a text's embedding with its original's; in small print: "
        f"{100 * bootstrap['level']:g} % interval by bootstrap over texts "
        f"({count(bootstrap['samples'])} draws).",
        "Nearer: how often a mixed text is nearer to its original than a text of the other kind "
        "to its own (0.5 if alike); in small print the p-value of the two-sided Mann-Whitney test, "
        "corrected by Holm's method over all models and p.",
        "p: probability that a word, or token, is disturbed. n: texts. Missing: words drawn for "
        "another language that have no translation, left in English.",
    ]
    heads = ["p", "mixed", "replaced", "hidden"]
    heads += ["nearer than replaced", "nearer than hidden", "n", "missing"]
    grid = Grid(NAME, caption.title, heads, groups, notes)
    return Document(NAME, caption.title, caption.text, [grid])


def _row(line: Line) -> list[Entry]:
    entries = []
    for kind in KINDS:
        if kind in line.means:
            value, low, high = line.means[kind]
            entries.append(Entry(number(value, 3), (interval(low, high, 3),)))
        else:
            entries.append(Entry(DASH))
    for baseline in (REPLACED, HIDDEN):
        if baseline in line.tests:
            nearer, p = line.tests[baseline]
            small = "p < 0.001" if p < 0.001 else f"p = {number(p, 3)}"
            entries.append(Entry(number(nearer, 2), (small,)))
        else:
            entries.append(Entry(DASH))
    return [Entry(f"{line.p:g}"), *entries, Entry(count(line.n)), Entry(count(line.missing))]
