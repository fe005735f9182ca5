"""The lab's reading test, and how its reader learns."""

from itertools import islice
from pathlib import Path
from random import Random

import pytest
import yaml

from isogloss.config.load import load
from isogloss.errors import IsoglossError
from isogloss.lab.passages import NAMES, STATEMENTS, draw_passage, item, reader_names, sentences
from isogloss.lab.reader import (
    CURRICULUM,
    ReaderTraining,
    drills,
    everything,
    example,
    train_reader,
    vocabulary,
)
from isogloss.lab.reading_set import LANGUAGES, PASSAGES, QUESTIONS, write_reading_set
from isogloss.lab.train import word_tokenizer
from isogloss.lab.words import read_lab_words
from isogloss.training.tiny import IGNORED
from isogloss.xmrc.items import build_items
from isogloss.xmrc.templates import load_templates

ROOT = Path(__file__).parents[2]
WORDING, QUIZ = ROOT / "resources/lab", ROOT / "resources/quiz"
SHIPPED = WORDING / "reading"
CONFIG = yaml.safe_load((ROOT / "config/config.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def words():
    return read_lab_words(WORDING, QUIZ, LANGUAGES)


@pytest.fixture(scope="module")
def templates():
    return list(load_templates(ROOT / "config/prompts/xmrc.yaml").values())


@pytest.fixture(scope="module")
def tokenizer(words, templates):
    return word_tokenizer(vocabulary(words, templates, reader_names(42)), 512)


@pytest.fixture(scope="module")
def items():
    return build_items({code: SHIPPED / f"xquad.{code}.json" for code in LANGUAGES})


def test_the_shipped_files_are_those_that_the_command_writes(tmp_path):
    write_reading_set(WORDING, QUIZ, tmp_path)
    for code in LANGUAGES:
        name = f"xquad.{code}.json"
        assert (tmp_path / name).read_bytes() == (SHIPPED / name).read_bytes()


def test_the_shipped_set_is_parallel_and_asks_for_one_statement_each(items, words):
    assert items.height == len(LANGUAGES) * PASSAGES * QUESTIONS
    for row in items.iter_rows(named=True):
        told = [f"{sentence}." for sentence in row["context"].removesuffix(".").split(". ")]
        assert len(told) == STATEMENTS
        [about] = [s for s in told if _people(s, words) <= _people(row["question"], words)]
        assert row["answer"] in about


def _people(text, words):
    return {name for name in reader_names(42) if name in text.replace("?", " ").split()}


def test_people_of_a_passage_share_no_name_and_alike_values_differ(words):
    random, names = Random(1), reader_names(42)
    alike = 0
    for _ in range(200):
        passage = draw_passage(random, names, words["en"], STATEMENTS)
        assert len({name for s in passage for name in s.subject.split()}) == 2 * STATEMENTS
        if len({s.attribute for s in passage}) == 1:
            alike += 1
            assert len({s.value for s in passage}) == STATEMENTS
    # Six in ten by design, and one in 125 of the others: 0.6 of 200 within 4.5 deviations.
    assert 89 <= alike <= 153


def test_an_item_asks_in_one_language_and_answers_in_the_other(words):
    passage = draw_passage(Random(2), reader_names(42), words["en"], STATEMENTS)
    found = item(passage, 1, words["de"], words["it"])
    assert found["context"] == " ".join(sentences(passage, words["it"]))
    assert found["answer"] in sentences(passage, words["it"])[1]
    assert found["question"] == words["de"].question(passage[1].attribute, passage[1].subject)


def test_the_reader_knows_every_word_of_its_lessons_and_of_the_test(
    words, templates, tokenizer, items
):
    texts = [
        text
        for pieces in islice(drills(Random(3), words, templates, reader_names(42), STATEMENTS), 300)
        for text, _ in pieces
    ]
    texts += [*items["context"], *items["question"], *items["answer"]]
    for ids in tokenizer(texts)["input_ids"]:
        assert tokenizer.unk_token_id not in ids


def test_answers_alone_are_learned_each_with_an_end(words, tokenizer):
    pieces = everything(Random(4), words, reader_names(42), STATEMENTS)
    ids, labels = example(tokenizer, pieces)
    assert len(ids) == len(labels)
    learned = [label for label in labels if label != IGNORED]
    answers = [text for text, answer in pieces if answer]
    assert len(answers) == STATEMENTS
    assert learned.count(tokenizer.eos_token_id) == STATEMENTS
    expected = [
        number
        for text in answers
        for number in (
            *tokenizer(text, add_special_tokens=False)["input_ids"],
            tokenizer.eos_token_id,
        )
    ]
    assert learned == expected
    assert all(label in (IGNORED, number) for number, label in zip(ids, labels, strict=True))


def test_prompts_are_the_studys_own_with_none_or_two_demonstrations(words, templates):
    prompts = [
        pieces[0][0]
        for pieces in islice(drills(Random(5), words, templates, reader_names(42), 4), 200)
        if len(pieces) == 2
    ]
    assert {prompt.count("Context:") for prompt in prompts} == {1, 3}
    assert all("Your task starts here:" in prompt for prompt in prompts)


def test_the_curriculum_ends_with_all_names_and_whole_passages():
    assert sum(share for *_, share in CURRICULUM) == pytest.approx(1)
    assert CURRICULUM[-1][:2] == (NAMES, STATEMENTS)


def test_training_is_the_same_each_time(words, templates, tmp_path):
    recipe = ReaderTraining(1, 16, 2, 512, 256, 2, 20, 3e-3, 42)
    losses = [
        train_reader(words, templates, recipe, 1, tmp_path / name) for name in ("one", "other")
    ]
    assert losses[0] == losses[1]
    assert losses[0][-1] < losses[0][0]
    one, other = (tmp_path / name / "model.safetensors" for name in ("one", "other"))
    assert one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize(
    ("model", "dataset", "message"),
    [
        ("lab-base", "lab-reading", r"'lab-base' cannot find answers .* 'lab-reader' can"),
        ("lab-reader", "xquad-demo", "knows no word of dataset 'xquad-demo'; set xmrc.dataset to"),
    ],
)
def test_texts_that_a_model_has_no_words_for_are_an_error(model, dataset, message):
    xmrc = {**CONFIG["xmrc"], "models": [model], "dataset": dataset, "languages": ["en", "de"]}
    with pytest.raises(IsoglossError, match=message):
        load({**CONFIG, "xmrc": xmrc}, ROOT)
