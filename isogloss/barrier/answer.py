"""All answers of one model: options scored, and answers written, with one load of the model."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, Protocol

import polars as pl

from isogloss.barrier.prompts import with_text
from isogloss.engines.protocol import Decoding, Engine, Scorer
from isogloss.engines.respond import RESPONSES, respond
from isogloss.engines.score_options import OPTION_SCORES, score_options
from isogloss.engines.tokens import option_tokens
from isogloss.store import Store


class Model(Engine, Scorer, Protocol):
    """An engine that writes answers and scores given ones."""


# Which prompts are answered together: by their scoring and kind of demonstrations.
GENERATED = pl.col("scoring").is_in(["first-token", "open"])
_READ_AS = {
    "first-token": pl.col("scoring") == "first-token",
    "translate": (pl.col("scoring") == "open") & (pl.col("demonstrations") == "translate"),
    "tofu": (pl.col("scoring") == "open") & (pl.col("demonstrations") != "translate"),
}
# Texts after which a model goes on with a question of its own. A translation has none: passages
# of MMLU hold empty lines, and the answer is what first follows "Answer:".
_STOP: Mapping[str, tuple[str, ...]] = {
    "first-token": (),
    "translate": (),
    "tofu": ("\nQuestion:",),
}


def answer(
    prompts: pl.DataFrame,
    load_model: Callable[[], Model],
    tokenizer: Callable[[], Any],
    store: Store,
    identity: Mapping[str, Any],
    options: Mapping[str, Any],
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return OPTION_SCORES and RESPONSES to PROMPTS, from the store where it can.

    load_model is called once, or not at all if nothing is missing. tokenizer: the model's, for
    the tokens of option ids. options: `option_tokens` (bare or spaced) and `new_tokens`, the
    longest written answers by how they are read. identity: all that answers depend on besides.
    """
    model = cache(load_model)
    scored, written = [OPTION_SCORES.empty()], [RESPONSES.empty()]
    for scoring in ("letter", "text"):
        part = prompts.filter(pl.col("scoring") == scoring)
        if len(part):
            tokens = None
            if scoring == "letter":
                ids = sorted(part["option_ids"].explode().unique())
                tokens = option_tokens(tokenizer(), ids, options["option_tokens"] == "spaced")
            scored.append(score_options(part, tokens, model, store, identity))
    for part, decoding in to_be_written(prompts, options["new_tokens"]):
        written.append(respond(part, decoding, model, store, identity))
    return pl.concat(scored), pl.concat(written)


def to_be_written(
    prompts: pl.DataFrame, new_tokens: Mapping[str, int]
) -> Iterator[tuple[pl.DataFrame, Decoding]]:
    """Yield the PROMPTS that are answered in writing, those together that are read alike.

    new_tokens: the longest answers in tokens, by how they are read.
    """
    for kind, mask in _READ_AS.items():
        part = prompts.filter(mask)
        if len(part):
            yield with_text(part), Decoding(new_tokens[kind], _STOP[kind])
