"""The quiz in the index: how many questions it has, and one of them in each language."""

from pathlib import Path

import polars as pl

from isogloss.corpora.hp_quiz import QUIZ
from isogloss.errors import IsoglossError
from isogloss.languages import NAMES, in_order
from isogloss.reporting.tables.display import Entry, Grid, Group
from isogloss.reporting.tables.markdown import grid_blocks
from isogloss.reporting.tables.numbers import count, listing

LETTERS = ("A", "B", "C", "D")
TOPICS = {"character": "characters", "spell": "spells"}


def read(path: Path) -> pl.DataFrame:
    """Read QUIZ; raise IsoglossError where it is another table or has no question."""
    quiz = QUIZ.read(path)
    if quiz.is_empty():
        raise IsoglossError(f"{path}: the quiz has no question; see `barrier.quiz.languages`")
    return quiz


def questions(quiz: pl.DataFrame) -> int:
    """Return how many questions QUIZ has in each language."""
    return quiz["id"].n_unique()


def as_markdown(quiz: pl.DataFrame) -> str:
    """Return counts of QUIZ, and its first question in each language as a table."""
    first = quiz.filter(id=quiz["id"][0])
    rows = {row["language"]: row for row in first.to_dicts()}
    entries = [
        [
            Entry(code),
            Entry(NAMES[code]),
            Entry(rows[code]["question"]),
            *(Entry(rows[code][letter]) for letter in LETTERS),
            Entry(rows[code]["answer"]),
        ]
        for code in in_order(set(rows))
    ]
    notes = [
        f"n = {count(questions(quiz))} questions{_topics(quiz)} in each of {len(rows)} languages.",
        "The table has one of them; options and answer are in the same places in every language.",
    ]
    heads = ["Code", "Language", "Question", *LETTERS, "Answer"]
    grid = Grid("quiz", "", heads, [Group("", entries)], notes, left=len(heads))
    return "\n\n".join(grid_blocks(grid))


def _topics(quiz: pl.DataFrame) -> str:
    """Say how many questions each topic has; the published quiz does not name topics."""
    topics = quiz.unique("id").group_by("topic").len().sort("topic")
    known = [(topic, number) for topic, number in topics.iter_rows() if topic in TOPICS]
    each = listing([f"{count(number)} on {TOPICS[topic]}" for topic, number in known])
    return f" ({each})" if known else ""
