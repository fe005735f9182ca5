"""Verdicts on a way of training: by the spread over trainings that ships with the lab."""

import numpy as np
import polars as pl
import pytest
import yaml

from isogloss.config.lab import Lab
from isogloss.config.load import load
from isogloss.errors import IsoglossError
from isogloss.reporting import lab
from isogloss.reporting.caption import Caption
from isogloss.reporting.spread import Spread, over_trainings, read, read_settings, unknown
from tests.demo import ROOT
from tests.unit.test_config import merged

SHIPPED = ROOT / "resources/lab/seeds.csv"
SETTINGS = ROOT / "resources/lab/seeds.json"
VERDICTS = 9  # of the demo's table: three models, three quizzes
LEAST = Lab().smallest_barrier
ARMS = ("lab.english", "lab.sentence", "lab.collection")


@pytest.fixture(scope="module")
def trainings():
    return pl.read_csv(SHIPPED, infer_schema_length=None).filter(pl.col("seed").is_not_null())


def test_the_interval_covers_the_mean_of_all_trainings_as_often_as_it_says():
    generator = np.random.default_rng(5)
    covered = 0
    for _ in range(2000):
        others = generator.normal(0, 3, 10)
        measured = generator.normal(0, 3) + generator.normal(0, 1.5)
        low, high = over_trainings(measured, 1.5, Spread(10, float(others.std(ddof=1))), 0.95)
        covered += low < 0 < high
    # 99.9 % of all counts of 2000 trials at 95 % lie between 1867 and 1931.
    assert 1867 <= covered <= 1931


def test_a_mean_of_trainings_is_surer_than_one():
    one, mean = (over_trainings(5, 1, Spread(10, 3), 0.95, n) for n in (1, 10))
    assert one[1] - one[0] > 2 * (mean[1] - mean[0])
    # Student's t with 9 degrees of freedom and no other spread: tables say 2.262.
    assert over_trainings(5, 0, Spread(10, 3), 0.95)[1] == pytest.approx(5 + 2.262 * 3, abs=1e-3)
    assert over_trainings(5, 2, Spread(10, 0), 0.95)[1] == pytest.approx(5 + 1.960 * 2, abs=1e-3)


@pytest.mark.parametrize("task", lab.TASKS)
@pytest.mark.parametrize("arm", ARMS)
def test_every_training_gives_the_same_verdict(trainings, arm, task):
    """Each in turn is the demo's, judged by the spread of the others."""
    own = trainings.filter(arm=arm, task=task)
    assert len(own) >= 10
    barrier = arm == "lab.english" and task != "lab-known"
    for row in own.iter_rows(named=True):
        rest = own.filter(pl.col("seed") != row["seed"])["barrier"]
        spread = Spread(len(rest), float(rest.std()))
        level = 1 - 0.05 / VERDICTS
        low, high = over_trainings(row["barrier"], row["deviation"], spread, level)
        found = lab.verdict(low, high, row["english_low"], LEAST)
        assert found == (lab.BARRIER if barrier else lab.NONE), row


def test_the_smallest_barrier_is_larger_than_what_is_none_by_construction(trainings):
    own = trainings.filter(arm="lab.collection")
    assert len(own) == 10 * len(lab.TASKS)
    assert own["barrier"].abs().max() < LEAST


def test_the_shipped_spread_is_that_of_its_trainings(trainings):
    spreads = read(SHIPPED)
    assert set(spreads) == {(arm, task) for arm in ARMS for task in lab.TASKS}
    for (arm, task), spread in spreads.items():
        barriers = trainings.filter(arm=arm, task=task)["barrier"]
        assert spread.trainings == len(barriers)
        assert spread.deviation == pytest.approx(barriers.std(), abs=1e-5)


def settings_of(*names, change=None):
    files = [(ROOT / f"config/{name}.yaml").read_text(encoding="utf-8") for name in names]
    return load(merged(*(yaml.safe_load(text) for text in files), change or {}), ROOT)


def test_the_shipped_settings_are_those_of_its_configuration():
    experiments = settings_of("lab", "lab_spread").experiments
    arms = {arm["arm"]: experiments.made_of(arm["models"][0]) for arm in experiments.arms()}
    assert read_settings(SETTINGS) == arms
    assert tuple(arms) == ARMS


def test_the_demo_trains_as_the_trainings_did():
    experiments = settings_of("demo", change={"seed": 7}).experiments
    trained = {arm: experiments.made_of(arm) for arm in ("lab.english", "lab.sentence")}
    assert unknown(trained, read_settings(SETTINGS)) == {}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"finetunes": {"lab.english": {"steps": 400}}}, "steps 400, not 1000"),
        ({"lab": {"rounds": 6}}, "lab.rounds 6, not 24"),
        ({"barrier": {"corpora": {"lab": {"first": 9}}}}, "corpus.first 9, not null"),
        ({"lab": {"take": "rebuild"}}, 'lab.take "rebuild", not "published"'),
        (
            {"lab": {"take": "rebuild", "portable": False}},
            'lab.portable false, not true; lab.take "rebuild", not "published"',
        ),
    ],
)
def test_other_settings_have_no_known_spread(change, said):
    experiments = settings_of("demo", change=change).experiments
    trained = {"lab.english": experiments.made_of("lab.english")}
    assert unknown(trained, read_settings(SETTINGS)) == {"lab.english": said}


def test_another_table_is_an_error(tmp_path):
    (tmp_path / "lab.csv").write_text("task,model\nquiz,x\n")
    with pytest.raises(IsoglossError, match=r"lab\.csv: no column arm, seed, seeds, spread; give"):
        read(tmp_path / "lab.csv")


def test_models_without_a_spread_are_named_below_the_table():
    measured = {"a": {"steps": 3, "mix": "words"}, "b": {"steps": 3, "rate": 0.1, "x": 1}}
    trained = {"a": measured["a"], "b": {"steps": 4, "rate": None, "y": 1}, "c": {"steps": 3}}
    found = unknown(trained, measured)
    assert found == {"b": "rate null, not 0.1; steps 4, not 3; 2 more", "c": ""}
    row = dict.fromkeys(("english", "others", "barrier", "low", "high"), 1.0)
    row |= {"task": "quiz", "model": "b", "n": 3, "trainings": None, "verdict": lab.NONE}
    row |= {"verdict_low": None, "verdict_high": None}
    document = lab.document(
        [row], {"b": "B"}, Caption("Lab", "Text."), LEAST, {"B": "steps 4, not 3"}
    )
    (note,) = (note for note in document.grids[0].notes if "Not known" in note)
    assert "of B (steps 4, not 3): the interval is of the one model" in note
