"""Leases on GPUs: none is held twice, a killed job's are free at once, none is overtaken."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from isogloss.errors import IsoglossError
from isogloss.gpu_lease import Gpu, acquire, holders, visible

ROOT = Path(__file__).parents[2]
# Says when it starts and ends, and what it sees; `span` is how long it works, in seconds.
JOB = (
    "import os, sys, time; start = time.time(); time.sleep(float(sys.argv[1])); "
    "print(start, time.time(), os.environ['CUDA_VISIBLE_DEVICES'])"
)
FOUR = [Gpu(str(index), str(index)) for index in range(4)]


def environment(folder: Path, **changed: str) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key != "CUDA_VISIBLE_DEVICES"}
    given = {
        "ISOGLOSS_GPU_LEASES": "1",
        "ISOGLOSS_GPU_LOCKS": str(folder),
        "CUDA_VISIBLE_DEVICES": "0,1,2,3",
        "PYTHONPATH": str(ROOT),
    }
    return {key: value for key, value in (kept | given | changed).items() if value != "unset"}


def start(gpus: int, span: float, folder: Path, **changed: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "isogloss.gpu_lease", str(gpus), "--"]
    return subprocess.Popen(
        [*command, sys.executable, "-c", JOB, str(span)],
        env=environment(folder, **changed),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(job: "subprocess.Popen[str]") -> tuple[float, float, list[str]]:
    out, err = job.communicate(timeout=120)
    assert job.returncode == 0, err
    began, ended, seen = out.rstrip("\n").split(" ")
    return float(began), float(ended), [name for name in seen.split(",") if name]


def wait_until_held(folder: Path, count: int) -> dict[str, int]:
    deadline = time.monotonic() + 60
    while len(held := holders(FOUR, folder)) < count:
        assert time.monotonic() < deadline, f"only {held} held"
        time.sleep(0.05)
    return held


def test_no_gpu_is_ever_held_by_two_jobs(tmp_path):
    wanted = [1, 2, 1, 4, 1, 3, 2, 1]
    jobs = [start(gpus, 0.4, tmp_path) for gpus in wanted]
    spans = [finish(job) for job in jobs]
    assert [len(names) for _, _, names in spans] == wanted
    for index, (began, ended, names) in enumerate(spans):
        for other_began, other_ended, others in spans[index + 1 :]:
            if set(names) & set(others):
                assert ended <= other_began or other_ended <= began


def test_jobs_of_one_gpu_each_run_side_by_side(tmp_path):
    jobs = [start(1, 3.0, tmp_path) for _ in range(4)]
    spans = [finish(job) for job in jobs]
    assert sorted(name for _, _, names in spans for name in names) == ["0", "1", "2", "3"]
    assert max(began for began, _, _ in spans) < min(ended for _, ended, _ in spans)


def test_a_killed_job_frees_its_gpus(tmp_path):
    job = start(4, 600, tmp_path)
    held = wait_until_held(tmp_path, 4)
    # The command has taken the place of the process that took the lease.
    assert set(held.values()) == {job.pid}
    os.kill(job.pid, signal.SIGKILL)
    job.communicate()
    assert holders(FOUR, tmp_path) == {}
    assert len(finish(start(4, 0, tmp_path))[2]) == 4


def test_a_lease_lasts_while_a_child_of_the_job_lives(tmp_path):
    command = [sys.executable, "-m", "isogloss.gpu_lease", "1", "--"]
    shell = subprocess.Popen(
        [*command, "bash", "-c", "sleep 600 & echo $!; wait"],
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert shell.stdout is not None
    child = int(shell.stdout.readline())
    shell.kill()
    shell.wait()
    try:
        assert list(holders(FOUR, tmp_path)) == ["0"]
    finally:
        os.kill(child, signal.SIGKILL)
    deadline = time.monotonic() + 60
    while holders(FOUR, tmp_path):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_waiting_job_of_all_gpus_is_not_overtaken(tmp_path):
    first = start(1, 4, tmp_path)
    wait_until_held(tmp_path, 1)
    large = start(4, 0.1, tmp_path)
    wait_until_held(tmp_path, 4)  # it collects the three that are free
    small = start(1, 0.1, tmp_path)
    ended, began = finish(first)[1], finish(large)[0]
    assert ended <= began <= finish(small)[0]


def test_more_gpus_than_there_are_is_an_error_at_once(tmp_path):
    with pytest.raises(IsoglossError, match=r"asks for 5 GPU\(s\).*offers 4 \(0, 1, 2, 3\)"):
        acquire(5, FOUR, tmp_path)
    job = start(1, 0, tmp_path, CUDA_VISIBLE_DEVICES="")
    _, err = job.communicate()
    assert job.returncode == 1
    assert err.startswith("error: the job asks for 1 GPU(s), and this machine offers 0 (none)")


def test_a_job_that_asks_for_none_sees_none(tmp_path):
    assert finish(start(0, 0, tmp_path))[2] == []


def test_elsewhere_what_the_scheduler_gave_stays(tmp_path):
    job = start(1, 0, tmp_path, ISOGLOSS_GPU_LEASES="", CUDA_VISIBLE_DEVICES="2")
    assert finish(job)[2] == ["2"]
    assert not list(tmp_path.iterdir())


def test_the_exit_code_is_the_commands(tmp_path):
    command = [sys.executable, "-m", "isogloss.gpu_lease", "1", "--", "bash", "-c", "exit 7"]
    assert subprocess.run(command, env=environment(tmp_path), check=False).returncode == 7


def test_an_index_and_a_uuid_share_a_lock(tmp_path, monkeypatch):
    """nvidia-smi's own format; the program is a stand-in, as the machine may have no GPU."""
    program = tmp_path / "nvidia-smi"
    program.write_text("#!/bin/sh\nprintf '0, GPU-aa\\n1, GPU-bb\\n'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert visible() == [Gpu("0", "GPU-aa"), Gpu("1", "GPU-bb")]
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1,GPU-aa")
    assert visible() == [Gpu("1", "GPU-bb"), Gpu("GPU-aa", "GPU-aa")]
