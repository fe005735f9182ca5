"""Plans beside real runs: estimates meet the clock, and reasons name what was changed."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from tests.workflow.project import ROOT, SMALL, Project, changed
from tests.workflow.whole import ask


def clock(project: Project) -> float:
    """Return the seconds from the first job's start to the last one's end, as Snakemake noted."""
    records = [
        json.loads(path.read_text())
        for path in (project.folder / ".snakemake/metadata").rglob("*")
        if path.is_file()
    ]
    assert records
    return max(one["endtime"] for one in records) - min(one["starttime"] for one in records)


def recorded(project: Project) -> float:
    """Return the seconds of all benchmark records."""
    files = (project.folder / "results/benchmarks").rglob("*.tsv")
    return sum(float(path.read_text().splitlines()[1].split("\t")[0]) for path in files)


def test_after_a_run_its_estimate_is_within_a_factor_of_two(finished):
    plan = ask(finished, "plan", "--whole")
    assert sum(plan["jobs"].values()) == plan["calibrated"]
    low, middle, high = plan["seconds"]
    assert low < recorded(finished) < high
    assert 0.5 <= middle / recorded(finished) <= 2
    assert 0.5 <= plan["elapsed"][1] / clock(finished) <= 2
    assert plan["gpu_hours"] == [0, 0, 0]
    assert plan["download"] == 0


def test_before_a_run_the_range_holds_what_it_took(finished, tmp_path):
    """By assumptions alone; a busy machine is why not more is asked."""
    plan = ask(finished, "plan", "--directory", str(tmp_path / "new"), "--whole")
    assert plan["records"] == 0
    assert plan["seconds"][0] < recorded(finished)


def test_prompts_are_reckoned_as_many_as_there_are(finished):
    """What is reckoned before there is a file, counted in the files."""
    script = (
        "import json, sys; from isogloss.planning.workflow import read_run;"
        "from isogloss.planning.sizes import Sizes; from isogloss.planning.work import Reckoner;"
        "run = read_run(['--configfile', 'small.yaml']);"
        "work = Reckoner(Sizes(run.settings, run.root, run.folder)).work;"
        "print(json.dumps([[j.rule, j.outputs[0], work(j).rows] for j in run.jobs]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=finished.folder,
        env=finished.environment(),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    tables = [row for row in json.loads(done.stdout) if row[2] and row[1].endswith(".parquet")]
    assert {rule for rule, _, _ in tables} >= {"build_items", "build_prompts", "score"}
    for rule, path, rows in tables:
        assert rows == pl.read_parquet(finished.folder / path).height, rule


def test_a_plan_of_a_finished_run_has_nothing_to_do(finished):
    assert ask(finished, "plan")["jobs"] == {}
    assert ask(finished, "why") == []


def reasons(project: Project) -> dict[str, tuple[list[str], list[str]]]:
    """Return the causes of each rule, and the rules that it follows."""
    return {job["rule"]: (job["causes"], job["follows"]) for job in ask(project, "why")}


def test_a_changed_setting_is_named_with_both_values(project):
    project.configure(changed(SMALL, ["xmrc", "decoding", "max_new_tokens"], 9))
    why = reasons(project)
    named = "options.max_new_tokens from 8 to 9"
    assert why["build_prompts"] == ([named], [])
    assert why["generate_transformers"] == ([named], ["build_prompts"])
    assert why["score"][0] == []
    assert "generate_transformers" in why["score"][1] or "generate_control" in why["score"][1]


def test_an_added_language_is_named(project):
    project.configure(changed(SMALL, ["xmrc", "languages"], ["en", "de", "th", "es"]))
    why = reasons(project)
    assert why["fetch_source"][0] == ["new: no output yet"]
    assert "more input: results/sources/xquad-demo/xquad.es.json" in why["build_items"][0]


def test_changed_code_is_named(project):
    code = project.folder / "isogloss/metrics/squad.py"
    code.write_text(code.read_text() + "\nUNUSED = 1\n")
    why = reasons(project)
    assert why["score"] == (["changed code: the script, or a module that it imports"], [])
    assert why["make_table01"] == ([], ["aggregate"])


def test_a_changed_file_is_named(project):
    published = project.folder / "resources/published/xmrc/table01.csv"
    published.write_text(published.read_text() + "\n")
    changed_file = "changed file resources/published/xmrc/table01.csv"
    assert reasons(project)["compare_table01"][0] == [changed_file]


def test_a_record_of_another_configuration_is_scaled_by_its_rows(project):
    """Twice the questions: twice the rows, so the record of the first run stands for half."""
    before = {job["rule"]: job["seconds"] for job in ask(project, "why", "--forceall")}
    project.configure(changed(SMALL, ["xmrc", "questions"], 10))
    after = {job["rule"]: job["seconds"] for job in ask(project, "why")}
    slope = after["generate_transformers"][1] / before["generate_transformers"][1]
    assert 1.0 < slope <= 2.001


def test_the_text_groups_jobs_under_their_reason(project):
    project.configure(changed(SMALL, ["bootstrap", "samples"], 60))
    done = subprocess.run(
        [sys.executable, "-m", "isogloss.why", "--configfile", "small.yaml"],
        cwd=project.folder,
        env=project.environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert re.search(
        r"^bootstrap\.samples from 50 to 60$\n(?:    \w+: .*\n)*    aggregate: 1 job; ",
        done.stdout,
        flags=re.MULTILINE,
    ), done.stdout
    assert "job(s) run because others do:" in done.stdout


def test_both_papers_are_planned_in_less_than_half_a_minute(tmp_path):
    began = os.times()
    done = subprocess.run(
        [sys.executable, "-m", "isogloss.plan", "--directory", str(tmp_path)],
        cwd=ROOT,
        env={key: value for key, value in os.environ.items() if not key.startswith("ISOGLOSS_")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    ended = os.times()
    # Of the processor: what others run on the machine is no matter of this program.
    used = ended.children_user + ended.children_system
    assert used - began.children_user - began.children_system < 30
    promised = re.search(r"what would run: (\d+) jobs", (ROOT / "README.md").read_text())
    assert promised is not None
    assert re.search(rf"^all +{promised[1]} ", done.stdout, flags=re.MULTILINE), done.stdout
    for text in ("hours of NVIDIA A100; cost unknown", "18 models need their licence", "google"):
        assert text in done.stdout


@pytest.mark.parametrize(
    "config",
    ["config/demo.yaml", "config/lab.yaml", "config/lab_control.yaml", "config/lab_dose.yaml"],
)
def test_every_configuration_that_ships_is_planned(tmp_path, config):
    options = ["--configfile", config, "--directory", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-m", "isogloss.plan", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert re.search(r"^all +\d+ ", done.stdout, flags=re.MULTILINE), done.stdout


@pytest.mark.parametrize("options", [["--nosuch"], ["--", "results/nosuch"], ["--profile", "no"]])
def test_options_that_snakemake_does_not_take_are_one_line(tmp_path: Path, options):
    done = subprocess.run(
        [sys.executable, "-m", "isogloss.plan", "--directory", str(tmp_path), *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr
