"""Score the options of a table of prompts: from the response store, or by an engine."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from isogloss.engines.protocol import ScoredPrompt, Scorer, TextScore
from isogloss.engines.resume import complete
from isogloss.errors import IsoglossError
from isogloss.frames import Column, Frame
from isogloss.store import Store, content_key

OPTION_SCORES = Frame(
    name="option scores",
    columns={
        "prompt": Column(pl.String(), "name of the prompt"),
        "logprobs": Column(
            pl.List(pl.Float64()),
            "natural log-probability of each option after the prompt: of its id's token over the "
            "whole vocabulary, or of its text, summed over the tokens; empty if excluded",
        ),
        "tokens": Column(pl.List(pl.UInt32()), "tokens that each option's value is a sum over"),
        "bytes": Column(pl.List(pl.UInt32()), "bytes of each option's id or text in UTF-8"),
        "excluded": Column(pl.Boolean(), "prompt too long, not asked"),
    },
    key=("prompt",),
)
_ASKED = ("prefix", "suffix", "add_special_tokens", "option_ids", "options")


def score_options(
    prompts: pl.DataFrame,
    token_of: Mapping[str, int] | None,
    load_engine: Callable[[], Scorer],
    store: Store,
    identity: Mapping[str, Any],
) -> pl.DataFrame:
    """Return OPTION_SCORES for a table with prompt, excluded, and the columns of a prompt.

    Those are prefix, suffix, add_special_tokens, option_ids and options (texts). token_of: the
    token of each option id (see `tokens.option_tokens`), to score ids; None scores texts. As in
    `respond`, batches are laid out over all prompts, each is in the store before the next is
    begun, and the model is loaded once or not at all. identity: all that scores depend on besides
    prompt and options. Raises IsoglossError where a score is not a number.
    """
    texts = token_of is None
    asked = prompts.filter(~pl.col("excluded")).select(_ASKED)
    rows = list(asked.unique(maintain_order=True).iter_rows(named=True))
    wanted = [_wanted(row, token_of) for row in rows]
    keys = [_key(row, token_of, identity) for row in rows]

    def score(missing: Sequence[bool]) -> Iterator[list[tuple[int, dict[str, Any]]]]:
        chosen = [
            ScoredPrompt(row["prefix"], row["suffix"], row["add_special_tokens"]) for row in rows
        ]
        for batch in _batches(load_engine(), chosen, wanted, texts, missing):
            yield [(index, _record(scores, rows[index])) for index, scores in batch]

    records = complete(keys, score, store, "score")
    return with_scores(
        prompts,
        [
            None if row["excluded"] else records[_key(row, token_of, identity)]
            for row in prompts.iter_rows(named=True)
        ],
        texts,
    )


def with_scores(
    prompts: pl.DataFrame, records: Sequence[Mapping[str, Any] | None], texts: bool
) -> pl.DataFrame:
    """Return OPTION_SCORES: each prompt with its record (logprobs, tokens), None for excluded ones.

    texts: whether the options' texts were scored, not their ids.
    """
    absent: Mapping[str, Any] = {"logprobs": [], "tokens": []}
    columns = {
        name: pl.Series(
            name,
            [(record or absent)[name] for record in records],
            OPTION_SCORES.columns[name].dtype,
        )
        for name in absent
    }
    lengths = pl.col("options" if texts else "option_ids").list.eval(pl.element().str.len_bytes())
    empty = pl.lit([], pl.List(pl.UInt32()))
    return OPTION_SCORES.check(
        prompts.select(
            "prompt",
            **columns,
            bytes=pl.when("excluded").then(empty).otherwise(lengths),
            excluded="excluded",
        )
    )


def _batches(
    engine: Scorer,
    prompts: Sequence[ScoredPrompt],
    wanted: Sequence[Sequence[Any]],
    texts: bool,
    missing: Sequence[bool],
) -> Iterator[list[tuple[int, list[TextScore]]]]:
    if texts:
        yield from engine.text_logprobs(prompts, wanted, only=missing)
        return
    for batch in engine.next_token_logprobs(prompts, wanted, only=missing):
        yield [(index, [TextScore(value, 1) for value in values]) for index, values in batch]


def _wanted(row: Mapping[str, Any], token_of: Mapping[str, int] | None) -> list[Any]:
    """Return the tokens of the option ids, or what is to follow the prompt if an option does."""
    if token_of is not None:
        return [token_of[option] for option in row["option_ids"]]
    space = "" if row["suffix"][-1:].isspace() else " "
    return [space + text for text in row["options"]]


def _record(scores: Sequence[TextScore], row: Mapping[str, Any]) -> dict[str, Any]:
    if any(math.isnan(score.logprob) for score in scores):
        raise IsoglossError(
            f"the model's log-probabilities after {row['suffix'][-80:]!r} are not numbers; its "
            "number format overflows: give it another dtype in the model table (bfloat16, float32)"
        )
    return {
        "logprobs": [score.logprob for score in scores],
        "tokens": [score.tokens for score in scores],
    }


def _key(
    row: Mapping[str, Any], token_of: Mapping[str, int] | None, identity: Mapping[str, Any]
) -> str:
    return content_key(
        {
            "identity": identity,
            "scoring": "text" if token_of is None else "letter",
            "text": row["prefix"] + row["suffix"],
            "add_special_tokens": row["add_special_tokens"],
            "wanted": _wanted(row, token_of),
        }
    )
