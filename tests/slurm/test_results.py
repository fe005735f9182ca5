"""What is made on Slurm is what is made on one machine, by jobs that ask for what they need."""

import csv
from collections import Counter

from tests.slurm.project import CONFIG, MODELS, RESPONSES, SlurmProject
from tests.workflow.project import SNAKEMAKE, changed

GENERATE = "generate_transformers"
BOTH = " ".join(RESPONSES.values())
# Training, generation, scores, and one of each kind of report; `python -m tests.slurm.demo` makes
# the whole demo on Slurm, which takes half an hour, as each job starts Snakemake twice.
ONE_OF_EACH = [
    "results/xmrc/predictions/tiny-chat.json",
    "results/xmrc/tables/lingua.csv",
    "results/xmrc/tables/published_table01.csv",
    "results/xmrc/figures/figure_f1.svg",
]


def devices(project):
    """Return the CUDA_VISIBLE_DEVICES that each model's job has noted in its log."""
    lines = [project.log(f"xmrc/{GENERATE}/{model}.log").splitlines() for model in MODELS]
    return [next(line.split()[-1] for line in log if "CUDA_VISIBLE" in line) for log in lines]


def outcome(project):
    """Return the bytes of all that a run has made: weights, tables of all stages, figures."""
    return {
        path.relative_to(project.folder): path.read_bytes()
        for folder in ("results/models", "results/xmrc")
        for path in (project.folder / folder).rglob("*")
        if path.is_file()
    }


def test_the_study_made_on_slurm_is_the_study_made_locally(local, cluster, tmp_path):
    project = SlurmProject(tmp_path / "project")
    project.use(cluster)
    everything = project.planned()
    project.run(target=" ".join(ONE_OF_EACH))
    jobs = project.jobs("")
    assert {job.state for job in jobs} == {"COMPLETED"}
    made = Counter(job.comment.removeprefix("rule_").split("_wildcards_")[0] for job in jobs)
    assert {"train_tiny_chat", GENERATE, "score", "aggregate", "make_figure_f1"} <= set(made)
    # Files are fetched where Snakemake runs: nodes may see no internet.
    fetched = Counter({"fetch_source": everything["fetch_source"]})
    assert all(x == (local.folder / name).read_bytes() for name, x in outcome(project).items())
    # And back: neither place finds anything to do in what the other has made; the other way round
    # is in each test of a fault.
    project.cluster = None
    project.configure(changed(CONFIG, ["generation", "device"], "gpu"))
    assert project.planned() == everything - made - fetched


def test_models_run_side_by_side_on_gpus_of_their_own(local, project):
    project.forget_answers(*MODELS)
    project.snakemake = (str(SNAKEMAKE),)
    project.run(target=BOTH)
    assert project.responses() == local.responses()
    assert sorted(devices(project)) == ["0", "1"]
    first, second = project.jobs(GENERATE)
    assert first.start < second.end
    assert second.start < first.end
    for job in (first, second):
        assert (job.partition, job.memory, job.minutes) == ("gpus", 3000, 60)
        assert {"cpu=1", "gres/gpu=1"} <= set(job.asked.split(","))
    # The report of what was used names the rules.
    (report,) = (project.folder / "results/benchmarks/slurm").glob("efficiency_report_*.csv")
    rows = list(csv.DictReader(report.open()))
    assert {row["RuleName"] for row in rows} == {first.comment, second.comment}
    assert all(0 < float(row["Memory Usage (%)"]) < 100 for row in rows)


def test_a_cluster_without_accounting_is_asked_by_squeue(
    local, project, cluster_without_accounting
):
    project.use(cluster_without_accounting)
    project.forget_answers("tiny-base")
    output = project.run(target=RESPONSES["tiny-base"]).stdout
    assert "Slurm accounting storage is disabled" not in output
    assert project.responses() == local.responses()
    assert not project.planned()
    assert not (project.folder / "results/benchmarks/slurm").exists()


def test_a_model_that_gets_no_gpu_fails_and_its_logs_are_found(project):
    project.forget_answers("tiny-base")
    project.configure(changed(CONFIG, ["generation", "device"], "gpu"))
    failed = project.run("--retries", "0", target=RESPONSES["tiny-base"], check=False)
    assert failed.returncode != 0
    # Device files without a driver: Slurm gives one, torch sees none.
    log = f"results/logs/xmrc/{GENERATE}/tiny-base.log"
    tail = failed.stdout.split("The last lines of ")[-1]
    assert tail.startswith(log)
    assert "needs 1 GPU(s), and 0 can be seen here" in tail
    (job,) = project.jobs(GENERATE)
    assert job.state == "FAILED"
    kept = project.slurm_log(GENERATE, job)
    assert "needs 1 GPU(s)" in kept.read_text()
    assert str(kept) in failed.stdout
