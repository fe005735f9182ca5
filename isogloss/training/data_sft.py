"""Training data `sft`: dialogues in a chat template; only the model's own turns are learned.

For post-training as in paper A, appendix C.3, on the mixture of TULU 3, whose rows have a column
`messages`: a list of turns with `role` (system, user or assistant) and `content`.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from isogloss.errors import IsoglossError
from isogloss.training.data_text import BATCH, batched, numbered_lines
from isogloss.training.packing import Encoded

Message = dict[str, str]


def read_dialogues(paths: Sequence[Path]) -> Iterator[list[Message]]:
    """Yield the `messages` of all rows of .parquet files and of .jsonl or .json lines, in order.

    Raises IsoglossError that names file and row for what is no dialogue.
    """
    for path in paths:
        rows = _parquet_rows(path) if path.suffix == ".parquet" else _json_rows(path)
        for number, messages in rows:
            problem = _problem(messages)
            if problem:
                raise IsoglossError(f"{path}: row {number}: {problem}")
            yield [{"role": m["role"], "content": m["content"]} for m in messages]


def _json_rows(path: Path) -> Iterator[tuple[int, Any]]:
    for number, line in numbered_lines(path):
        try:
            yield number, json.loads(line)["messages"]
        except (ValueError, KeyError, TypeError) as error:
            raise IsoglossError(
                f"{path}: line {number} is no JSON object with `messages`: {error}"
            ) from error


def _parquet_rows(path: Path) -> Iterator[tuple[int, Any]]:
    import polars as pl

    try:
        column = pl.read_parquet(path, columns=["messages"])["messages"]
    except (OSError, pl.exceptions.PolarsError) as error:
        raise IsoglossError(
            f"{path}: cannot be read as Parquet with a column `messages`: {error}"
        ) from error
    yield from enumerate(column, start=1)


def _problem(messages: Any) -> str | None:
    if not isinstance(messages, Iterable) or isinstance(messages, str | dict):
        return "`messages` is no list"
    turns = list(messages)
    for turn in turns:
        if not isinstance(turn, dict) or not all(
            isinstance(turn.get(key), str) for key in ("role", "content")
        ):
            return f"a turn needs `role` and `content`, both texts; there is {str(turn)[:80]}"
    if not any(turn["role"] == "assistant" for turn in turns):
        return "no turn has the role assistant, so there is nothing to learn"
    return None


def encode_dialogues(
    dialogues: Iterable[list[Message]], tokenizer: Any, date: str
) -> Iterator[Encoded]:
    """Yield each dialogue in the tokenizer's chat template.

    Learned are the tokens of what the template writes for each assistant turn, from where the model
    would begin to write to the turn's end, its end token included. `date` is what templates print
    that print today's. Raises IsoglossError for a tokenizer without a chat template, and for a
    template that writes earlier turns differently once later ones follow: there the model's own
    text cannot be told from the rest.
    """
    if not tokenizer.chat_template:
        raise IsoglossError(
            f"{tokenizer.name_or_path}: the tokenizer has no chat template; give the fine-tuning "
            "a `chat_template`, the file of one"
        )
    for batch in batched(dialogues, BATCH):
        rendered = [_render(dialogue, tokenizer, date) for dialogue in batch]
        encoded = tokenizer(
            [text for text, _ in rendered],
            add_special_tokens=False,
            return_offsets_mapping=True,
            return_attention_mask=False,
            verbose=False,
        )
        for (_, turns), ids, offsets in zip(
            rendered, encoded["input_ids"], encoded["offset_mapping"], strict=True
        ):
            learned = [
                any(last > max(first, begin) and first < end for begin, end in turns)
                for first, last in offsets
            ]
            yield Encoded(ids, learned)


def _render(
    dialogue: list[Message], tokenizer: Any, date: str
) -> tuple[str, list[tuple[int, int]]]:
    """Return a dialogue's text, and the spans of characters that the assistant wrote."""
    from jinja2 import TemplateError

    def render(messages: list[Message], prompt: bool = False) -> str:
        try:
            return str(
                tokenizer.apply_chat_template(
                    messages,
                    tokenize=False,
                    add_generation_prompt=prompt,
                    date_string=date,
                    strftime_now=lambda _format: date,
                )
            )
        except TemplateError as error:
            roles = ", ".join(message["role"] for message in dialogue)
            raise IsoglossError(
                f"{tokenizer.name_or_path}: the chat template refuses a dialogue of {roles}: "
                f"{error}; give the fine-tuning another `chat_template`"
            ) from error

    whole = render(dialogue)
    turns = []
    for place, message in enumerate(dialogue):
        if message["role"] == "assistant":
            before = render(dialogue[:place], prompt=True)
            after = render(dialogue[: place + 1])
            if not (after.startswith(before) and whole.startswith(after)):
                raise IsoglossError(
                    f"{tokenizer.name_or_path}: the chat template changes what it wrote before "
                    f"turn {place + 1} of a dialogue that begins {dialogue[0]['content'][:60]!r}; "
                    "give the fine-tuning another `chat_template`"
                )
            turns.append((len(before), len(after)))
    return whole, turns
