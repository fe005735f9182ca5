"""The tables that study barrier's tables, figures and claims are cut from."""

import polars as pl

from isogloss.barrier.condition_columns import COLUMNS
from isogloss.frames import Column, Frame

ALL = "all"

CELLS = Frame(
    name="cells of study barrier",
    columns={
        "model": Column(pl.String(), "key of the model table, or control-<kind>"),
        **COLUMNS,
        "group": Column(pl.String(), "all, a domain or a subject"),
        "metric": Column(
            pl.String(),
            "accuracy, rouge_recall, rouge_f1; answered_<n>: share of answers with option n; "
            "majority: accuracy of always taking the most frequent right option; unread: share of "
            "answers in which no option could be read",
        ),
        "value": Column(pl.Float64(), "percent; empty if nothing was asked", nullable=True),
        "low": Column(pl.Float64(), "lower end of the bootstrap interval", nullable=True),
        "high": Column(pl.Float64(), "upper end of the bootstrap interval", nullable=True),
        "n": Column(pl.UInt32(), "questions that the value rests on"),
        "excluded": Column(pl.UInt32(), "questions left out because their prompt is too long"),
    },
    key=("model", *COLUMNS, "group", "metric"),
)

REPLICATES = Frame(
    name="replicates of study barrier",
    columns={
        "model": Column(pl.String(), "key of the model table, or control-<kind>"),
        **COLUMNS,
        "metric": Column(pl.String(), "accuracy, rouge_recall or rouge_f1, over all questions"),
        "draws": Column(
            pl.List(pl.Float64()),
            "percent in each bootstrap draw; draw i counts the same questions in every row of a "
            "task, so rows may be subtracted; NaN where a draw leaves nothing",
        ),
    },
    key=("model", *COLUMNS, "metric"),
)

_SIDES = ("model", *COLUMNS)
COMPARISONS = Frame(
    name="paired comparisons of study barrier",
    columns={
        "family": Column(pl.String(), "the tests that are corrected together"),
        **{
            f"{side}_{name}": Column(pl.UInt8() if name == "shots" else pl.String(), f"{side}'s")
            for side in ("first", "second")
            for name in _SIDES
        },
        "metric": Column(pl.String(), "accuracy"),
        "n": Column(pl.UInt32(), "questions that both were asked"),
        "difference": Column(pl.Float64(), "first minus second, percentage points", nullable=True),
        "low": Column(pl.Float64(), "lower end of the bootstrap interval", nullable=True),
        "high": Column(pl.Float64(), "upper end of the bootstrap interval", nullable=True),
        "first_only": Column(pl.UInt32(), "questions that only the first answers right"),
        "second_only": Column(pl.UInt32(), "questions that only the second answers right"),
        "p": Column(pl.Float64(), "exact McNemar test, two-sided"),
        "p_corrected": Column(pl.Float64(), "by Holm's method, within the family"),
    },
    key=("family", *(f"{side}_{name}" for side in ("first", "second") for name in _SIDES)),
)
