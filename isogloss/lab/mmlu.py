"""Questions on known people in MMLU's form, so that MMLU's variants can be asked of lab models."""

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from isogloss.barrier.mmlu_prompts import AWARE, OPTION_IDS, TRANSLATE, ask, heading
from isogloss.corpora.draw import shuffled
from isogloss.corpora.mmlu import LETTERS, TEXTS, table
from isogloss.corpora.mmlu_demonstrations import SHOTS
from isogloss.corpora.mmlu_subjects import DOMAIN, LAB_SUBJECTS
from isogloss.errors import IsoglossError
from isogloss.lab.quiz import lab_quiz
from isogloss.lab.words import LabWords
from isogloss.lab.world import LabFact, World

SUBJECT_OF = {subject.removeprefix("lab_"): subject for subject in LAB_SUBJECTS}


def lab_mmlu(
    facts: Sequence[LabFact], world: World, words: Mapping[str, LabWords], seed: int
) -> tuple[pl.DataFrame, dict[str, dict[str, str]]]:
    """Return English QUESTIONS of the splits dev and test, and language -> text -> translation.

    A subject is an attribute that only the lab asks for. The first five of its questions, in an
    order drawn by `seed`, are the dev split.
    """
    asked = [fact for fact in facts if fact.attribute in SUBJECT_OF]
    quiz = lab_quiz(asked, world, words, seed)
    by_language = {
        language: {row["id"]: row for row in quiz.filter(language=language).iter_rows(named=True)}
        for language in words
    }
    rows: list[tuple[object, ...]] = []
    for attribute, subject in SUBJECT_OF.items():
        ids = shuffled([f.id for f in asked if f.attribute == attribute], seed, "mmlu", attribute)
        for split, part in (("dev", ids[:SHOTS]), ("test", ids[SHOTS:])):
            for number, name in enumerate(part):
                row = by_language["en"][name]
                texts = [row[column] for column in TEXTS]
                about = (split, "english", "en", subject, DOMAIN[subject], number)
                rows.append((*about, *texts, row["answer"], ["en"] * len(TEXTS)))
    translations: dict[str, dict[str, str]] = {language: {} for language in words}
    for language, of_language in by_language.items():
        for name, row in of_language.items():
            for column in TEXTS:
                text, other = by_language["en"][name][column], row[column]
                if translations[language].setdefault(text, other) != other:
                    raise IsoglossError(
                        f"lab: {text!r} is {translations[language][text]!r} and {other!r} in "
                        f"{language!r}; word one of the questions or values differently"
                    )
    return table(rows), translations


def mmlu_prompt(row: Mapping[str, str]) -> str:
    """Return how MMLU puts a question (a row of QUIZ), up to the answer, in its own language."""
    return heading(SUBJECT_OF[row["attribute"]]) + ask(row, LETTERS, "none") + " "


def prompt_words() -> Iterator[str]:
    """Yield texts that hold every word of MMLU's prompts but for questions and options."""
    for subject in LAB_SUBJECTS:
        yield heading(subject)
    yield from AWARE.values()
    yield TRANSLATE
    row = dict.fromkeys(TEXTS, "")
    yield ask(row, LETTERS, "translate")
    for ids in OPTION_IDS.values():
        yield ask(row, ids, "none")
        yield " ".join(ids)
