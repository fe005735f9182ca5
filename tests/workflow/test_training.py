"""Rule finetune: a model by configuration, evaluated like any other, and cheap to interrupt."""

import os
import signal
import subprocess
import time

import psutil
import pytest

from tests.workflow.project import SMALL, Project, changed

CORPUS = "resources/demo/corpora/general.txt"
ENTRY = {
    "base": "tiny-base",
    "data": "text",
    "files": [CORPUS],
    "steps": 12,
    "batch_size": 4,
    "sequence_length": 64,
    "learning_rate": 0.001,
    "save_steps": 1,
    "threads": 1,
}
CONFIG = {
    **changed(SMALL, ["xmrc", "models"], ["tiny-base", "tiny-more", "tiny-again"]),
    "finetunes": {"tiny-more": ENTRY, "tiny-again": {**ENTRY, "base": "tiny-more", "steps": 2}},
}
FIGURE = "results/training/figure_loss.svg"
ANSWERS = "results/xmrc/responses/tiny-more.parquet"


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    project = Project(tmp_path_factory.mktemp("finetuned") / "project", CONFIG)
    project.run(target=FIGURE)
    return project


def made(project, model):
    files = sorted((project.folder / f"results/models/{model}").iterdir())
    files += [project.folder / f"results/models/{model}{end}" for end in (".json", ".train.csv")]
    return {path.name: path.read_bytes() for path in files}


def test_models_of_the_configuration_are_trained_and_drawn(finished):
    svg = (finished.folder / FIGURE).read_text()
    assert all(label in svg for label in ("Tiny-Base", "Tiny-Base + text", "step", "loss"))
    assert "tokens per second" in finished.log("finetune/tiny-more.log")
    first, second = made(finished, "tiny-more"), made(finished, "tiny-again")
    assert first["model.safetensors"] != second["model.safetensors"]
    assert len(first["tiny-more.train.csv"].splitlines()) == 1 + 12
    benchmarks = finished.folder / "results/benchmarks/finetune"
    assert (benchmarks / "tiny-more.tsv").is_file()
    assert "model_flops_utilisation" in (benchmarks / "tiny-more.json").read_text()
    assert not (finished.folder / "results/checkpoints/tiny-more").exists()


def test_a_fine_tuned_model_is_evaluated_like_any_other(finished):
    planned = finished.planned(ANSWERS)
    assert planned["generate_transformers"] == 1
    assert "finetune" not in planned
    finished.run(target=ANSWERS)
    assert not finished.planned(ANSWERS)


def test_only_what_a_training_depends_on_runs_it_again(finished, tmp_path):
    project = finished.copy(tmp_path / "project")
    for path in project.folder.rglob("*"):
        if path.is_file() and ".snakemake" not in path.parts:
            path.touch()
    assert not project.planned(FIGURE)
    computed = {"save_steps": 3, "device_batch_size": 1, "gradient_checkpointing": False}
    for change, trained in (
        (computed, 0),
        ({"learning_rate": 0.002}, 2),  # and what is made of it
    ):
        entries = {**CONFIG["finetunes"], "tiny-more": ENTRY | change}
        project.configure({**CONFIG, "finetunes": entries})
        planned = project.planned(FIGURE)
        assert planned["finetune"] == trained
        assert bool(planned) == bool(trained)
    project.configure(CONFIG)
    corpus = project.folder / CORPUS
    corpus.write_text(corpus.read_text() + "One more line.\n")
    assert project.planned(FIGURE) == {"finetune": 2, "make_figure_loss": 1}


def test_a_killed_training_goes_on_and_ends_with_the_same_bytes(finished, tmp_path):
    project = finished.copy(tmp_path / "project")
    manifest = project.folder / "results/models/tiny-more.json"
    target = str(manifest.relative_to(project.folder))
    manifest.unlink()
    mark = project.folder / "results/checkpoints/tiny-more/checkpoint-1/whole"
    run = subprocess.Popen(
        project.command(target=target),
        cwd=project.folder,
        env=project.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while not mark.exists():
        assert run.poll() is None
        time.sleep(0.01)
    # The job's python, not the shell around it: its working folder tells it from others'.
    jobs = [
        process.pid
        for process in psutil.process_iter(["cmdline"])
        if "workflow/scripts/finetune.py" in (process.info["cmdline"] or [])
        and process.cwd() == str(project.folder)
    ]
    assert len(jobs) == 1
    os.kill(jobs[0], signal.SIGKILL)
    assert run.wait() != 0
    assert not manifest.exists(), "the job ended before it was killed"
    project.run(target=target)
    assert "goes on from results/checkpoints/tiny-more" in project.log("finetune/tiny-more.log")
    assert made(project, "tiny-more") == made(finished, "tiny-more")
    assert not project.planned(FIGURE)
