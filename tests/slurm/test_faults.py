"""Faults of a cluster: a run gets over them, or is started again, and ends complete and equal."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.slurm.cluster import until
from tests.slurm.project import MODELS, RESPONSES

GENERATE = "generate_transformers"
BASE = RESPONSES["tiny-base"]
# Much, for a busy machine: nothing here waits longer than it must.
PATIENCE = 900


@pytest.fixture
def project(project, local) -> Iterator:
    """The study without the answers of tiny-base, which are made again, and checked."""
    project.forget_answers("tiny-base")
    yield project
    assert project.responses() == local.responses()
    assert project.tables() == local.tables()
    assert not project.planned()


@contextmanager
def frozen(project, run):
    """Hold the model's process once it is there, so that the fault comes while it runs."""
    until("a model runs", lambda: project.processes(GENERATE) or run.poll() is not None)
    assert run.poll() is None, project.output()[-6000:]
    held = project.processes(GENERATE)
    for process in held:
        os.kill(process, signal.SIGSTOP)
    try:
        # The controller tells accounting of a job after it has begun.
        until("accounting has the job", lambda: project.jobs(GENERATE))
        yield
    finally:
        # After a failure, too: a job that is held for ever would hold up all tests after this one.
        for process in set(held) & set(project.processes(GENERATE)):
            os.kill(process, signal.SIGCONT)


def finished(run, project) -> list:
    """Return the jobs of the run, which must succeed."""
    assert run.wait(timeout=PATIENCE) == 0, project.output()[-6000:]
    return project.jobs(GENERATE)


def test_a_job_killed_by_scancel_is_made_again(project, cluster):
    run = project.start(target=BASE)
    with frozen(project, run):
        (job,) = project.jobs(GENERATE)
        cluster.command("scancel", job.number)
        until("the job has ended", lambda: not project.processes(GENERATE))
    assert [job.state for job in finished(run, project)] == ["CANCELLED", "COMPLETED"]


def test_a_drained_node_ends_its_jobs_and_starts_others_when_resumed(project, cluster):
    for model in MODELS:  # one at a time
        project.change_model(model, "mem_mb: 3000", "mem_mb: 9000")
    project.forget_answers("tiny-chat")
    run = project.start(target=" ".join(RESPONSES.values()))
    with frozen(project, run):
        cluster.command("scontrol", "update", "node=node", "state=drain", "reason=test")

    def states() -> list[str]:
        return sorted(job.state for job in project.jobs(GENERATE))

    until("the first has ended", lambda: "drained" in cluster.command("sinfo", "-h", "-o", "%T"))
    until("one is done, one waits", lambda: states() == ["COMPLETED", "PENDING"])
    assert run.poll() is None
    cluster.command("scontrol", "update", "node=node", "state=resume")
    assert [job.state for job in finished(run, project)] == ["COMPLETED"] * 2


def test_a_job_over_its_memory_gets_more(project):
    project.change_model("tiny-base", "mem_mb: 3000", "mem_mb: 700")
    jobs = finished(project.start(target=BASE), project)
    # How often depends on what torch takes here; without cgroups Slurm calls such a job failed.
    *over, last = jobs
    assert over
    for job in over:
        log = project.slurm_log(GENERATE, job).read_text()
        assert "exceeded memory limit" in log
    assert last.state == "COMPLETED"
    assert [job.memory for job in jobs] == [700 * 2**n for n in range(len(jobs))]


def test_a_job_over_its_time_gets_more(project, cluster):
    project.change_model("tiny-base", "mem_mb: 3000", "mem_mb: 3000\n    runtime: 1")
    run = project.start(target=BASE)
    with frozen(project, run):  # it hangs, as on a file system that does not answer
        (job,) = project.jobs(GENERATE)
        # Its minute ends at once; Slurm looks every half a minute whose time is over.
        cluster.command("scontrol", "update", f"jobid={job.number}", "endtime=now+1")
        until("its time is over", lambda: not project.processes(GENERATE))
    jobs = finished(run, project)
    # A busy machine may need more than the two minutes of the second try.
    states = ["TIMEOUT"] * (len(jobs) - 1) + ["COMPLETED"]
    assert [job.state for job in jobs] == states
    assert [job.minutes for job in jobs] == [2**n for n in range(len(jobs))]
    assert len(jobs) > 1


@pytest.mark.parametrize("status", ["sacct", "squeue"])
def test_a_controller_may_be_restarted_while_jobs_run(project, cluster, status):
    run = project.start("--slurm-status-command", status, target=BASE)
    with frozen(project, run):
        (job,) = project.jobs(GENERATE)
        # Some queries of Snakemake fail meanwhile.
        cluster.restart_controller(pause=5)
    (same,) = finished(run, project)
    assert (same.number, same.state) == (job.number, "COMPLETED")


def test_a_killed_snakemake_is_started_again(project, cluster):
    run = project.start(target=BASE)
    with frozen(project, run):
        run.kill()
        run.wait()
        (left,) = project.jobs(GENERATE)
        assert left.state == "RUNNING"
        refused = project.run(target=BASE, check=False)
        assert refused.returncode != 0
        assert "--unlock" in refused.stdout
        project.run("--unlock", target=BASE)
        # The job that was left is cancelled, as two would write the same files.
        output = project.run(target=BASE).stdout
    assert f"which are made anew and go on where they were: {left.number}\n" in output
    assert [job.state for job in project.jobs(GENERATE)] == ["CANCELLED", "COMPLETED"]
