"""Prompts of study barrier as one table: what is asked, how it is parted, and whether it fits."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

import polars as pl

from isogloss.barrier.conditions import Condition
from isogloss.barrier.scores import ABOUT
from isogloss.errors import IsoglossError
from isogloss.frames import Column, Frame

TooLong = Literal["error", "exclude", "drop-demonstrations"]

PROMPTS = Frame(
    name="prompts of study barrier",
    columns={
        **ABOUT,
        "gold": Column(pl.UInt8(), "number of the right option, from 0", nullable=True),
        "reference": Column(pl.String(), "right answer to an open question", nullable=True),
        "option_ids": Column(pl.List(pl.String()), "as in the prompt: A, B, C, D or others"),
        "options": Column(pl.List(pl.String()), "their texts"),
        "prefix": Column(pl.String(), "first part of the prompt, shared by many"),
        "suffix": Column(pl.String(), "rest of the prompt"),
        "add_special_tokens": Column(pl.Boolean(), "whether the tokenizer adds its own"),
        "kept": Column(
            pl.UInt8(),
            "demonstrations in the prompt; fewer than shots if some are missing or dropped",
        ),
        "tokens": Column(pl.UInt32(), "length of the prompt; 0 where no tokenizer is used"),
        "excluded": Column(pl.Boolean(), "too long for the model's context, so not asked"),
    },
    key=("prompt",),
)


@dataclass(frozen=True)
class Asked:
    """One question as it is put: what PROMPTS says of it, before its length is known.

    prefixes: the prefix with all demonstrations, with all but the last, ... with none.
    """

    item: str
    subject: str
    domain: str
    prefixes: Sequence[str]
    suffix: str
    gold: int | None = None
    reference: str | None = None
    option_ids: Sequence[str] = ()
    options: Sequence[str] = ()


@dataclass(frozen=True)
class Room:
    """How long a prompt may be, and what happens to one that is longer.

    count_tokens: (texts, add_special_tokens) -> lengths; None for controls, which read no tokens.
    context_length and new_tokens: tokens; an answer by probability needs one, to be comparable
    over engines. too_long: raise IsoglossError, leave the question out and count it, or drop
    demonstrations from the last until it fits (as Hendrycks et al.'s code does), counted, too.
    """

    count_tokens: Callable[[list[str], bool], list[int]] | None
    context_length: int = 0
    new_tokens: int = 1
    too_long: TooLong = "error"


def build_prompts(condition: Condition, questions: Iterable[Asked], room: Room) -> pl.DataFrame:
    """Return PROMPTS of the questions of one condition, in their order.

    Where options are scored by their texts, the longest text counts as part of the prompt's
    length. Raises IsoglossError for the longest prompt that does not fit, as `room` says.
    """
    asked = list(questions)
    if room.count_tokens is None:
        fits = [(0, 0, False)] * len(asked)
    else:
        fits = list(_fit(condition, asked, room, room.count_tokens))
    schema = {name: column.dtype for name, column in PROMPTS.columns.items()}
    rows = [
        {
            **asdict(condition),
            "prompt": f"{condition.name}/{question.item}",
            "item": question.item,
            "subject": question.subject,
            "domain": question.domain,
            "gold": question.gold,
            "reference": question.reference,
            "option_ids": list(question.option_ids),
            "options": list(question.options),
            "prefix": question.prefixes[dropped],
            "suffix": question.suffix,
            "add_special_tokens": True,
            "kept": len(question.prefixes) - 1 - dropped,
            "tokens": tokens,
            "excluded": excluded,
        }
        for question, (dropped, tokens, excluded) in zip(asked, fits, strict=True)
    ]
    return PROMPTS.check(pl.DataFrame(rows, schema=schema))


def _fit(
    condition: Condition,
    asked: Sequence[Asked],
    room: Room,
    count_tokens: Callable[[list[str], bool], list[int]],
) -> Iterator[tuple[int, int, bool]]:
    """Yield (demonstrations dropped, tokens, excluded) for each question."""
    answers = [room.new_tokens] * len(asked)
    if condition.scoring == "text":
        texts = [f" {option}" for question in asked for option in question.options]
        lengths = iter(count_tokens(texts, False) if texts else [])
        answers = [1 + max(next(lengths) for _ in question.options) for question in asked]
    tokens = count_tokens([question.prefixes[0] + question.suffix for question in asked], True)
    too_long = 0
    longest = (0, "")
    for question, length, answer in zip(asked, tokens, answers, strict=True):
        dropped = 0
        if room.too_long == "drop-demonstrations":
            while length + answer > room.context_length and dropped < len(question.prefixes) - 1:
                dropped += 1
                (length,) = count_tokens([question.prefixes[dropped] + question.suffix], True)
        excluded = length + answer > room.context_length
        if excluded:
            too_long += 1
            longest = max(longest, (length + answer, question.item))
        yield dropped, length, excluded
    if too_long and room.too_long == "error":
        raise IsoglossError(
            f"{condition.name}: {too_long} prompts with their answers are longer than the context "
            f"of {room.context_length} tokens; the longest is {longest[1]!r} with {longest[0]}. "
            "Set too_long to `exclude` to leave such questions out and count them, or to "
            "`drop-demonstrations` to ask them with fewer examples"
        )


def with_text(prompts: pl.DataFrame) -> pl.DataFrame:
    """Return PROMPTS with the column `text`, the whole prompt, for answers that are written."""
    return prompts.with_columns(text=pl.col("prefix") + pl.col("suffix"))
