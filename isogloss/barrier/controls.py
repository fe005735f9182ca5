"""Answers to study barrier's prompts made from the gold, for calibration.

`gold` must score 100; `random` sits at chance; `english-only` is right where the question is in
English and random elsewhere, a barrier of known size.
"""

import hashlib
import math
from collections.abc import Mapping
from typing import Any

import polars as pl

from isogloss.engines.respond import RESPONSES, with_completions
from isogloss.engines.score_options import with_scores
from isogloss.errors import IsoglossError

# Probability that a control gives its option; the others share the rest.
SURE = 0.97


def control_scores(prompts: pl.DataFrame, kind: str) -> pl.DataFrame:
    """Return OPTION_SCORES of a control for prompts (PROMPTS) whose options are scored."""
    records = [
        None if row["excluded"] else _certain(_option(row, kind), len(row["option_ids"]))
        for row in prompts.iter_rows(named=True)
    ]
    texts = prompts["scoring"].eq("text").any()
    return with_scores(prompts, records, texts)


def control_responses(prompts: pl.DataFrame, kind: str) -> pl.DataFrame:
    """Return RESPONSES of a control for prompts (PROMPTS) that are answered in writing.

    A free answer that is not the right one is that of another prompt of the table.
    """
    references = prompts["reference"].drop_nulls().unique(maintain_order=True).to_list()
    records = [
        None
        if row["excluded"]
        else {"completion": _written(row, kind, references), "finish": "stop", "token_ids": []}
        for row in prompts.iter_rows(named=True)
    ]
    return RESPONSES.check(with_completions(prompts, records))


def _certain(option: int, count: int) -> dict[str, Any]:
    rest = (1 - SURE) / (count - 1)
    logprobs = [math.log(SURE if place == option else rest) for place in range(count)]
    return {"logprobs": logprobs, "tokens": [1] * count}


def _option(row: Mapping[str, Any], kind: str) -> int:
    return row["gold"] if _knows(row, kind) else _draw(row["prompt"], len(row["option_ids"]))


def _written(row: Mapping[str, Any], kind: str, references: list[str]) -> str:
    if row["option_ids"]:
        name: str = row["option_ids"][_option(row, kind)]
        return f"\nAnswer: {name}" if row["demonstrations"] == "translate" else name
    if _knows(row, kind):
        return str(row["reference"])
    others = [text for text in references if text != row["reference"]]
    return others[_draw(row["prompt"], len(others))] if others else ""


def _knows(row: Mapping[str, Any], kind: str) -> bool:
    if kind not in ("gold", "random", "english-only"):
        raise IsoglossError(f"no control {kind!r}: there are gold, random and english-only")
    return kind == "gold" or (kind == "english-only" and row["language"] == "en")


def _draw(prompt: str, count: int) -> int:
    """Return a number below `count` by hash of the prompt's name: the same in any table."""
    digest = hashlib.sha256(prompt.encode()).digest()
    return int.from_bytes(digest[:8], "big") % count
