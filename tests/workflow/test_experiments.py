"""Repeated trainings and dose-responses by the real workflow: short trainings, every rule."""

import hashlib
import json

import polars as pl
import pytest
import yaml

from isogloss.corpora.mixing import Mix
from tests.workflow.project import ROOT, Project

DOSE = yaml.safe_load((ROOT / "config/lab_dose.yaml").read_text(encoding="utf-8"))
TABLES = "results/barrier/tables"
SHARE = 0.5


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    barrier = {
        **DOSE["barrier"],
        "languages": ["en", "fr", "de"],
        "corpora": {
            "told": {"documents": "lab-new", "mixes": ["sentence"], "mixed_share": SHARE},
        },
        "mixed": ["told"],
        "evaluations": {"few": {"task": "lab-new", "scoring": ["text"], "models": ["told"]}},
        "evaluate": ["few"],
        "doses": {
            "told": {**DOSE["barrier"]["doses"]["told"], "models": ["told"], "doses": [50]},
            "words": {**DOSE["barrier"]["doses"]["words"], "models": ["told"]},
        },
        "controls": [],
    }
    told = {**DOSE["finetunes"]["told.50"], "corpus": "told", "steps": 8, "seeds": [1, 2]}
    config = {**DOSE, "barrier": barrier, "finetunes": {"told": told}}
    config["lab"] = {"take": "published", "rehearsal": 100}
    made = Project(tmp_path_factory.mktemp("experiments") / "project", config)
    made.run(target=f"{TABLES}/seeds.csv results/barrier/figures/figure_dose.svg")
    return made


def test_every_person_is_told_of_in_several_languages_or_in_english_alone(project):
    lines = {
        name: (project.folder / path).read_text(encoding="utf-8").splitlines()
        for name, path in {
            "english": "results/lab/new.txt",
            "subjects": "results/lab/new.subjects.txt",
            "mixed": "results/corpora/told.1/sentence.txt",
        }.items()
    }
    mix = Mix("sentence", seed=1, mixed=SHARE)
    changed = set()
    for english, subject, mixed in zip(*lines.values(), strict=True):
        if english != mixed:
            changed.add(subject)
    assert changed
    assert all(mix.mixes(subject) for subject in changed)
    # With six tellings of five facts, nobody who is mixed is left in English by chance.
    assert changed == {subject for subject in lines["subjects"] if mix.mixes(subject)}


def test_the_table_of_seeds_has_each_training_and_their_summary(project):
    table = pl.read_csv(project.folder / TABLES / "seeds.csv", infer_schema_length=None)
    assert table["model"].to_list() == ["told.1", "told.2", None]
    assert table["seeds"].to_list() == [None, None, 2]
    assert table["n"].to_list() == [240, 240, None]
    assert table["barrier"][2] == pytest.approx(table["barrier"][:2].mean(), abs=1e-4)
    assert table["n_without_zero_high"][2] > 80  # two trainings say little of a rate
    assert table["trainings"].null_count() == 3  # one other training has no spread


def test_the_settings_of_the_trainings_name_the_weights_that_they_start_from(project):
    (told,) = json.loads((project.folder / TABLES / "seeds.json").read_text()).values()
    weights = (ROOT / "resources/lab/model/model.safetensors").read_bytes()
    assert told["base.weights"] == hashlib.sha256(weights).hexdigest()
    assert (told["base"], told["steps"]) == ("lab-base", 8)


def test_the_table_of_doses_agrees_with_that_of_seeds(project):
    seeds = pl.read_csv(project.folder / TABLES / "seeds.csv", infer_schema_length=None)
    dose = pl.read_csv(project.folder / TABLES / "dose.csv", infer_schema_length=None)
    whole = dose.filter(experiment="told", questions="all questions").row(0, named=True)
    by_seed = [float(value) for value in whole["by_seed"].split(";")]
    assert by_seed == pytest.approx(seeds["barrier"].to_list()[:2], abs=1e-4)
    parts = dose.filter(pl.col("questions") != "all questions")["n"].to_list()
    assert sum(parts) == 240
    assert min(parts) > 0
    assert (project.folder / "results/barrier/figures/figure_dose.pdf").stat().st_size > 5000
