"""Whole runs: the same bytes each time, also after a job was killed; failures that explain."""

import os
import re
import signal
import subprocess
import time
from pathlib import Path

from tests.workflow.project import SMALL, Project, changed
from tests.workflow.test_rerun import answers

LONGER = changed(changed(SMALL, ["xmrc", "questions"], 30), ["xmrc", "controls"], ["gold"])


def test_two_runs_from_scratch_give_the_same_bytes(finished, tmp_path):
    again = Project(tmp_path / "again")
    again.run()
    assert again.tables() == finished.tables()
    assert "results/tables/all/index.html" in again.tables()


def test_results_hold_no_absolute_path_nor_date(finished):
    for name, content in finished.tables().items():
        assert str(finished.folder).encode() not in content, name
        if not name.endswith(".html"):
            assert not re.search(rb"20\d\d-\d\d-\d\d[T ]\d\d:\d\d", content), name


def processes(pattern: str) -> list[int]:
    found = subprocess.run(["pgrep", "-f", pattern], capture_output=True, text=True)
    return [int(pid) for pid in found.stdout.split() if int(pid) != os.getpid()]


def stored(project: Project) -> int:
    files = (project.folder / "results/store").rglob("*.jsonl")
    return sum(path.read_bytes().count(b"\n") for path in files)


def test_a_killed_generation_goes_on_where_it_was(finished, tmp_path):
    undisturbed = finished.copy(tmp_path / "undisturbed")
    killed = finished.copy(tmp_path / "killed")
    for project in (undisturbed, killed):
        project.configure(LONGER)
    undisturbed.run()
    before = stored(killed)
    total = 30 * 2 * 5

    with Path(tmp_path / "log").open("w") as log:
        run = subprocess.Popen(
            killed.command(), cwd=killed.folder, env=killed.environment(), stdout=log, stderr=log
        )
        # As long as it takes on a busy machine; a run that ends by itself fails below.
        while stored(killed) < before + total // 3 and run.poll() is None:
            time.sleep(0.02)
        # The job's python, not the shell around it: its working folder tells it from others'.
        jobs = [
            pid
            for pid in processes("generate_transformers.py")
            if Path(f"/proc/{pid}/cwd").readlink() == killed.folder
            and "python" in Path(f"/proc/{pid}/exe").readlink().name
        ]
        assert jobs
        for pid in jobs:
            os.kill(pid, signal.SIGKILL)
        assert run.wait(timeout=120) != 0
    at_kill = stored(killed)
    assert before + total // 3 <= at_kill < total

    output = killed.run().stdout
    assert answers(killed.log("xmrc/generate_transformers/tiny-base.log")) == (
        at_kill,
        total - at_kill,
    )
    assert f"{total - at_kill} to generate" in output
    assert killed.tables() == undisturbed.tables()


def test_a_failed_job_fails_the_run_and_shows_its_log(project):
    project.configure(changed(SMALL, ["xmrc", "questions"], 6))
    (project.folder / "results/models/tiny-base/model.safetensors").unlink()
    done = project.run(check=False)
    assert done.returncode != 0
    tail = done.stdout.split("The last lines of ")[-1]
    assert tail.startswith("results/logs/xmrc/generate_transformers/tiny-base.log:")
    assert "model.safetensors: missing, though results/models/tiny-base.json lists it" in tail
    assert "Traceback" not in tail


def test_the_report_is_one_zip(project):
    project.run("--report", "results/report.zip")
    assert (project.folder / "results/report.zip").stat().st_size > 100_000


def test_every_rule_has_log_and_benchmark(finished):
    results = finished.folder / "results"
    logs = {path.relative_to(results / "logs") for path in (results / "logs").rglob("*.log")}
    benchmarks = (results / "benchmarks").rglob("*.tsv")
    names = {path.relative_to(results / "benchmarks") for path in benchmarks}
    assert {path.with_suffix("") for path in logs} == {path.with_suffix("") for path in names}
    assert len(logs) > 30


def test_the_index_shows_the_shares_of_the_mixed_corpora(finished):
    page = (finished.folder / "results/tables/all/index.md").read_text()
    table = page.split("Languages of the mixed corpora\n")[1].split("Files:")[0]
    for corpus, mixes in (("demo-general", 4), ("harry-potter", 5)):
        rows = table.split(f"*{corpus}*")[1].splitlines()[1 : 1 + mixes]
        assert [row.count(" | ") for row in rows] == [11] * mixes
        assert rows[-1].startswith("| all languages" if mixes == 5 else "| chunk of words")
    assert (finished.folder / "results/tables/all/barrier/shares.csv").read_bytes() == (
        finished.folder / "results/barrier/tables/shares.csv"
    ).read_bytes()
