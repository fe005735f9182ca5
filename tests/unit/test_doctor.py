"""The doctor sees what is wrong with a machine, says the remedy, and fails only where it must."""

import http.server
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from isogloss.planning import access_checks, machine_checks
from isogloss.planning.estimate import estimate
from isogloss.planning.finding import Finding
from isogloss.planning.jobs import Job
from isogloss.planning.workflow import Run
from tests.demo import ROOT
from tests.unit.planning import job_of, settings_of

# As it was before the fixture takes it away.
MIRROR = os.environ.get("ISOGLOSS_MIRROR")
SHIPPED = ROOT / "resources/demo/xquad/xquad.en.json"


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine without GPU, mirror or keys; its programs are those put into the folder."""
    for name in ("CUDA_VISIBLE_DEVICES", "ISOGLOSS_MIRROR", "ISOGLOSS_MODEL_MIRROR", "HF_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin")
    monkeypatch.setenv("ISOGLOSS_GPU_LOCKS", str(tmp_path / "locks"))
    (tmp_path / "bin").mkdir()
    return tmp_path


def program(machine: Path, name: str, script: str) -> None:
    path = machine / "bin" / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def run_of(folder: Path, *jobs: Job, executor: str = "local", conda: bool = False, **config: Any):
    return Run(
        jobs=list(jobs),
        stages=["responses"],
        settings=settings_of(**config),
        root=ROOT,
        folder=folder,
        cores=2,
        executor=executor,
        conda=conda,
    )


def levels(findings) -> dict[str, str]:
    found = list(findings)
    assert all(bool(one.remedy) == (one.level != "ok") for one in found), "a remedy, unless ok"
    return {one.what: one.level for one in found}


def gpu_job(gpus: int) -> Job:
    return job_of("generate_vllm", wildcards={"model": "llama-2-7b"}, resources={"gpu": gpus})


def test_gpus_that_are_not_there_are_a_failure(machine):
    (found,) = machine_checks.gpus(run_of(machine, gpu_job(2)))
    assert found == Finding(
        "failure",
        "GPU",
        "a job asks for 2, and there are 0 (driver: nvidia-smi finds none)",
        found.remedy,
    )
    assert "--profile slurm" in found.remedy


def test_but_not_if_no_job_needs_one_or_a_scheduler_has_them_or_the_cpu_is_meant(machine):
    small = run_of(machine, job_of("score"))
    cluster = run_of(machine, gpu_job(2), executor="slurm")
    cpu = run_of(machine, gpu_job(2), generation={"device": "cpu"})
    for run in (small, cluster, cpu):
        assert levels(machine_checks.gpus(run)) == {"GPU": "ok"}


def test_a_driver_without_a_torch_that_sees_its_gpus_is_a_failure(machine):
    """The tests' torch is the CPU build, beside a driver that lists two GPUs."""
    program(machine, "nvidia-smi", "printf '0, GPU-aa\\n1, GPU-bb\\n'")
    found = levels(machine_checks.gpus(run_of(machine, gpu_job(2))))
    assert found == {"GPU": "ok", "torch": "failure"}


def test_no_slurm_is_a_failure_only_where_it_is_asked_for(machine):
    assert levels(machine_checks.slurm(run_of(machine))) == {"Slurm": "ok"}
    assert levels(machine_checks.slurm(run_of(machine, executor="slurm"))) == {"Slurm": "failure"}


def test_too_little_disk_is_a_failure(machine):
    free = shutil.disk_usage(machine).free
    job = job_of("fetch_model", wildcards={"model": "deepseek-v3"})
    assert free < 671e9, "this test needs a disk with less room than DeepSeek-V3's weights"
    assert levels(machine_checks.disk(estimate(run_of(machine, job)))) == {"disk": "failure"}
    assert levels(machine_checks.disk(estimate(run_of(machine, job_of("score"))))) == {"disk": "ok"}


def test_vllm_is_looked_for_in_the_interpreter_that_is_named(machine):
    program(machine, "with", "exit 0")
    program(machine, "without", "exit 1")
    for name, level in (("with", "ok"), ("without", "failure"), ("nowhere", "failure")):
        named = {"vllm": str(machine / "bin" / name)}
        run = run_of(machine, gpu_job(1), environments=named)
        assert levels(machine_checks.interpreters(run)) == {"vLLM": level}
    assert levels(machine_checks.interpreters(run_of(machine, job_of("score")))) == {}


@pytest.mark.parametrize(
    ("version", "level"), [("24.7.1", "ok"), ("25.1.0", "ok"), ("23.11.0", "failure")]
)
def test_conda_must_be_new_enough_where_it_is_used(machine, version, level):
    run = run_of(machine, gpu_job(1), conda=True)
    assert levels(machine_checks.interpreters(run)) == {"conda": "failure"}
    program(machine, "conda", f"echo conda {version}")
    assert levels(machine_checks.interpreters(run)) == {"conda": level}


def xquad_job(file: str = "xquad.en.json") -> Job:
    return job_of("fetch_source", wildcards={"source": "xquad", "file": file})


def test_a_mirror_that_is_no_folder_is_a_failure(machine, monkeypatch):
    monkeypatch.setenv("ISOGLOSS_MIRROR", str(machine / "none"))
    found = levels(access_checks.data_mirror(run_of(machine, xquad_job())))
    assert found == {"data mirror": "failure"}


def test_a_wrong_file_in_the_mirror_is_a_failure_that_names_it(machine, monkeypatch):
    monkeypatch.setenv("ISOGLOSS_MIRROR", str(machine / "data"))
    path = machine / "data/xquad/xquad.en.json"
    path.parent.mkdir(parents=True)
    run = run_of(machine, xquad_job())
    assert levels(access_checks.data_mirror(run)) == {"data mirror": "warning"}
    path.write_bytes(SHIPPED.read_bytes())
    wrong = next(iter(access_checks.data_mirror(run)))
    assert wrong.level == "failure"
    assert str(path) in wrong.said
    assert "e4c57d1c9143aaa1c5d265ba5987a65f4e69528d2a98f29d6e75019b10344f29" in wrong.said


@pytest.mark.mirror
def test_the_real_files_are_right(machine, monkeypatch):
    assert MIRROR, "set ISOGLOSS_MIRROR to a folder with the data sets"
    real = Path(MIRROR).resolve()
    monkeypatch.setenv("ISOGLOSS_MIRROR", str(real))
    folder = job_of("fetch_folder", wildcards={"source": "mmlu", "folder": "test"})
    found = list(access_checks.data_mirror(run_of(machine, xquad_job(), folder)))
    assert [one.level for one in found] == ["ok"]
    assert found[0].said == f"{real}: 2 of 2 downloads needed are in it"


def test_content_without_a_checksum_is_a_failure_unless_it_is_accepted(machine):
    job = job_of("fetch_wiki", wildcards={"source": "hp-wiki"})
    assert levels(access_checks.unpinned(run_of(machine, job))) == {"checksums": "failure"}
    accepted = run_of(machine, job, sources={"unpinned": "accept"})
    assert levels(access_checks.unpinned(accepted)) == {}
    assert levels(access_checks.unpinned(run_of(machine, xquad_job()))) == {}


def test_gated_models_need_a_token(machine, monkeypatch):
    jobs = [
        job_of("fetch_model", wildcards={"model": name}) for name in ("llama-2-7b", "qwen-2-7b")
    ]
    plan = estimate(run_of(machine, *jobs))
    found = list(access_checks.models(plan, online=False))
    assert [one.level for one in found] == ["ok", "failure"]
    assert found[1].said == "is not set, and 1 models are gated: meta-llama/Llama-2-7b-hf"
    monkeypatch.setenv("HF_TOKEN", "hf_x")
    assert levels(access_checks.models(plan, online=False)) == {"models": "ok", "HF_TOKEN": "ok"}


class Hub(http.server.BaseHTTPRequestHandler):
    """Answers as the hub does: 403 with its error code for a gated model."""

    def do_GET(self) -> None:
        closed = "Llama-2-13b" in self.path
        self.send_response(403 if closed else 200)
        if closed:
            self.send_header("X-Error-Code", "GatedRepo")
        self.end_headers()
        self.wfile.write(b"{}")

    do_HEAD = do_GET

    def log_message(self, *arguments: Any) -> None:
        pass


@pytest.fixture
def hub():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_licences_are_asked_of_the_hub(machine, monkeypatch, hub):
    monkeypatch.setenv("HF_TOKEN", "hf_x")
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", hub)
    monkeypatch.setattr("huggingface_hub.hf_api.constants.ENDPOINT", hub)
    names = ("llama-2-7b", "llama-2-13b")
    jobs = [job_of("fetch_model", wildcards={"model": name}) for name in names]
    found = list(access_checks.models(estimate(run_of(machine, *jobs)), online=True))
    assert [one.level for one in found] == ["ok", "failure"]
    assert found[1].said == "HF_TOKEN may not read 1 of 2: meta-llama/Llama-2-13b-hf"
    free = estimate(run_of(machine, jobs[0]))
    assert levels(access_checks.models(free, online=True))["gated models"] == "ok"


def test_hosts_are_asked_for_any_answer(machine, monkeypatch, hub):
    setting = {"provider": "libretranslate", "libretranslate": {"url": hub}}
    job = job_of("translate_mmlu")
    plan = estimate(run_of(machine, job, translation=setting))
    host = hub.removeprefix("http://")
    found = levels(access_checks.hosts(plan, online=True))
    assert found == {"LIBRETRANSLATE_API_KEY": "warning", f"host {host}": "ok"}
    closed = {"provider": "libretranslate", "libretranslate": {"url": "http://127.0.0.1:9"}}
    plan = estimate(run_of(machine, job, translation=closed))
    assert levels(access_checks.hosts(plan, online=True))["host 127.0.0.1:9"] == "failure"
    assert "host 127.0.0.1:9" not in levels(access_checks.hosts(plan, online=False))


def doctor(machine: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "isogloss.doctor", "--directory", str(machine / "results")]
    return subprocess.run(
        [*command, *options],
        cwd=ROOT,
        env=os.environ | {"PATH": f"{machine}/bin:/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )


def test_the_demo_needs_nothing(machine):
    done = doctor(machine, "--profile", "profiles/demo")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("\n0 failure(s), 0 warning(s)\n")
    assert "->" not in done.stdout


def test_a_wrong_configuration_is_the_finding(machine):
    done = doctor(machine, "--config", "xmrcc=1")
    assert done.returncode == 1
    assert "xmrcc: unknown key (did you mean 'xmrc'?)" in done.stdout
    assert done.stdout.endswith("\n1 failure(s), 0 warning(s)\n")
