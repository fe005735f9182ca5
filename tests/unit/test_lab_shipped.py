"""What ships of the lab: its weights, and its questions in MMLU's form."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from isogloss.config.lab import Lab
from isogloss.config.lab_models import with_shipped
from isogloss.config.models import Model
from isogloss.corpora.mmlu import TEXTS
from isogloss.corpora.mmlu_subjects import DOMAIN, LAB_SUBJECTS, SUBJECTS
from isogloss.corpora.mmlu_variants import build_variant
from isogloss.errors import IsoglossError
from isogloss.lab import corpus
from isogloss.lab.corpus import LabRecipe
from isogloss.lab.mmlu import lab_mmlu, mmlu_prompt
from isogloss.lab.quiz import lab_quiz
from isogloss.reporting.lab import verdict as verdict_of

ROOT = Path(__file__).parents[2]
MODEL = ROOT / "resources/lab/model"


@pytest.fixture(scope="module")
def lab():
    return corpus.make_lab(
        LabRecipe(**Lab().world()), ROOT / "resources/lab", ROOT / "resources/quiz"
    )


def test_the_weights_are_those_whose_hash_is_told_and_small():
    weights = (MODEL / "model.safetensors").read_bytes()
    assert hashlib.sha256(weights).hexdigest() in (MODEL.parent / "README.md").read_text()
    assert sum(path.stat().st_size for path in MODEL.iterdir()) < 8 * 2**20


def test_the_settings_are_those_of_the_weights():
    assert json.loads((MODEL / "lab.json").read_text()) == Lab().base()


def model(trained):
    about = {"label": "x", "family": "Lab", "stage": "base", "base": None, "parameters": 0.001}
    rest = {"engine": "transformers", "dtype": "float32", "context_length": 256, "gpus": 0}
    source = {"trained": trained}
    return Model(**about, **rest, source=source, gated=False, papers=["barrier"])


def test_shipped_weights_are_taken_by_a_folder():
    models = {"lab-base": model("lab"), "tiny-base": model("base")}
    found = with_shipped(models, Lab(take="published"), ROOT)
    assert Path(found["lab-base"].source.folder).resolve() == MODEL
    assert found["tiny-base"] == models["tiny-base"]
    assert with_shipped(models, Lab(), ROOT) == models


@pytest.mark.parametrize(("key", "value"), [("seed", 7), ("new_families", 9), ("steps", 10)])
def test_shipped_weights_of_another_world_are_an_error(key, value):
    with pytest.raises(IsoglossError, match=rf"lab\.{key}: {value}, .* set lab\.take to rebuild"):
        with_shipped({}, Lab(take="published", **{key: value}), ROOT)


def test_the_readers_shipped_weights_are_taken_by_a_folder():
    models = {"lab-base": model("lab"), "lab-reader": model("reader")}
    found = with_shipped(models, Lab(reader={"take": "published"}), ROOT)
    assert Path(found["lab-reader"].source.folder).resolve() == ROOT / "resources/lab/reader"
    assert found["lab-base"] == models["lab-base"]


@pytest.mark.parametrize(
    ("lab", "key"),
    [
        ({"reader": {"steps": 10}}, "reader.steps"),
        ({"reader": {"threads": 2}}, "reader.threads"),
        ({"languages": ["en", "de"]}, "languages"),
    ],
)
def test_a_reader_of_other_settings_is_an_error(lab, key):
    lab = {**lab, "reader": {**lab.get("reader", {}), "take": "published"}}
    with pytest.raises(IsoglossError, match=rf"lab\.{key}: .* set lab\.reader\.take to rebuild"):
        with_shipped({}, Lab(**lab), ROOT)


def test_what_fine_tuning_alone_depends_on_may_change():
    assert with_shipped({}, Lab(take="published", rehearsal=7), ROOT) == {}


def test_missing_weights_are_an_error(tmp_path):
    shutil.copytree(ROOT / "resources/lab/languages", tmp_path / "resources/lab/languages")
    with pytest.raises(IsoglossError, match="holds no model; set it to rebuild"):
        with_shipped({}, Lab(take="published"), tmp_path)


@pytest.fixture(scope="module")
def made(lab):
    return lab_mmlu(lab.world.of("known"), lab.world, lab.words, 42)


class TestMmlu:
    def test_subjects_are_the_labs_own(self, made):
        questions, _ = made
        assert set(questions["subject"]) == set(LAB_SUBJECTS)
        assert set(questions["domain"]) == {"lab"} == {DOMAIN[name] for name in LAB_SUBJECTS}
        assert not set(LAB_SUBJECTS) & set(SUBJECTS)
        assert len(SUBJECTS) == 57
        counts = questions.group_by("split", "subject").len()
        assert set(counts.filter(split="dev")["len"]) == {5}
        assert set(counts.filter(split="test")["len"]) == {8 * 12 - 5}

    def test_answers_are_the_worlds(self, made, lab):
        facts = {
            (lab.words["en"].question(f.attribute, f.subject), f"lab_{f.attribute}"): f.value
            for f in lab.world.of("known")
            if f"lab_{f.attribute}" in LAB_SUBJECTS
        }
        questions, _ = made
        assert len(questions) == len(facts)
        for row in questions.iter_rows(named=True):
            value = facts[row["question"], row["subject"]]
            right = lab.words["en"].option(row["subject"].removeprefix("lab_"), value)
            assert row[row["answer"]] == right

    def test_mixup_has_five_languages_in_every_question(self, made, lab):
        questions, found = made
        translations = {
            (text, language): translation
            for language, of_language in found.items()
            for text, translation in of_language.items()
        }
        test = questions.filter(split="test")
        mixup, left_out = build_variant(test, "mixup", "mixed", translations)
        assert (len(mixup), left_out) == (len(test), 0)
        for english, row in zip(
            test.iter_rows(named=True), mixup.iter_rows(named=True), strict=True
        ):
            assert sorted(row["languages"]) == sorted(lab.words)
            for name, language in zip(TEXTS, row["languages"], strict=True):
                text = english[name]
                assert row[name] == (text if language == "en" else found[language][text])

    def test_the_prompt_is_mmlus(self, lab):
        fact = next(f for f in lab.world.of("known") if f.attribute == "fruit")
        row = lab_quiz([fact], lab.world, lab.words, 1).filter(language="de").row(0, named=True)
        lines = mmlu_prompt(row).split("\n")
        assert lines[0].endswith("(with answers) about  lab fruit.")
        assert lines[1:3] == ["", row["question"]]
        assert [line[:3] for line in lines[3:]] == ["A. ", "B. ", "C. ", "D. ", "Ans"]


@pytest.mark.parametrize(
    ("interval", "english_low", "verdict"),
    [
        ((0.1, 4), 26, "barrier"),
        ((0, 4), 26, "none shown"),
        ((0.1, 4), 25, "none shown"),  # nothing is known in English
        ((-4, -0.1), 26, "English is weaker"),
        ((-4, 0), 26, "none shown"),
        ((-1, 1), 26, "none shown"),
        ((None, None), 26, "not judged"),
        ((None, None), 25, "none shown"),
        ((1, 2), None, "none shown"),
    ],
)
def test_a_barrier_needs_knowledge_in_english(interval, english_low, verdict):
    assert verdict_of(*interval, english_low) == verdict
