"""The shipped Harry Potter quiz: 300 questions in any of 16 languages (paper B, appendix C)."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from isogloss.corpora.draw import shuffled
from isogloss.corpora.hp_facts import Fact, pool, read_facts
from isogloss.corpora.hp_family import RELATIONS, Family
from isogloss.corpora.hp_words import check_languages, read_words
from isogloss.corpora.mmlu import LETTERS
from isogloss.errors import IsoglossError
from isogloss.frames import Column, Frame

QUIZ = Frame(
    name="Harry Potter quiz",
    columns={
        "id": Column(pl.String(), "question, the same in every language"),
        "language": Column(pl.String(), "language of question and options"),
        "topic": Column(pl.String(), "character or spell; unknown in the published quiz"),
        "subject": Column(pl.String(), "who or what is asked about; published: unknown"),
        "attribute": Column(pl.String(), "what is asked; published: unknown"),
        "question": Column(pl.String(), "question text"),
        **{letter: Column(pl.String(), f"option {letter}") for letter in LETTERS},
        "answer": Column(pl.String(), "letter of the right option"),
        "in_name": Column(
            pl.Boolean(),
            "the subject's name alone tells the answer: a spell's kind is in it, or only the right "
            "option has its family name; empty in the published quiz",
            nullable=True,
        ),
    },
    key=("language", "id"),
)
# At most so many wrong options have the right one's family name, so that the name alone is no hint.
_NAMESAKES = 2


def build(folder: Path, languages: Sequence[str], seed: int = 42) -> pl.DataFrame:
    """Return QUIZ in the languages, from the facts and the wording in `folder`.

    Every question has the same options in the same places in every language. Three wrong options
    are drawn from the attribute's other values, none of which is true of the subject, and each
    letter is right equally often. The draws depend on `seed` alone, not on the languages.
    Raises IsoglossError for an unknown language and for mistakes in the folder.
    """
    check_languages(languages)
    facts, family = read_facts(folder)
    letters = _letters(facts, seed)
    options = {fact.id: _options(fact, letters[fact.id], family, seed) for fact in facts}
    rows: list[tuple[object, ...]] = []
    for language in languages:
        words = read_words(folder, language)
        for fact in facts:
            drawn = options[fact.id]
            texts = [words.option(fact.attribute, value) for value in drawn]
            question = words.question(fact.attribute, fact.subject)
            about = (fact.topic, fact.subject, fact.attribute)
            answer = (letters[fact.id], _in_name(fact, drawn))
            rows.append((fact.id, language, *about, question, *texts, *answer))
    return table(rows)


def table(rows: Sequence[tuple[object, ...]]) -> pl.DataFrame:
    """Return QUIZ of rows in its columns' order."""
    schema = {name: column.dtype for name, column in QUIZ.columns.items()}
    return QUIZ.check(pl.DataFrame(rows, schema=schema, orient="row"))


def _letters(facts: Sequence[Fact], seed: int) -> Mapping[str, str]:
    """Deal out the letters in turn, characters before spells: balanced in each topic, too."""
    order = [
        question
        for topic in ("character", "spell")
        for question in shuffled([f.id for f in facts if f.topic == topic], seed, "letters")
    ]
    return {question: LETTERS[place % len(LETTERS)] for place, question in enumerate(order)}


def _options(fact: Fact, letter: str, family: Family, seed: int) -> list[str]:
    """Return the values of A to D, the right one at `letter`."""
    wrong = [
        value
        for value in pool(fact.attribute, family)
        if value not in fact.true and value != fact.subject
    ]
    drawn = shuffled(wrong, seed, "options", fact.id)
    if fact.attribute in RELATIONS:
        namesakes = [x for x in drawn if _related_names(x, fact.value)][:_NAMESAKES]
        others = [x for x in drawn if not _related_names(x, fact.value)]
        few = {*namesakes, *others[: len(LETTERS) - 1 - len(namesakes)]}
        drawn = [x for x in drawn if x in few]
    if len(drawn) < len(LETTERS) - 1:
        raise IsoglossError(
            f"quiz: {fact.attribute} of {fact.subject!r} has only {len(drawn)} wrong values; "
            "3 are needed: take values out of its column `also`"
        )
    place = LETTERS.index(letter)
    return [*drawn[:place], fact.value, *drawn[place : len(LETTERS) - 1]]


def _in_name(fact: Fact, options: Sequence[str]) -> bool:
    if fact.attribute not in RELATIONS:
        return fact.kind_in_name
    return [x for x in options if _related_names(x, fact.subject)] == [fact.value]


def _related_names(one: str, other: str) -> bool:
    return bool(_family_names(one) & _family_names(other))


def _family_names(name: str) -> set[str]:
    """Return both parts of a double name; the number of a namesake is none."""
    return set([part for part in name.split() if set(part) - set("IVX")][-1].split("-"))
