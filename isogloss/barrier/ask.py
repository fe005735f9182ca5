"""All prompts of one model: every condition's questions, in one table."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from isogloss.barrier.conditions import Condition
from isogloss.barrier.mmlu_prompts import mmlu_questions
from isogloss.barrier.other_prompts import quiz_questions, tofu_questions
from isogloss.barrier.prompts import PROMPTS, Asked, Room, TooLong, build_prompts
from isogloss.errors import IsoglossError
from isogloss.progress import progress


@dataclass(frozen=True)
class Tables:
    """What is asked: tables by task, and what belongs to them; None where no condition needs it.

    mmlu: QUESTIONS and DEMONSTRATIONS; quiz: QUIZ and the instruction of each language; tofu: the
    questions in each language. lab: QUIZ of the lab by task.
    """

    mmlu: pl.DataFrame | None = None
    demonstrations: pl.DataFrame | None = None
    quiz: pl.DataFrame | None = None
    instructions: Mapping[str, str] | None = None
    tofu: pl.DataFrame | None = None
    lab: Mapping[str, pl.DataFrame] = field(default_factory=dict)


def questions_of(condition: Condition, tables: Tables) -> Iterator[Asked]:
    """Yield the questions of a condition; raise IsoglossError where the tables have none."""
    asked: Iterator[Asked] | None = None
    if condition.task == "mmlu" and tables.mmlu is not None:
        rows = tables.mmlu.filter(
            split="test", variant=condition.variant, language=condition.language
        )
        if len(rows):
            asked = mmlu_questions(condition, rows, tables.demonstrations)
    elif condition.task == "quiz" and tables.quiz is not None and tables.instructions is not None:
        asked = quiz_questions(condition, tables.quiz, tables.instructions)
    elif condition.task in tables.lab and tables.instructions is not None:
        asked = quiz_questions(condition, tables.lab[condition.task], tables.instructions)
    elif condition.task == "tofu" and tables.tofu is not None:
        rows = tables.tofu.filter(language=condition.language)
        if len(rows):
            asked = tofu_questions(rows)
    if asked is None:
        raise IsoglossError(
            f"{condition.name}: the data has no such questions; build them (barrier.mmlu.variants "
            "and languages, barrier.quiz.languages), or take the condition out of the evaluation"
        )
    return asked


def ask_all(
    conditions: Sequence[Condition],
    tables: Tables,
    *,
    count_tokens: Callable[[list[str], bool], list[int]] | None,
    context_length: int,
    new_tokens: Mapping[str, int],
    too_long: TooLong,
) -> pl.DataFrame:
    """Return PROMPTS of all conditions, in their order.

    count_tokens: (texts, add_special_tokens) -> lengths, None for controls. new_tokens: the
    longest written answers by `written_as`.
    """
    frames = []
    for condition in progress(conditions, "prompts", "condition"):
        longest = new_tokens[written_as(condition)] if condition.generated else 1
        room = Room(count_tokens, context_length, longest, too_long)
        frames.append(build_prompts(condition, questions_of(condition, tables), room))
    return PROMPTS.check(pl.concat(frames))


def written_as(condition: Condition | Mapping[str, Any]) -> str:
    """Return how a written answer is read: first-token, translate or tofu."""
    fields = condition if isinstance(condition, Mapping) else vars(condition)
    if fields["scoring"] == "first-token":
        return "first-token"
    return "translate" if fields["demonstrations"] == "translate" else "tofu"
