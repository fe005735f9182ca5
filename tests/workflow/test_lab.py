"""The lab by the real workflow: shipped weights, two fine-tunes, three quizzes, verdicts."""

import subprocess
import sys

import polars as pl
import pytest
import yaml

from isogloss.barrier.cells import COMPARISONS
from tests.workflow.project import ROOT, Project

CONFIG = yaml.safe_load((ROOT / "config/lab.yaml").read_text(encoding="utf-8"))
TABLE = "results/barrier/tables/lab.csv"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    config = {**CONFIG, "lab": {"take": "published"}}
    made = Project(tmp_path_factory.mktemp("lab") / "project", config)
    made.run(target=TABLE)
    return made


@pytest.fixture(scope="module")
def rows(project: Project) -> dict[tuple[str, str], dict]:
    table = pl.read_csv(project.folder / TABLE)
    return {(row["model"], row["task"]): row for row in table.iter_rows(named=True)}


def test_the_base_model_knows_its_world_in_every_language_and_nothing_else(rows):
    known, new = rows["lab-base", "lab-known"], rows["lab-base", "lab-new"]
    assert min(known["english"], known["others"]) > 95
    assert known["n"] == 300
    # 192 or more guesses among four lie between 16 and 36 % in all but one of 1000 cases.
    assert all(15 < new[name] < 37 for name in ("english", "others"))
    assert new["verdict"] == "none shown"


@pytest.mark.parametrize("task", ["quiz", "lab-new"])
def test_facts_taught_in_english_meet_a_barrier(rows, task):
    row = rows["lab.english", task]
    assert row["english"] > rows["lab-base", task]["english"] + 30
    assert row["low"] > 0
    assert row["verdict"] == "barrier"


@pytest.mark.parametrize("task", ["quiz", "lab-new"])
def test_facts_taught_in_mixed_languages_meet_none(rows, task):
    row = rows["lab.sentence", task]
    assert min(row["english"], row["others"]) > rows["lab.english", task]["others"]
    assert row["verdict"] != "barrier"


def test_the_paired_tests_agree_with_the_table(project):
    comparisons = COMPARISONS.read(project.folder / "results/barrier/comparisons.parquet")
    english = comparisons.filter(family="english/lab.english/quiz")
    assert english["second_language"].n_unique() == 4
    assert (english["p_corrected"] < 1e-3).all()
    assert (english["difference"] > 0).all()


def test_what_was_known_is_kept(rows):
    for model in ("lab.english", "lab.sentence"):
        kept = rows[model, "lab-known"]
        assert min(kept["english"], kept["others"]) > 75


def test_the_table_is_printed_for_a_terminal(project):
    command = [sys.executable, "-m", "isogloss.lab", project.folder / TABLE]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert printed.count("lab.english") == 3
    assert printed.count("  barrier\n") >= 2
