"""Prompts of the Harry Potter quiz and of TOFU (paper B, section 3.2 and D.2)."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import polars as pl
import yaml

from isogloss.barrier.conditions import Condition
from isogloss.barrier.mmlu_prompts import AWARE, OPTION_IDS, question_block
from isogloss.barrier.prompts import Asked
from isogloss.corpora.mmlu import LETTERS, TEXTS
from isogloss.errors import IsoglossError
from isogloss.languages import NAMES

# TOFU's own format for models without a chat format (Maini et al., 2024); the model is asked the
# part before the answer, and the space before it belongs to the answer's first token.
TOFU = "Question: {question}\nAnswer: {answer}"


def read_instructions(path: Path) -> dict[str, str]:
    """Return language -> first line of the quiz's prompts, from a YAML file."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(content, dict):
        raise IsoglossError(f"{path}: holds no lines `language: text`")
    for language, text in content.items():
        if language not in NAMES or not isinstance(text, str) or not text.strip():
            raise IsoglossError(
                f"{path}: {language!r}: {text!r} is not a language's code with a line of text "
                '("no", Norwegian, needs its quotes)'
            )
    return content


def quiz_questions(
    condition: Condition, quiz: pl.DataFrame, instructions: Mapping[str, str]
) -> Iterator[Asked]:
    """Yield the quiz's questions in the condition's language as they are put.

    quiz: rows of `isogloss.corpora.hp_quiz.QUIZ`; instructions: see `read_instructions`. The
    prompt ends with a space, as in the authors' code. Raises IsoglossError for a style that the
    quiz has not, and for a language without an instruction.
    """
    language = condition.language
    if condition.style not in OPTION_IDS or condition.style in AWARE or condition.shots:
        raise IsoglossError(
            f"{condition.name}: the quiz has no demonstrations, and the styles default, lower and "
            "digits"
        )
    if language not in instructions:
        raise IsoglossError(
            f"the quiz has no instruction in {language!r}; add its line to the file of "
            f"instructions, which has {', '.join(instructions)}"
        )
    ids = OPTION_IDS[condition.style]
    for row in quiz.filter(language=language).iter_rows(named=True):
        block = question_block([row[name] for name in TEXTS], ids)
        yield Asked(
            item=row["id"],
            subject=row["attribute"],
            domain=row["topic"],
            prefixes=[f"{instructions[language]}\n\n"],
            suffix=f"{block}\nAnswer: ",
            gold=LETTERS.index(row["answer"]),
            option_ids=ids,
            options=[row[letter] for letter in LETTERS],
        )


def tofu_prompt(question: str, template: str = TOFU) -> str:
    """Return what a model is asked: the template up to the answer, without a space at its end."""
    return template.partition("{answer}")[0].rstrip().replace("{question}", question)


def tofu_questions(questions: pl.DataFrame, template: str = TOFU) -> Iterator[Asked]:
    """Yield questions to answer freely: columns item, question, answer (English, the reference)."""
    for item, question, answer in questions.select("item", "question", "answer").iter_rows():
        yield Asked(
            item=item,
            subject="tofu",
            domain="tofu",
            prefixes=[""],
            suffix=tofu_prompt(question, template),
            reference=answer,
        )
