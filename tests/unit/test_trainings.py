"""Verdicts on a way of training: by other trainings of its kind, and of the control."""

import hashlib
import json

import numpy as np
import polars as pl
import pytest
import yaml

from isogloss.config.load import load
from isogloss.errors import IsoglossError
from isogloss.reporting import lab
from isogloss.reporting.caption import Caption
from isogloss.reporting.trainings import (
    Trainings,
    excess,
    of,
    over_trainings,
    read,
    read_settings,
    unknown,
    with_weights,
)
from tests.demo import ROOT
from tests.unit.test_config import merged

SHIPPED = ROOT / "resources/lab/seeds.csv"
SETTINGS = ROOT / "resources/lab/seeds.json"
BASE = ROOT / "resources/lab/model"
VERDICTS = 9  # of the demo's table: three models, three quizzes
ARMS = ("lab.english", "lab.sentence", "lab.document", "lab.words", "lab.collection")
CONTROL = "lab.collection"


@pytest.fixture(scope="module")
def trainings():
    return pl.read_csv(SHIPPED, infer_schema_length=None).filter(pl.col("seed").is_not_null())


def drawn(generator, number, spread, questions=0.0):
    """Return a training and what `number` others of its kind show; none of them has a barrier."""
    barriers = generator.normal(0, spread, number + 1) + generator.normal(0, questions)
    return float(barriers[0]), of(barriers[1:], [questions] * number)


# 99.9 % of all counts of 2000 trials at 95 % lie between 1867 and 1931.
RIGHT = range(1867, 1932)


def test_the_interval_covers_what_a_way_of_training_does_beyond_its_control():
    generator = np.random.default_rng(5)
    covered = 0
    for _ in range(2000):
        barrier, own = drawn(generator, 9, 3, questions=1.5)
        _, control = drawn(generator, 10, 2, questions=1)
        _, low, high = excess(barrier, 1.5, own, control, 0.95, mean_of=1)
        covered += low < 0 < high
    assert covered in RIGHT


def test_a_training_of_the_control_is_judged_by_the_others():
    """Student's test of one value against the mean of nine; questions, alike in all, widen it."""
    generator = np.random.default_rng(6)
    covered = {0: 0, 1.5: 0}
    for questions in covered:
        for _ in range(2000):
            barrier, own = drawn(generator, 9, 3, questions)
            _, low, high = excess(barrier, questions, own, own, 0.95, mean_of=1)
            covered[questions] += low < 0 < high
    assert covered[0] in RIGHT
    assert covered[1.5] > RIGHT[-1]


def test_intervals_by_hand():
    own, control = Trainings(10, 7, 3, 2), Trainings(9, 2, 0, 0)
    # Student's t: 2.262 with 9 degrees of freedom, 2.306 with 8; normal: 1.960.
    for mean_of in (1, 10):
        half = 2.262 * 3 / mean_of**0.5
        found = excess(7, 0, own, control, 0.95, mean_of)
        assert found == pytest.approx((5, 5 - half, 5 + half), abs=2e-3)
    found = excess(7, 0, Trainings(9, 7, 0, 0), Trainings(9, 2, 3, 0), 0.95, 1)
    assert found == pytest.approx((5, 5 - 2.306, 5 + 2.306), abs=1e-3)
    found = excess(7, 3, Trainings(9, 7, 0, 3), Trainings(9, 2, 0, 4), 0.95, 1)
    assert found == pytest.approx((5, 5 - 1.96 * 5, 5 + 1.96 * 5), abs=1e-3)
    assert excess(7, 0, Trainings(2, 7, 0, 0), control, 0.95, 1) == (5, 5, 5)
    low, high = over_trainings(Trainings(10, 5, 0, 2), 0.95)
    assert (low, high) == pytest.approx((5 - 3.92, 5 + 3.92), abs=1e-3)


def test_what_trainings_show_together():
    found = of([1, 2, 6], [2, 3, 4])
    assert found == Trainings(3, 3, pytest.approx(7**0.5), 3)


@pytest.mark.parametrize("task", lab.TASKS)
@pytest.mark.parametrize("arm", ARMS)
def test_every_training_gives_the_same_verdict(trainings, arm, task):
    """Each in turn is the demo's, judged by the others of its kind and by the control."""
    own = trainings.filter(arm=arm, task=task)
    assert len(own) == 10
    barrier = arm == "lab.english" and task != "lab-known"
    for row in own.iter_rows(named=True):
        rest, control = (
            of(kind["barrier"].to_list(), kind["deviation"].to_list())
            for kind in (
                own.filter(pl.col("seed") != row["seed"]),
                trainings.filter(arm=CONTROL, task=task),
            )
        )
        judged = (row["barrier"], row["deviation"], rest, rest if arm == CONTROL else control)
        _, low, high = excess(*judged, 1 - 0.05 / VERDICTS, mean_of=1)
        found = lab.verdict(low, high, row["english_low"])
        assert found == (lab.BARRIER if barrier else lab.NONE), row


def test_the_shipped_summary_is_that_of_its_trainings(trainings):
    shipped = read(SHIPPED)
    assert set(shipped) == {(arm, task) for arm in ARMS for task in lab.TASKS}
    for (arm, task), found in shipped.items():
        rows = trainings.filter(arm=arm, task=task)
        expected = of(rows["barrier"].to_list(), rows["deviation"].to_list())
        assert found.number == expected.number
        for name in ("barrier", "deviation", "questions"):
            assert getattr(found, name) == pytest.approx(getattr(expected, name), abs=1e-5)


def settings_of(*names, change=None):
    files = [(ROOT / f"config/{name}.yaml").read_text(encoding="utf-8") for name in names]
    return load(merged(*(yaml.safe_load(text) for text in files), change or {}), ROOT)


def weights(folder):
    """Return a manifest of hashes of the base that ships, as the workflow writes it."""
    digest = hashlib.sha256((BASE / "model.safetensors").read_bytes()).hexdigest()
    path = folder / "lab-base.json"
    path.write_text(json.dumps({"files": {"config.json": "0", "model.safetensors": digest}}))
    return {"lab-base": path}


def test_the_shipped_settings_are_those_of_its_configuration(tmp_path):
    experiments = settings_of("lab", "lab_spread").experiments
    arms = {arm["arm"]: experiments.made_of(arm["models"][0]) for arm in experiments.arms()}
    assert read_settings(SETTINGS) == with_weights(arms, weights(tmp_path))
    assert tuple(arms) == ARMS
    assert {arm["control"] for arm in experiments.arms()} == {CONTROL}


@pytest.mark.parametrize("name", ["demo", "lab"])
def test_the_demo_and_the_lab_train_as_the_trainings_did(name, tmp_path):
    settings = settings_of(name, change={"seed": 7})
    trained = [key for key in settings.lab_models() if key in settings.config.finetunes]
    assert {"lab.english", "lab.sentence"} <= set(trained)
    made_of = {key: settings.experiments.made_of(key) for key in trained}
    assert unknown(with_weights(made_of, weights(tmp_path)), read_settings(SETTINGS)) == {}
    assert settings.config.lab.control == CONTROL


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"finetunes": {"lab.english": {"steps": 400}}}, "steps 400, not 1000"),
        ({"lab": {"rounds": 6}}, "lab.rounds 6, not 24"),
        ({"barrier": {"corpora": {"lab": {"first": 9}}}}, "corpus.first 9, not null"),
        ({"lab": {"take": "rebuild", "portable": False}}, "lab.portable false, not true"),
    ],
)
def test_other_settings_have_no_known_trainings(change, said, tmp_path):
    experiments = settings_of("demo", change=change).experiments
    trained = {"lab.english": experiments.made_of("lab.english")}
    found = unknown(with_weights(trained, weights(tmp_path)), read_settings(SETTINGS))
    assert found == {"lab.english": said}


def test_another_base_has_no_known_trainings(tmp_path):
    """Its settings may be the same: on another processor the same training makes other weights."""
    (manifest := tmp_path / "lab-base.json").write_text(
        json.dumps({"files": {"tokenizer.json": "1", "model.safetensors": "ab" * 32}})
    )
    experiments = settings_of("demo").experiments
    trained = {"lab.english": experiments.made_of("lab.english")}
    found = unknown(with_weights(trained, {"lab-base": manifest}), read_settings(SETTINGS))
    told = found["lab.english"]
    assert told.startswith(f'base.weights "{"ab" * 11}…, not "')
    assert len(told) < 80


def test_a_control_without_trainings_is_an_error():
    with pytest.raises(
        IsoglossError, match=r"lab\.control: 'lab\.colection' is no fine-tune .*did "
    ):
        settings_of("demo", change={"lab": {"control": "lab.colection"}})


def test_models_of_repeated_trainings_are_not_in_the_table_of_the_lab():
    assert settings_of("lab", "lab_spread").lab_models() == {}


def test_other_worlds_train_each_kind_with_its_control():
    settings = settings_of("lab", "lab_worlds", change={"lab": {"seed": 44}})
    assert settings.config.lab.seed == 44
    arms = settings.experiments.arms()
    assert {arm["control"] for arm in arms} == {CONTROL}
    assert {len(arm["models"]) for arm in arms} == {3}


def test_a_control_from_another_base_is_none():
    change = {"finetunes": {"lab.collection": {"base": "tiny-base"}}}
    arms = settings_of("lab", "lab_spread", change=change).experiments.arms()
    controls = {arm["arm"]: arm["control"] for arm in arms}
    assert controls == {**dict.fromkeys(ARMS), CONTROL: CONTROL}


def test_another_table_is_an_error(tmp_path):
    (tmp_path / "lab.csv").write_text("task,model,barrier\nquiz,x,1\n")
    with pytest.raises(IsoglossError, match=r"lab\.csv: no column arm, expected_spread, seed, "):
        read(tmp_path / "lab.csv")


def test_models_that_cannot_be_judged_are_named_below_the_table():
    measured = {"a": {"steps": 3, "mix": "words"}, "b": {"steps": 3, "rate": 0.1, "x": 1}}
    trained = {"a": measured["a"], "b": {"steps": 4, "rate": None, "y": 1}, "c": {"steps": 3}}
    found = unknown(trained, measured)
    assert found == {"b": "rate null, not 0.1; steps 4, not 3; 2 more", "c": ""}
    row = dict.fromkeys(("english", "others", "barrier", "low", "high"), 1.0)
    row |= {"task": "quiz", "model": "b", "n": 3, "verdict": lab.UNJUDGED}
    row |= dict.fromkeys(("control", "beyond", "verdict_low", "verdict_high"))
    (grid,) = lab.document(
        [row], {"b": "B"}, Caption("Lab", "Text."), {"B": "steps 4, not 3"}
    ).grids
    (note,) = (note for note in grid.notes if "No other trainings" in note)
    assert "of B (steps 4, not 3): to judge it, train it with several seeds" in note
    cells = [entry.text for entry in grid.groups[0].rows[0]]
    assert cells[-4:] == ["–", "–", "–", lab.UNJUDGED]
    assert len(cells) == len(grid.heads)
    assert lab.as_text([row]).splitlines()[2].endswith(lab.UNJUDGED)
