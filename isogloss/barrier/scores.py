"""Scores of study barrier: one row per question and condition, right or wrong, or its ROUGE."""

from functools import cache
from typing import Any

import polars as pl

from isogloss.barrier.condition_columns import COLUMNS
from isogloss.frames import Column, Frame

# What a prompt is about, besides its condition; in the tables of prompts and of scores.
ABOUT = {
    "prompt": Column(pl.String(), "name: the condition's, then the item's"),
    **COLUMNS,
    "item": Column(pl.String(), "question, the same in every language and variant"),
    "subject": Column(pl.String(), "MMLU's subject, the quiz's attribute, or tofu"),
    "domain": Column(pl.String(), "MMLU's domain, the quiz's topic, or tofu"),
}

SCORES = Frame(
    name="scores of study barrier",
    columns={
        **ABOUT,
        "gold": Column(pl.UInt8(), "number of the right option, from 0", nullable=True),
        "chosen": Column(
            pl.UInt8(), "number of the option chosen; empty if none could be read", nullable=True
        ),
        "accuracy": Column(pl.Float64(), "1 right, 0 wrong; empty for free answers", nullable=True),
        "gold_probability": Column(
            pl.Float64(), "of the right option among the options, where scored", nullable=True
        ),
        "rouge_recall": Column(pl.Float64(), "ROUGE-L recall of a free answer, 0-1", nullable=True),
        "rouge_f1": Column(pl.Float64(), "ROUGE-L F1 of a free answer, 0-1", nullable=True),
        "excluded": Column(pl.Boolean(), "too long for the model's context, so not asked"),
    },
    key=("prompt",),
)

METRICS = ("accuracy", "rouge_recall", "rouge_f1")


def rouge_l(reference: str, answer: str) -> tuple[float, float]:
    """Return ROUGE-L recall and F1 (0-1) of an answer, as TOFU's evaluation computes it.

    The scorer is Google's `rouge_score` with its stemmer, which is English: paper B compares with
    the English answer (section 3.2).
    """
    score = _scorer().score(reference, answer)["rougeL"]
    return float(score.recall), float(score.fmeasure)


@cache
def _scorer() -> Any:
    from rouge_score.rouge_scorer import RougeScorer

    return RougeScorer(["rougeL"], use_stemmer=True)
