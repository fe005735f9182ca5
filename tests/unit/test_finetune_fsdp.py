"""Several GPUs: FSDP as accelerate sets it up, here with two processes on the CPU (gloo)."""

import os
import signal
import time
from pathlib import Path

import pytest

from isogloss.training.curve import read_curve
from isogloss.training.finetune import finetune
from tests.demo import ROOT
from tests.finetuning import contents, run, small_job, start

CORPUS = ROOT / "resources/demo/corpora/search.txt"
SCRIPT = Path(__file__).parents[1] / "fsdp_on_cpu.py"


@pytest.fixture(scope="module")
def alone(tiny_base, tmp_path_factory):
    """The curve and the weights of one process without FSDP."""
    job = small_job(tmp_path_factory.mktemp("alone"), tiny_base, [CORPUS])
    finetune(job)
    return job


def weights(job):
    from safetensors.torch import load_file

    return load_file(job.folder / "model.safetensors")


def test_a_sharded_model_learns_the_same_and_goes_on_after_a_kill(
    alone, tiny_base, tmp_path, monkeypatch
):
    monkeypatch.setenv("FORMAT", "float32")
    job = small_job(tmp_path, tiny_base, [CORPUS], gpus=2, save_steps=2)
    process = start(job, SCRIPT)
    while not (job.scratch / "checkpoint-2/whole").exists():
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.01)
    # The launcher alone: its processes have to end with it.
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert (job.scratch / "checkpoint-2/pytorch_model_fsdp_0/.metadata").is_file()
    assert not job.manifest.exists(), "the job ended before it was killed"
    assert "goes on from" in run(job, SCRIPT)
    for one, two in zip(read_curve(alone.curve), read_curve(job.curve), strict=True):
        assert two.loss == pytest.approx(one.loss, abs=1e-4)
        assert two.grad_norm == pytest.approx(one.grad_norm, abs=1e-3)
    expected, found = weights(alone), weights(job)
    assert found.keys() == expected.keys()
    assert max((found[key] - expected[key]).abs().max() for key in found) < 1e-5
    assert contents(job).keys() == contents(alone).keys()
    assert contents(job)["tuned/config.json"] == contents(alone)["tuned/config.json"]


def test_mixed_precision_keeps_float32_weights_and_a_float32_loss(
    alone, tiny_base, tmp_path, monkeypatch
):
    import torch

    monkeypatch.setenv("FORMAT", "mixed")
    job = small_job(tmp_path, tiny_base, [CORPUS], gpus=2, save_steps=100)
    run(job, SCRIPT)
    steps = read_curve(job.curve)
    for one, two in zip(read_curve(alone.curve), steps, strict=True):
        # Eight bits of precision in the products: near, and not the same.
        assert two.loss != one.loss
        assert two.loss == pytest.approx(one.loss, rel=2e-3)
    # A loss in bfloat16 would be one of its few values between 4 and 8.
    assert any(torch.tensor(s.loss).bfloat16().item() != pytest.approx(s.loss) for s in steps)
    # Weights that had been bfloat16 would still be: steps this small change no digit of most.
    changed = weights(job)["model.layers.0.mlp.up_proj.weight"]
    assert not changed.equal(changed.bfloat16().float())
