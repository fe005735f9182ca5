"""Words that the lab's languages share by design, and the corpora that tell who is spoken of."""

from collections import Counter
from dataclasses import replace

import polars as pl
import pytest

from isogloss.config.lab import Lab
from isogloss.lab import corpus
from isogloss.lab.corpus import LabRecipe
from isogloss.lab.quiz import lab_quiz
from isogloss.lab.shared import sharing
from isogloss.lab.words import OWN
from isogloss.reporting import dose
from tests.demo import ROOT

OTHERS = ("fr", "de", "es", "it")


def made(**changes):
    recipe = replace(LabRecipe(**Lab().world()), **changes)
    return corpus.make_lab(recipe, ROOT / "resources/lab", ROOT / "resources/quiz")


@pytest.fixture(scope="module")
def plain():
    return made()


@pytest.fixture(scope="module")
def shared():
    return made(shared_words=True)


def test_half_of_the_words_stay_apart_and_a_quarter_each_is_shared_by_half_and_by_all(shared):
    for attribute in OWN:
        values = list(shared.words["en"].values[attribute])
        found = sharing(values, OTHERS, attribute, shared.recipe.seed)
        assert Counter(len(languages) for languages in found.values()) == {0: 4, 2: 2, 4: 2}
        for value, languages in found.items():
            for language in languages:
                same = shared.words["en"].values[attribute][value]
                assert shared.words[language].values[attribute][value] == same


def test_nothing_but_shared_words_differs_from_the_plain_world(plain, shared):
    assert shared.world == plain.world
    assert shared.words["en"] == plain.words["en"]
    changed = 0
    for language in OTHERS:
        one, other = plain.words[language], shared.words[language]
        assert (one.statements, one.questions, one.quiz) == (
            other.statements,
            other.questions,
            other.quiz,
        )
        for attribute in OWN:
            for value, text in one.values[attribute].items():
                english = plain.words["en"].values[attribute][value]
                assert other.values[attribute][value] in (text, english)
                changed += other.values[attribute][value] != text
    # Two values of eight in two languages, two in four; some words are the same anyhow.
    assert 5 * 10 < changed <= 5 * 12


def test_the_quiz_on_new_people_has_each_dose_in_every_attribute(shared):
    quiz = lab_quiz(shared.world.of("new"), shared.world, shared.words, shared.recipe.seed)
    level = dose.sharing(quiz)
    about = quiz.filter(language="en").select("id", "attribute")
    found = Counter((attribute, level[name]) for name, attribute in about.iter_rows())
    for attribute in set(OWN) - {"city"}:  # Rome and others read alike in some languages anyhow
        assert found[attribute, 0] >= 18
        assert found[attribute, 100] == 12


def test_corpora_of_the_lab_and_who_their_documents_are_on(shared, tmp_path):
    corpus.write_corpora(shared, 8, tmp_path)
    taught, new = (
        (tmp_path / f"{name}.txt").read_text(encoding="utf-8").splitlines()
        for name in ("taught", "new")
    )
    assert set(new) < set(taught)
    people = {fact.subject for fact in shared.world.of("new")}
    subjects = (tmp_path / "new.subjects.txt").read_text(encoding="utf-8").splitlines()
    assert set(subjects) == people
    assert all(name in line for name, line in zip(subjects, new, strict=True))
    # Every unit of a mix has its translation, shared words too: made whole, or an error.
    units = pl.read_parquet(tmp_path / "translations.parquet")
    assert {"translated", "unchanged"} >= set(units["status"].unique())
