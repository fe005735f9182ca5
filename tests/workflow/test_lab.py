"""The lab by the real workflow: shipped weights, two fine-tunes, three quizzes, verdicts."""

import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
import yaml

from isogloss.barrier.cells import CELLS, COMPARISONS
from tests.workflow.project import DEMO, ROOT, SNAKEMAKE, Project

CONFIG = yaml.safe_load((ROOT / "config/lab.yaml").read_text(encoding="utf-8"))
KNOWN = DEMO["lab"]["known_questions"]
TABLE = "results/barrier/tables/lab.csv"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with the demo's results where they are there; else a copy that makes the lab's.

    Two trainings take minutes, so what `make demo` has just made is not made again.
    """
    demo = [str(SNAKEMAKE), "--profile", "profiles/demo", "--dry-run", "results/tables/all"]
    asked = subprocess.run(demo, cwd=ROOT, capture_output=True, text=True)
    if "Nothing to be done" in asked.stdout + asked.stderr:
        return ROOT
    config = {**CONFIG, "lab": DEMO["lab"]}
    for entry in config["barrier"]["evaluations"].values():
        entry["models"] = ["lab-base", "lab.english", "lab.sentence"]
    made = Project(tmp_path_factory.mktemp("lab") / "project", config)
    made.run(target=TABLE)
    return made.folder


@pytest.fixture(scope="module")
def rows(folder: Path) -> dict[tuple[str, str], dict]:
    table = pl.read_csv(folder / TABLE)
    return {(row["model"], row["task"]): row for row in table.iter_rows(named=True)}


def test_the_base_model_knows_its_world_in_every_language_and_nothing_else(rows):
    known, new = rows["lab-base", "lab-known"], rows["lab-base", "lab-new"]
    assert min(known["english"], known["others"]) > 95
    assert known["n"] == KNOWN
    # 192 or more guesses among four lie between 16 and 36 % in all but one of 1000 cases.
    assert all(15 < new[name] < 37 for name in ("english", "others"))
    assert new["verdict"] == "none shown"


@pytest.mark.parametrize("task", ["quiz", "lab-new"])
def test_facts_taught_in_english_meet_a_barrier(rows, task):
    row = rows["lab.english", task]
    assert row["english"] > rows["lab-base", task]["english"] + 30
    assert 0 < row["verdict_low"] < row["beyond"] < row["verdict_high"]
    assert row["beyond"] == pytest.approx(row["barrier"] - row["control"], abs=1e-4)
    assert row["verdict"] == "barrier"


@pytest.mark.parametrize("task", ["quiz", "lab-new"])
def test_facts_taught_in_mixed_languages_meet_none(rows, task):
    row = rows["lab.sentence", task]
    assert min(row["english"], row["others"]) > rows["lab.english", task]["others"]
    assert row["barrier"] < rows["lab.english", task]["barrier"] / 2
    assert row["verdict_low"] < 0 < row["verdict_high"]
    assert row["verdict"] == "none shown"


def test_the_paired_tests_agree_with_the_table(folder):
    comparisons = COMPARISONS.read(folder / "results/barrier/comparisons.parquet")
    english = comparisons.filter(family="english/lab.english/quiz")
    assert english["second_language"].n_unique() == 4
    assert (english["p_corrected"] < 1e-3).all()
    assert (english["difference"] > 0).all()


def test_every_table_finds_the_barrier_of_known_size_and_no_other_in_the_controls(folder):
    """English only: 100 % in English, guesses elsewhere. Gold and random: the same everywhere."""
    comparisons = COMPARISONS.read(folder / "results/barrier/comparisons.parquet")
    tested = {
        kind: comparisons.filter(pl.col("family").str.starts_with(f"english/control-{kind}/"))
        for kind in ("english-only", "gold", "random")
    }
    assert {len(of) for of in tested.values()} == {len(tested["gold"])}
    assert len(tested["gold"]) >= 3 * 4
    assert (tested["english-only"]["p_corrected"] < 1e-12).all()
    assert set(tested["gold"]["difference"]) == {0.0}
    assert (tested["random"]["p_corrected"] > 0.05).all()
    cells = CELLS.read(folder / "results/barrier/cells.parquet").filter(
        model="control-english-only", group="all", metric="accuracy"
    )
    assert set(cells.filter(language="en")["value"]) == {100.0}
    elsewhere = cells.filter(~pl.col("language").is_in(["en", "mean"]))
    # One of four at random: outside 4.5 standard errors in fewer than 1 of 100,000 cells.
    spread = 450 * (0.25 * 0.75 / elsewhere["n"]).sqrt()
    assert ((elsewhere["value"] - 25).abs() < spread).all()


def test_what_was_known_is_kept(rows):
    for model in ("lab.english", "lab.sentence"):
        kept = rows[model, "lab-known"]
        assert min(kept["english"], kept["others"]) > 90
        assert kept["verdict"] == "none shown"


def test_the_table_is_printed_for_a_terminal(folder):
    command = [sys.executable, "-m", "isogloss.lab", folder / TABLE]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert printed.count("lab.english") == 3
    assert printed.count("  barrier\n") >= 2
