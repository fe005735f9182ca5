"""The lab's questions in TOFU's form: read by TOFU's own code, in words that the model knows."""

import json
from pathlib import Path

import pytest

from isogloss.barrier.tofu import english_questions, in_languages
from isogloss.config.barrier import Corpus
from isogloss.config.lab import Lab
from isogloss.corpora.tofu import read_tofu
from isogloss.engines.transformers_engine import writable
from isogloss.errors import IsoglossError
from isogloss.lab.corpus import LabRecipe, make_lab, write_tofu
from isogloss.lab.tofu import read_learned_questions
from isogloss.lab.tofu_files import ASKED, LEARNED
from isogloss.lab.words import OWN
from isogloss.translation.tables import TRANSLATIONS, Lookup

ROOT = Path(__file__).parents[2]
WORDING = ROOT / "resources/lab/tofu.yaml"
LANGUAGES = ["en", "fr", "de", "es", "it"]


@pytest.fixture(scope="module")
def lab():
    return make_lab(LabRecipe(**Lab().world()), ROOT / "resources/lab", ROOT / "resources/quiz")


@pytest.fixture(scope="module")
def folder(lab, tmp_path_factory):
    made = tmp_path_factory.mktemp("tofu")
    write_tofu(lab, read_learned_questions(WORDING), made, made / "translations.parquet")
    return made


@pytest.fixture(scope="module")
def tokenizer():
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(ROOT / "resources/lab/model")


def test_every_fact_on_new_people_is_learned_in_other_words_than_it_is_asked(lab, folder):
    learned, asked = read_tofu(folder / LEARNED), read_tofu(folder / ASKED)
    new = [fact for fact in lab.world.of("new") if fact.attribute in OWN]
    assert len(learned) == len(asked) == len(new)
    assert learned["paraphrased_question"].null_count() == len(learned)
    pairs = zip(asked["question"], asked["paraphrased_question"], strict=True)
    assert all(question != other for question, other in pairs)
    answers = dict(zip(asked["paraphrased_question"], asked["answer"], strict=True))
    english = lab.words["en"]
    for fact in new:
        question = english.question(fact.attribute, fact.subject)
        assert answers.pop(question) == english.option(fact.attribute, fact.value)
    assert not answers
    known = {fact.subject for fact in lab.world.of("known")}
    assert not any(name in question for name in known for question in asked["question"])


def test_the_first_questions_are_on_all_attributes(lab, folder):
    first = english_questions([read_tofu(folder / ASKED)], 60)
    frames = {x: lab.words["en"].questions[x].partition("{subject}")[0] for x in OWN}
    counts = {x: first["question"].str.starts_with(text).sum() for x, text in frames.items()}
    assert sum(counts.values()) == 60
    assert min(counts.values()) >= 5


def test_questions_are_the_labs_own_in_every_language(lab, folder):
    english = english_questions([read_tofu(folder / ASKED)], None)
    translations = Lookup(TRANSLATIONS.read(folder / "translations.parquet"), "accept")
    questions, missing = in_languages(english, LANGUAGES, translations)
    assert missing == 0
    assert len(questions) == len(LANGUAGES) * len(english)
    new = lab.world.of("new")
    for language in LANGUAGES:
        asked = set(questions.filter(language=language)["question"])
        assert asked == {lab.words[language].question(f.attribute, f.subject) for f in new}


def test_the_model_knows_every_word(folder, tokenizer):
    for line in (folder / ASKED).read_text().splitlines():
        for text in json.loads(line).values():
            assert tokenizer.unk_token_id not in tokenizer(text)["input_ids"], text


def test_stop_texts_that_a_vocabulary_of_words_cannot_write_are_not_looked_for(tokenizer):
    assert writable(["\nQuestion:", "Answer"], tokenizer) == ["Answer"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text.replace("city:", "town:"), "give a question for each of"),
        (lambda text: text.replace("{subject}?", "them?"), "must have {subject} once"),
        (lambda text: "- " + text, "cannot be read"),
    ],
)
def test_mistakes_in_the_wording_name_the_file(tmp_path, change, message):
    path = tmp_path / "tofu.yaml"
    path.write_text(change(WORDING.read_text().split("\n", 3)[3]))
    with pytest.raises(IsoglossError, match=message) as error:
        read_learned_questions(path)
    assert str(path) in str(error.value)


def test_the_labs_pairs_are_mixed_in_no_other_language():
    entry = {"documents": "tofu", "source": "lab", "file": LEARNED}
    assert Corpus(**entry, mixes=["english"]).mixes == ["english"]
    with pytest.raises(ValueError, match="no translations of its pairs"):
        Corpus(**entry, mixes=["english", "sentence"])
