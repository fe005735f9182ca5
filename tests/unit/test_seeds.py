"""One seed for all draws, trainings repeated with several, and the checks of dose-responses."""

import pytest
import yaml

from isogloss.config.load import load
from tests.demo import ROOT
from tests.unit.test_config import merged, message_of


def of(name):
    return yaml.safe_load((ROOT / f"config/{name}.yaml").read_text(encoding="utf-8"))


LAB, DOSE, CONTROL = of("lab"), of("lab_dose"), of("lab_control")


def seeds_of(settings):
    options = settings.corpora.options("lab", "sentence")
    recipes = [settings.finetune_recipe(key) for key in ("lab.english", "lab.sentence")]
    return [options["seed"], *(recipe["seed"] for recipe in recipes), settings.config.barrier.seed]


def test_one_seed_is_that_of_all_draws_and_leaves_the_world_alone():
    first, other = load(merged(LAB), ROOT), load(merged(LAB, {"seed": 7}), ROOT)
    assert seeds_of(first) == [42] * 4
    assert seeds_of(other) == [7] * 4
    assert other.config.lab == first.config.lab
    assert other.config.bootstrap == first.config.bootstrap


def test_seeds_of_their_own_come_first():
    change = {"seed": 7, "barrier": {"seed": 8, "corpora": {"lab": {"seed": 9}}}}
    settings = load(merged(LAB, change, {"finetunes": {"lab.english": {"seed": 10}}}), ROOT)
    assert seeds_of(settings) == [9, 10, 7, 8]


def test_an_entry_with_seeds_stands_for_one_training_each():
    settings = load(merged(CONTROL), ROOT)
    finetunes, corpora = settings.config.finetunes, settings.config.barrier.corpora
    keys = [f"taught.drawn.{seed}" for seed in range(1, 21)]
    assert list(settings.repeated) == ["taught.all", "taught.drawn", "taught.nothing"]
    assert settings.repeated["taught.drawn"] == keys
    assert "taught.drawn" not in finetunes
    entry = finetunes["taught.drawn.7"]
    assert (entry.seed, entry.seeds, entry.corpus) == (7, None, "new.7")
    assert settings.models["taught.drawn.7"].label == "Taught in languages drawn, seed 7"
    assert entry.data_files()[0] == "results/corpora/new.7/sentence.txt"
    assert settings.corpora.options("new.7", "sentence")["seed"] == 7
    assert corpora["new.7"].documents == "lab-new"
    # Without draws of languages no copy of a corpus is made.
    assert finetunes["taught.nothing.7"].data_files() == ["results/lab/rehearsal.txt"]
    assert set(keys) < set(settings.evaluations.keys())
    assert settings.config.barrier.mixed == [f"new.{seed}" for seed in range(1, 21)]


def test_english_text_is_the_same_for_every_seed():
    settings = load(merged(DOSE), ROOT)
    finetunes = settings.config.finetunes
    assert {finetunes[f"dose.english.{seed}"].corpus for seed in (1, 2, 3)} == {"new"}
    assert finetunes["told.25.2"].corpus == "told-25.2"
    options = settings.corpora.options("told-25.2", "sentence")
    assert (options["mixed"], options["seed"]) == (0.25, 2)
    assert settings.corpora.groups("told-25.2", "sentence") == ["results/lab/new.subjects.txt"]
    assert settings.corpora.groups("new.2", "sentence") == []


def test_arms_and_doses_as_the_tables_get_them():
    control, dose = (load(merged(config), ROOT).experiments for config in (CONTROL, DOSE))
    assert [(arm["arm"], len(arm["models"]), arm["tasks"]) for arm in control.arms()] == [
        ("taught.all", 20, ["lab-new"]),
        ("taught.drawn", 20, ["lab-new"]),
        ("taught.nothing", 20, ["lab-new"]),
    ]
    assert control.arms()[0]["label"] == "Taught in all languages"
    shares, told, words = dose.doses()
    assert [arm["dose"] for arm in shares["arms"]] == [20, 50, 75, 90, 100]
    assert words["arms"][0]["dose"] is None
    assert told["arms"][1]["seeds"][2] == {
        "model": "told.10.3",
        "partly": {"seed": 3, "share": 0.1},
    }
    assert told["arms"][0]["seeds"][0]["partly"] is None
    assert len(dose.dose_models()) == 24


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"finetunes": {"dose.english": {"seed": 3}}},
            "config: 1 mistake(s)\n  finetunes.dose.eng",
        ),
        (
            {"finetunes": {"dose.english": {"label": None}}},
            "config: 1 mistake(s)\n  finetunes.dose",
        ),
        (
            {"finetunes": {"dose.english.2": DOSE["finetunes"]["dose.90"] | {"seeds": None}}},
            "finetunes.dose.english.seeds: 'dose.english.2' is an entry already",
        ),
        (
            {"barrier": {"corpora": {"new.1": {"documents": "lab-new", "mixes": ["english"]}}}},
            "barrier.corpora.new.1: is what seeds make of 'new'",
        ),
        (
            {"barrier": {"corpora": {"new-90": {"shares": {"pt": 1.0}}}}},
            "barrier.corpora.new-90.shares: {",
        ),
        (
            {"barrier": {"doses": {"words": {"models": ["dose.englich"]}}}},
            "barrier.doses.words.models: no model 'dose.englich' (did you mean 'dose.english'",
        ),
        (
            {"barrier": {"doses": {"words": {"task": "quiz"}}}},
            "barrier.doses.words.models: 'dose.english' is not asked 'quiz'",
        ),
        (
            {"barrier": {"doses": {"told": {"doses": [1, 2]}}}},
            "config: 1 mistake(s)\n  barrier.doses.told: `doses` is [1",
        ),
    ],
)
def test_mistakes_are_explained(change, message):
    assert message_of(merged(DOSE, change)).startswith(message)
