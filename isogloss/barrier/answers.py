"""Which option a model chose: by probability, or by what it wrote."""

import math
import re
from collections.abc import Sequence
from typing import Literal

import polars as pl

from isogloss.barrier.scores import ABOUT, SCORES, rouge_l

Normalise = Literal["none", "tokens", "bytes"]


def scored_answers(
    prompts: pl.DataFrame, option_scores: pl.DataFrame, normalise: Normalise = "none"
) -> pl.DataFrame:
    """Return SCORES of prompts (PROMPTS) whose options were scored (OPTION_SCORES).

    The most probable option is chosen, the first of equals. normalise: divide log-probabilities
    by the length of what was scored, in tokens or bytes; long options lose otherwise where texts
    are scored. `gold_probability` is the right option's share of what the compared values are the
    logarithms of.
    """
    lengths = pl.lit(None) if normalise == "none" else pl.col(normalise)
    values_of = option_scores.select("prompt", "logprobs", lengths=lengths)
    joined = prompts.join(values_of, on="prompt", maintain_order="left")
    chosen: list[int | None] = []
    shares: list[float | None] = []
    for row in joined.iter_rows(named=True):
        values = row["logprobs"]
        if not values:
            chosen.append(None)
            shares.append(None)
            continue
        if row["lengths"] is not None:
            values = [v / max(1, n) for v, n in zip(values, row["lengths"], strict=True)]
        chosen.append(values.index(max(values)))
        shares.append(_share(values, row["gold"]))
    return _scores(joined, chosen, shares)


def _share(logprobs: Sequence[float], place: int) -> float:
    top = max(logprobs)
    weights = [math.exp(value - top) for value in logprobs]
    return weights[place] / sum(weights)


def written_answers(prompts: pl.DataFrame, responses: pl.DataFrame) -> pl.DataFrame:
    """Return SCORES of prompts (PROMPTS) that were answered in writing (RESPONSES).

    Reads the first token, the option after a translation, or a free answer, as each row's
    condition has it. A prompt that a server refused as too long is excluded like one that was not
    asked.
    """
    joined = prompts.join(
        responses.select("prompt", "completion", refused=pl.col("finish") == "excluded"),
        on="prompt",
        maintain_order="left",
    ).with_columns(pl.col("excluded") | pl.col("refused"))
    chosen: list[int | None] = []
    rouge: list[tuple[float, float] | None] = []
    for row in joined.iter_rows(named=True):
        option, overlap = None, None
        if not row["excluded"] and row["option_ids"]:
            read = translated_option if row["demonstrations"] == "translate" else first_token_option
            option = read(row["completion"], row["option_ids"])
        elif not row["excluded"]:
            overlap = rouge_l(row["reference"], row["completion"])
        chosen.append(option)
        rouge.append(overlap)
    return _scores(joined, chosen, [None] * len(chosen), rouge)


def first_token_option(completion: str, option_ids: Sequence[str]) -> int | None:
    """Return the number of the option that a one-token completion names, None if it names none.

    The token's text without white space is an option's id or it is not (paper B, E.2).
    """
    text = completion.strip()
    return list(option_ids).index(text) if text in option_ids else None


def translated_option(completion: str, option_ids: Sequence[str]) -> int | None:
    """Return the number of the option named after the translated question, None if none is.

    The completion of a translate-then-answer prompt goes on with the question in English, its
    options and "Answer:"; what follows must begin with an option's id as a word of its own. A
    model that writes on without an answer has chosen none (paper B, section 4.1).
    """
    _, found, rest = completion.partition("\nAnswer:")
    names = "|".join(map(re.escape, option_ids))
    match = re.match(rf"\s*({names})(?!\w)", rest) if found else None
    return list(option_ids).index(match.group(1)) if match else None


def _scores(
    joined: pl.DataFrame,
    chosen: Sequence[int | None],
    shares: Sequence[float | None],
    rouge: Sequence[tuple[float, float] | None] | None = None,
) -> pl.DataFrame:
    overlaps = rouge or [None] * len(chosen)
    choice = pl.Series("chosen", chosen, pl.UInt8())
    right = (pl.col("chosen") == pl.col("gold")).fill_null(False).cast(pl.Float64())
    counted = pl.col("gold").is_not_null() & ~pl.col("excluded")
    frame = joined.select(*ABOUT, "gold", "excluded").with_columns(
        choice,
        gold_probability=pl.Series(shares, dtype=pl.Float64()),
        rouge_recall=pl.Series([pair and pair[0] for pair in overlaps], dtype=pl.Float64()),
        rouge_f1=pl.Series([pair and pair[1] for pair in overlaps], dtype=pl.Float64()),
    )
    return SCORES.check(frame.with_columns(accuracy=pl.when(counted).then(right)))
