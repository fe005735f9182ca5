"""MMLU prompts, byte for byte: the format of Hendrycks et al. (2021) and paper B's changes to it.

Paper B, section 4.1 and table 5, with its public code where the table lost characters. The
heading names the subject after two spaces, as Hendrycks' code does ("about  anatomy").
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from isogloss.barrier.conditions import Condition
from isogloss.barrier.prompts import Asked
from isogloss.corpora.mmlu import LETTERS, TEXTS
from isogloss.errors import IsoglossError, nearest

OPTION_IDS: Mapping[str, Sequence[str]] = {
    "default": LETTERS,
    "lower": ("a", "b", "c", "d"),
    "digits": ("1", "2", "3", "4"),
    "aware-0": LETTERS,
    "aware-1": LETTERS,
}
# Said after the heading's sentence.
AWARE = {
    "aware-0": "Keep in mind that the question and options may be presented in various languages.",
    "aware-1": "Remember that the question and options can be in different languages.",
}
TRANSLATE = f"{AWARE['aware-1']} First translate them all to English. Then output the answer."
# Between a mixed question and the same question in English.
_THEN_TRANSLATE = (
    "\nAnswer: \nTranslate the question and options into English, and then answer.\nQuestion: "
)


def heading(subject: str, instruction: str = "", subject_spaces: int = 2) -> str:
    """Return the first paragraph of a prompt, with the empty line after it.

    subject_spaces: 2 as in Hendrycks et al.'s code, 1 as in lm-evaluation-harness.
    """
    name = " " * subject_spaces + subject.replace("_", " ")
    sentence = f"The following are multiple choice questions (with answers) about{name}."
    return f"{sentence} {instruction}\n\n" if instruction else f"{sentence}\n\n"


def question_block(texts: Sequence[str], option_ids: Sequence[str]) -> str:
    """Return a question and its options, one a line; `texts`: question, A, B, C, D."""
    question, *options = texts
    return question + "".join(
        f"\n{name}. {text}" for name, text in zip(option_ids, options, strict=True)
    )


def ask(row: Mapping[str, Any], option_ids: Sequence[str], kind: str) -> str:
    """Return the question to answer, the end of a prompt; `row`: one of QUESTIONS.

    kind: of the demonstrations; after `translate` ones the model goes on with its translation.
    """
    block = question_block([row[name] for name in TEXTS], option_ids)
    return f"Question: {block}{_THEN_TRANSLATE}" if kind == "translate" else f"{block}\nAnswer:"


def demonstrate(row: Mapping[str, Any], option_ids: Sequence[str], kind: str) -> str:
    """Return an answered question; `row`: one of DEMONSTRATIONS (`isogloss.corpora`)."""
    answer = option_ids[LETTERS.index(row["answer"])]
    shown = ask(row, option_ids, kind)
    if kind == "translate":
        english = [row[f"english_{name}"] for name in TEXTS]
        shown += f"{question_block(english, option_ids)}\nAnswer:"
    return f"{shown} {answer}\n\n"


def mmlu_questions(
    condition: Condition,
    questions: pl.DataFrame,
    demonstrations: pl.DataFrame | None,
    subject_spaces: int = 2,
) -> Iterator[Asked]:
    """Yield the questions of one condition as they are put, in the table's order.

    questions: QUESTIONS to answer, all of the condition's variant and language. demonstrations:
    DEMONSTRATIONS of all kinds, None without shots. A subject that has fewer than the condition's
    shots is asked with those it has. Raises IsoglossError where it has none, and for a style or
    kind that MMLU has not.
    """
    ids = OPTION_IDS.get(condition.style)
    if ids is None:
        hint = nearest(condition.style, OPTION_IDS)
        raise IsoglossError(f"MMLU has no prompt style {condition.style!r}{hint}")
    if condition.demonstrations == "translate" and condition.style in AWARE:
        raise IsoglossError(
            f"translate-then-answer has an instruction of its own, so style {condition.style!r} "
            "does not go with it: list the style in an evaluation without `translate`"
        )
    instruction = AWARE.get(condition.style, "")
    if condition.demonstrations == "translate":
        instruction = TRANSLATE
    shown = _shown(condition, questions, demonstrations)
    prefixes: dict[str, list[str]] = {}
    for subject in questions["subject"].unique(maintain_order=True):
        texts = [demonstrate(row, ids, condition.demonstrations) for row in shown[subject]]
        first = heading(subject, instruction, subject_spaces)
        counts = range(len(texts), -1, -1)
        prefixes[subject] = [first + "".join(texts[:count]) for count in counts]
    for row in questions.iter_rows(named=True):
        yield Asked(
            item=f"{row['subject']}/{row['number']}",
            subject=row["subject"],
            domain=row["domain"],
            prefixes=prefixes[row["subject"]],
            suffix=ask(row, ids, condition.demonstrations),
            gold=LETTERS.index(row["answer"]),
            option_ids=ids,
            options=[row[letter] for letter in LETTERS],
        )


def _shown(
    condition: Condition, questions: pl.DataFrame, demonstrations: pl.DataFrame | None
) -> dict[str, list[dict[str, Any]]]:
    """Return subject -> demonstrations, the first `shots` of its dev questions."""
    subjects = questions["subject"].unique(maintain_order=True).to_list()
    if not condition.shots:
        return {subject: [] for subject in subjects}
    if demonstrations is None:
        raise IsoglossError(f"{condition.name}: needs demonstrations, and there are none")
    kind = condition.demonstrations
    of_kind = demonstrations.filter(pl.col("kind") == kind, pl.col("place") <= condition.shots)
    if kind != "english":
        of_kind = of_kind.filter(variant=condition.variant, language=condition.language)
    found: dict[str, list[dict[str, Any]]] = {subject: [] for subject in subjects}
    for row in of_kind.sort("place").iter_rows(named=True):
        if row["subject"] in found:
            found[row["subject"]].append(row)
    for subject, rows in found.items():
        if not rows:
            raise IsoglossError(
                f"{condition.name}: {subject} has no {kind} demonstration; take the condition out "
                "of the evaluation, or have the subject's dev questions translated"
            )
    return found
