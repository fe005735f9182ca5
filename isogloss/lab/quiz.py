"""The lab's own multiple-choice questions, as tables of the Harry Potter quiz's columns."""

from collections.abc import Mapping, Sequence

import polars as pl

from isogloss.corpora.draw import shuffled
from isogloss.corpora.hp_quiz import table
from isogloss.corpora.mmlu import LETTERS
from isogloss.lab.words import LabWords
from isogloss.lab.world import LabFact, World


def lab_quiz(
    facts: Sequence[LabFact], world: World, words: Mapping[str, LabWords], seed: int
) -> pl.DataFrame:
    """Return QUIZ of the facts in all languages; `topic` is the world, known or new.

    As in the Harry Potter quiz, a question has the same options in the same places in every
    language, three wrong ones are drawn by `seed`, and each letter is right equally often.
    """
    order = shuffled([fact.id for fact in facts], seed, "lab letters")
    place = {question: number % len(LETTERS) for number, question in enumerate(order)}
    rows: list[tuple[object, ...]] = []
    for language, wording in words.items():
        for fact in facts:
            at = place[fact.id]
            drawn = wrong_values(fact, world, seed)
            values = [*drawn[:at], fact.value, *drawn[at:]]
            rows.append(
                (
                    *(fact.id, language, fact.world, fact.subject, fact.attribute),
                    wording.question(fact.attribute, fact.subject),
                    *(wording.option(fact.attribute, value) for value in values),
                    *(LETTERS[at], False),
                )
            )
    return table(rows)


def wrong_values(fact: LabFact, world: World, seed: int) -> list[str]:
    """Return three values that are not the fact's own, nor its subject."""
    pool = world.values[fact.world, fact.attribute]
    wrong = [value for value in pool if value not in (fact.value, fact.subject)]
    return shuffled(wrong, seed, "lab options", fact.id)[: len(LETTERS) - 1]
