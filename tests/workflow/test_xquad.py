"""The real XQuAD, all 12 languages and 1190 questions, taken from the folder ISOGLOSS_MIRROR."""

import json
import os
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from isogloss.engines.control import spans_like
from isogloss.languages import NAMES
from isogloss.metrics.squad import f1
from tests.peers.official_squad import evaluate
from tests.workflow.project import SMALL, Project

pytestmark = pytest.mark.mirror

LANGUAGES = list(NAMES)[:12]
CONTROLS = {
    "xmrc": {
        "shots": [0],
        "templates": ["v1"],
        "models": [],
        "controls": ["gold", "random"],
    }
}
# A vocabulary of XQuAD's own text keeps prompts short; the model need not be good at anything.
TINY = {
    "tiny": {"dataset": "xquad", "base_steps": 20, "layers": 2, "width": 64, "heads": 2},
    "xmrc": {
        "shots": [0],
        "templates": ["v1"],
        "questions": 100,
        "models": ["tiny-base"],
        "controls": [],
        "decoding": {"max_new_tokens": 16},
        "tables": {"sizes_family": "Tiny"},
    },
}


def run(folder: Path, config: dict[str, object]) -> Project:
    assert os.environ.get("ISOGLOSS_MIRROR"), "set ISOGLOSS_MIRROR to a folder with the data sets"
    small = {name: SMALL[name] for name in ("translation", "barrier")}
    project = Project(folder, {**small, **config})
    project.run()
    return project


@pytest.fixture(scope="module")
def controls(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return run(tmp_path_factory.mktemp("controls") / "project", CONTROLS)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return run(tmp_path_factory.mktemp("tiny") / "project", TINY)


def cells(project: Project, model: str) -> pl.DataFrame:
    frame = pl.read_parquet(project.folder / "results/xmrc/cells.parquet")
    return frame.filter(pl.col("model") == model)


def test_gold_scores_exactly_100_everywhere(controls):
    gold = cells(controls, "control-gold").filter(pl.col("metric").is_in(["f1", "em"]))
    languages = gold.filter(pl.col("language") != "mean")
    assert languages.height == 2 * (1 + 11 + 11)
    assert set(languages["n"]) == {1190}
    for column in ("value", "low", "high"):
        assert set(gold[column]) == {100.0}


@pytest.mark.parametrize(
    ("setting", "language"), [("en-en", "en"), ("x-x", "de"), ("x-x", "ru"), ("x-x", "zh")]
)
def test_random_spans_score_near_their_expectation(controls, setting, language):
    observed = cells(controls, "control-random").row(
        by_predicate=(pl.col("setting") == setting)
        & (pl.col("language") == language)
        & (pl.col("metric") == "f1"),
        named=True,
    )
    items = pl.read_parquet(controls.folder / "results/xmrc/items.parquet")
    means, variances = [], []
    for row in items.filter(pl.col("language") == language).iter_rows(named=True):
        spans = spans_like(row["context"], row["answer"], language)
        scores = np.array([f1(span, row["answer"]) for span in spans])
        means.append(scores.mean())
        variances.append(scores.var())
    expected = 100 * np.mean(means)
    error = 100 * np.sqrt(np.sum(variances)) / len(means)
    assert len(means) == 1190
    assert abs(observed["value"] - expected) < 4 * error
    assert error < 1.0


def test_the_tiny_model_answers_100_questions_per_language_and_setting(tiny):
    counts = cells(tiny, "tiny-base").filter(
        (pl.col("metric") == "f1") & (pl.col("language") != "mean")
    )
    assert counts.height == 1 + 11 + 11
    assert set(counts["n"]) == {100}
    assert set(counts["excluded"]) == {0}


@pytest.mark.parametrize(
    ("which", "model"),
    [("controls", "control-gold"), ("controls", "control-random"), ("tiny", "tiny-base")],
)
def test_every_row_equals_the_official_evaluation(request, which, model):
    project: Project = request.getfixturevalue(which)
    scores = pl.read_parquet(project.folder / f"results/xmrc/scores/{model}.parquet")
    files = sorted((project.folder / "results/xmrc/predictions" / model).glob("*.json"))
    assert len(files) == 1 + 11 + 11
    rows = 0
    for file in files:
        setting, language, _, _ = file.name.removesuffix(".json").split(".")
        read = language if setting == "x-x" else "en"
        dataset = project.folder / f"results/sources/xquad/xquad.{read}.json"
        official = evaluate(json.loads(dataset.read_text()), json.loads(file.read_text()))
        ours = scores.filter((pl.col("setting") == setting) & (pl.col("language") == language))
        assert ours.height == len(official)
        for item, em, value in ours.select("item", "em", "f1").iter_rows():
            assert (em, value) == (official[item]["exact_match"], official[item]["f1"])
        rows += ours.height
    assert rows == 23 * (100 if which == "tiny" else 1190)
