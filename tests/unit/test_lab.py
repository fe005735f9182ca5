"""The lab: its world, its wording and translations, its corpora, and what its table says."""

import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from isogloss.barrier.other_prompts import read_instructions
from isogloss.config.lab import Lab
from isogloss.corpora.hp_facts import read_facts
from isogloss.corpora.hp_quiz import QUIZ, build
from isogloss.corpora.mix_file import mix_file, needed_units
from isogloss.corpora.mixing import mix_of
from isogloss.corpora.mmlu import LETTERS
from isogloss.errors import IsoglossError
from isogloss.lab import corpus
from isogloss.lab.corpus import LabRecipe
from isogloss.lab.quiz import lab_quiz
from isogloss.lab.text import exact_translations, quiz_prompt
from isogloss.lab.train import word_tokenizer
from isogloss.lab.words import Statement, read_lab_words
from isogloss.translation.lookup import TableLookup

ROOT = Path(__file__).parents[2]
WORDING, QUIZ_FOLDER = ROOT / "resources/lab", ROOT / "resources/quiz"
INSTRUCTIONS = ROOT / "config/prompts/hp_quiz.yaml"
LANGUAGES = ("en", "fr", "de", "es", "it")
CHUNK = 8


@pytest.fixture(scope="module")
def lab():
    return corpus.make_lab(LabRecipe(**Lab().world()), WORDING, QUIZ_FOLDER)


@pytest.fixture(scope="module")
def instructions():
    found = read_instructions(INSTRUCTIONS)
    return {code: found[code] for code in LANGUAGES}


@pytest.fixture(scope="module")
def files(lab, tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab")
    corpus.write_corpora(lab, CHUNK, folder)
    return folder


def test_relations_of_known_people_do_not_contradict_each_other(lab):
    facts = {(f.subject, f.attribute): f.value for f in lab.world.of("known")}
    checked = 0
    for (subject, attribute), value in facts.items():
        if attribute in ("father", "mother"):
            # Whose father is X is X's son or daughter, where X has one alone and it is told.
            wanted = "son" if facts[subject, "gender"] == "male" else "daughter"
            if (value, wanted) in facts:
                assert facts[value, wanted] == subject
                checked += 1
        if attribute == "husband":
            assert facts.get((value, "wife"), subject) == subject
            assert (facts[subject, "gender"], facts[value, "gender"]) == ("female", "male")
            checked += 1
    assert checked > 30


def test_each_value_is_about_equally_frequent_and_no_fact_comes_twice(lab):
    ids = [fact.id for fact in lab.world.facts]
    assert len(ids) == len(set(ids))
    for world in ("known", "new"):
        cities = Counter(f.value for f in lab.world.of(world) if f.attribute == "city")
        assert len(cities) == 8
        assert max(cities.values()) - min(cities.values()) <= 1


def test_names_are_told_apart_in_both_worlds_and_from_the_quiz(lab):
    parts = {
        world: {word for f in lab.world.of(world) for word in f.subject.split()}
        for world in ("known", "new")
    }
    facts, _ = read_facts(QUIZ_FOLDER)
    quiz = {word for fact in facts for word in fact.subject.split()}
    assert not parts["known"] & parts["new"]
    assert not (parts["known"] | parts["new"]) & quiz


def test_nothing_new_is_in_what_the_base_model_learns(lab, instructions, tmp_path):
    corpus.write_known(lab, instructions, 2, tmp_path / "known.jsonl")
    corpus.write_rehearsal(lab, instructions, tmp_path / "rehearsal.txt")
    facts, _ = read_facts(QUIZ_FOLDER)
    taught = {fact.subject for fact in facts} | {fact.subject for fact in lab.world.of("new")}
    lines = (tmp_path / "known.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [json.loads(line) for line in lines]
    # The instruction of every quiz has the name of the books.
    titles = re.compile("|".join(re.escape(text) for text in instructions.values()))
    learned = [_words(titles.sub("", row["prompt"]) + row["text"]) for row in texts]
    taught_names = re.compile("|".join(_words(name) for name in sorted(taught)))
    naming = [row for row, words in zip(texts, learned, strict=True) if taught_names.search(words)]
    # Names to come are met in lists of names alone, and all of them are.
    longest_first = sorted(lab.names(), key=len, reverse=True)
    for row in naming:
        rest = re.sub("|".join(map(re.escape, longest_first)), "", row["text"])
        assert (row["prompt"], set(rest)) == ("", {".", " "})
    lists = "".join(_words(row["text"]) for row in naming)
    assert all(_words(name) in lists for name in taught)
    everything = "".join(learned)
    assert all(_words(fact.subject) in everything for fact in lab.world.of("known"))
    rehearsal = (tmp_path / "rehearsal.txt").read_text(encoding="utf-8").splitlines()
    assert len(rehearsal) == lab.recipe.rehearsal
    assert set(rehearsal) <= {" ".join((row["prompt"] + row["text"]).split()) for row in texts}


def _words(text):
    """Return the words of a text with a space around each: "Duro" is not in "Durok"."""
    return " ".join(["", *re.findall(r"\w+", text), ""])


def test_the_same_seed_gives_the_same_world_and_another_one_another(lab):
    again = corpus.make_lab(lab.recipe, WORDING, QUIZ_FOLDER)
    assert again.world == lab.world
    assert again.corpus("taught", "it") == lab.corpus("taught", "it")
    other = corpus.make_lab(replace(lab.recipe, seed=7), WORDING, QUIZ_FOLDER)
    assert {f.id for f in other.world.facts}.isdisjoint({f.id for f in lab.world.of("new")})


@pytest.mark.parametrize("granularity", ["document", "sentence", "collection"])
def test_every_unit_of_a_mix_is_the_sentence_written_in_that_language(
    lab, files, tmp_path, granularity
):
    mix = mix_of({"granularity": granularity, "languages": list(LANGUAGES), "seed": 42})
    lookup = TableLookup(files / "translations.parquet", "accept")
    counts = mix_file(files / "taught.txt", tmp_path / "mixed.txt", mix, lookup.resolve)
    assert counts.dropped == counts.missing == 0
    written = {
        sentence
        for words in lab.words.values()
        for subject, attribute, value in lab.taught()
        for number in range(len(words.statements[attribute]))
        if "." not in (sentence := words.statement(Statement(subject, attribute, value, number)))
    }
    mixed = (tmp_path / "mixed.txt").read_text(encoding="utf-8").splitlines()
    sentences = [s for line in mixed if "J." not in line for s in line.rstrip(".").split(". ")]
    assert len(sentences) > 2000
    assert set(sentences) <= written
    assert set(counts.units) == set(LANGUAGES)


def test_units_of_names_with_a_full_stop_are_translated_piece_by_piece(lab, files):
    units = needed_units(
        files / "taught.txt",
        mix_of({"granularity": "sentence", "languages": list(LANGUAGES), "seed": 42}),
    )
    table = pl.read_parquet(files / "translations.parquet").filter(target="fr")
    assert any(unit.endswith("Lily J") for unit in units["fr"])
    assert set(units["fr"]) <= set(table["text"])


def test_a_unit_with_two_translations_is_an_error():
    with pytest.raises(IsoglossError, match="word one of the statements differently"):
        exact_translations(["A is B.", "A is B."], ["A est B.", "A sera B."], "fr")


def test_wording_with_the_value_before_the_subject_is_an_error(tmp_path):
    folder = tmp_path / "languages"
    folder.mkdir()
    for code in ("en", "fr"):
        text = (WORDING / f"languages/{code}.yaml").read_text(encoding="utf-8")
        if code == "fr":
            text = text.replace("{subject} habite à {value}", "À {value} habite {subject}")
        (folder / f"{code}.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(IsoglossError, match=r"fr\.yaml: statement of city"):
        read_lab_words(tmp_path, QUIZ_FOLDER, ["en", "fr"])


@pytest.mark.parametrize("world", ["known", "new"])
def test_the_labs_quiz_has_one_right_option_and_letters_in_balance(lab, world):
    facts = lab.world.of(world)
    quiz = QUIZ.check(lab_quiz(facts, lab.world, lab.words, 42))
    values = {fact.id: (fact.attribute, fact.value) for fact in facts}
    for row in quiz.iter_rows(named=True):
        options = [row[letter] for letter in LETTERS]
        assert len(set(options)) == 4
        attribute, value = values[row["id"]]
        assert row[row["answer"]] == lab.words[row["language"]].option(attribute, value)
    english = quiz.filter(language="en")
    counts = english["answer"].value_counts()["count"]
    assert counts.max() - counts.min() <= 1
    for language in LANGUAGES[1:]:
        other = quiz.filter(language=language)
        assert other["id"].to_list() == english["id"].to_list()
        assert other["answer"].to_list() == english["answer"].to_list()


def test_the_tokenizer_has_a_word_for_all_it_is_asked_and_taught(lab, instructions):
    tokenizer = word_tokenizer(corpus.vocabulary(lab, instructions), Lab().context_length)
    quizzes = [
        lab_quiz(lab.world.facts, lab.world, lab.words, 42),
        build(QUIZ_FOLDER, LANGUAGES),
    ]
    texts = [
        quiz_prompt(row, instructions[row["language"]])
        for quiz in quizzes
        for row in quiz.iter_rows(named=True)
    ]
    texts += [text for language in LANGUAGES for _, text in lab.corpus("taught", language)]
    ids = tokenizer(texts)["input_ids"]
    assert all(tokenizer.unk_token_id not in row for row in ids)
    assert max(map(len, ids)) < Lab().context_length
