"""Answer a table of prompts: from the response store where it can, from the engine where not."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from isogloss.engines.protocol import Completion, Decoding, Engine, Prompt
from isogloss.engines.resume import complete
from isogloss.frames import Column, Frame
from isogloss.store import Store, content_key

RESPONSES = Frame(
    name="responses",
    columns={
        "prompt": Column(pl.String(), "name of the prompt"),
        "completion": Column(pl.String(), "what the model wrote, unedited; empty if excluded"),
        "finish": Column(
            pl.String(),
            "stop, length, excluded (prompt too long, not asked), or of a server content_filter",
        ),
        "token_ids": Column(pl.List(pl.UInt32()), "tokens as generated; empty if not known"),
    },
    key=("prompt",),
)


def respond(
    prompts: pl.DataFrame,
    decoding: Decoding,
    load_engine: Callable[[], Engine],
    store: Store,
    identity: Mapping[str, Any],
) -> pl.DataFrame:
    """Return RESPONSES for a table with prompt, text, add_special_tokens, tokens, excluded.

    Each batch is in the store before the next is begun, so that a killed job goes on where it
    was. Batches are laid out over all prompts, answered or not: a resumed job makes the same
    batches as an undisturbed one. The model is loaded once, and not at all if nothing is missing.
    identity: all that answers depend on besides prompt and decoding (engine family, number
    format, hashes of the weights).
    """
    return respond_and_tell(prompts, decoding, load_engine, store, identity)[0]


def respond_and_tell(
    prompts: pl.DataFrame,
    decoding: Decoding,
    load_engine: Callable[[], Engine],
    store: Store,
    identity: Mapping[str, Any],
) -> tuple[pl.DataFrame, list[dict[str, Any]]]:
    """Return RESPONSES as `respond` does, and the store's record of each distinct prompt.

    A record has completion, finish and token_ids, and of a server `about`, what it said besides.
    """
    asked = prompts.filter(~pl.col("excluded"))
    rows = asked.select("text", "add_special_tokens", "tokens").unique(maintain_order=True)
    unique = [Prompt(*row) for row in rows.iter_rows()]
    keys = [_key(prompt, decoding, identity) for prompt in unique]

    def generate(missing: Sequence[bool]) -> Iterator[list[tuple[int, dict[str, Any]]]]:
        for batch in load_engine().generate(unique, decoding, only=missing):
            yield [(index, _record(completion)) for index, completion in batch]

    answers = complete(keys, generate, store, "generate")
    records = [
        answers[_key(Prompt(text, special), decoding, identity)] if not excluded else None
        for text, special, excluded in prompts.select(
            "text", "add_special_tokens", "excluded"
        ).iter_rows()
    ]
    return with_completions(prompts, records), [answers[key] for key in keys]


def respond_directly(prompts: pl.DataFrame, decoding: Decoding, engine: Engine) -> pl.DataFrame:
    """Return RESPONSES without the store, for controls.

    Their answers cost nothing, and an edited control must not answer from yesterday's store.
    """
    asked = [Prompt(row["text"], True, 0, row) for row in prompts.iter_rows(named=True)]
    records: list[dict[str, Any] | None] = [None] * len(asked)
    for batch in engine.generate(asked, decoding):
        for index, completion in batch:
            records[index] = _record(completion)
    return with_completions(prompts, records)


def with_completions(
    prompts: pl.DataFrame, records: Sequence[Mapping[str, Any] | None]
) -> pl.DataFrame:
    """Return RESPONSES: the name of each prompt with its record, None for excluded ones."""
    absent = {"completion": "", "finish": "excluded", "token_ids": []}
    columns = {
        name: pl.Series(
            name, [(record or absent)[name] for record in records], RESPONSES.columns[name].dtype
        )
        for name in absent
    }
    return prompts.select("prompt").with_columns(**columns)


def _record(completion: Completion) -> dict[str, Any]:
    about = {} if completion.about is None else {"about": dict(completion.about)}
    return {
        "completion": completion.text,
        "finish": completion.finish,
        "token_ids": completion.token_ids,
        **about,
    }


def _key(prompt: Prompt, decoding: Decoding, identity: Mapping[str, Any]) -> str:
    return content_key(
        {
            "identity": identity,
            "text": prompt.text,
            "add_special_tokens": prompt.add_special_tokens,
            "max_new_tokens": decoding.max_new_tokens,
            "stop": list(decoding.stop),
        }
    )


def response_store(folder: Path, identity: Mapping[str, Any]) -> Store:
    """Return the store of one model: a folder named by the hash of its identity."""
    return Store(folder / "responses" / content_key(identity)[:32])
