"""What ends a fine-tuning before it costs anything: data, base, GPUs, memory, another process."""

import os
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from isogloss.errors import IsoglossError
from isogloss.training.checkpoints import only_process
from isogloss.training.finetune import finetune
from isogloss.training.machine import check_memory, choose_gpus, count_parameters
from tests.demo import ROOT
from tests.finetuning import small_job

CORPUS = ROOT / "resources/demo/corpora/search.txt"


def test_a_job_takes_the_first_of_the_gpus_that_it_may_see(tiny_base, tmp_path, monkeypatch):
    import torch

    job = small_job(tmp_path, tiny_base, [CORPUS], gpus=2)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 4)
    for visible, chosen in (("4,5,6,7", "4,5"), (None, "0,1")):
        monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
        monkeypatch.delenv("PYTORCH_ALLOC_CONF", raising=False)
        if visible:
            monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
        choose_gpus(job)
        assert os.environ["CUDA_VISIBLE_DEVICES"] == chosen


def test_a_model_that_no_gpu_can_hold_is_refused(tiny_base, tmp_path, monkeypatch):
    import torch
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(tiny_base)
    parameters = sum(parameter.numel() for parameter in model.parameters())
    assert count_parameters(tiny_base, trust_remote_code=False) == parameters
    for weights, size in (("float32", 16), ("bfloat16", 8)):
        job = small_job(tmp_path, tiny_base, [CORPUS], gpus=2, weights=weights)
        for memory, fits in ((parameters * size // 2, True), (parameters * size // 2 - 1, False)):
            device = SimpleNamespace(total_memory=memory)
            monkeypatch.setattr(torch.cuda, "get_device_properties", lambda _, d=device: d)
            if fits:
                check_memory(job)
            else:
                with pytest.raises(IsoglossError, match=r"each of 2 GPU\(s\).* give more `gpus`"):
                    check_memory(job)


MISTAKES = [  # settings of the recipe, of the job, and what is said
    ({"sequence_length": 4096}, {}, "sequence_length is 4096, more than the 1024 tokens that"),
    ({"batch_size": 5}, {"cpu_processes": 2}, "batch_size 5 cannot be shared evenly by 2"),
    (
        {},
        {"files": (Path("none.txt"),)},
        r"none\.txt: no such file; tuned is to be trained with it",
    ),
    ({}, {"chat_template": Path("none.jinja")}, r"none\.jinja: no such file"),
    ({}, {"gpus": 64}, "needs 64 GPU.s., and .* can be seen here"),
    ({"data": "sft"}, {}, "the tokenizer has no chat template; give the fine-tuning"),
    ({"data": "tofu"}, {}, r"search\.txt: line 1 is no JSON object with `question`"),
]


@pytest.mark.parametrize(
    ("settings", "changes", "message"), MISTAKES, ids=[m for *_, m in MISTAKES]
)
def test_a_mistake_ends_the_job_before_it_trains(tiny_base, tmp_path, settings, changes, message):
    job = replace(small_job(tmp_path, tiny_base, [CORPUS], **settings), **changes)
    with pytest.raises(IsoglossError, match=message):
        finetune(job)
    assert not job.manifest.exists()
    assert not list(job.scratch.glob("checkpoint-*"))


def test_a_base_without_weights_is_named(tiny_base, tmp_path):
    base = tmp_path / "base"
    shutil.copytree(tiny_base, base)
    job = small_job(tmp_path / "job", base, [CORPUS])
    (base / "model.safetensors").unlink()
    with pytest.raises(IsoglossError, match=r"model\.safetensors: missing"):
        finetune(job)


def test_a_loss_that_is_no_number_ends_the_job(tiny_base, tmp_path):
    job = small_job(tmp_path, tiny_base, [CORPUS], learning_rate=1e30, warm_up=0.0)
    with pytest.raises(IsoglossError, match=r"the loss of step \d is nan; give a smaller"):
        finetune(job)
    assert not job.manifest.exists()


def test_two_jobs_do_not_write_to_one_folder(tiny_base, tmp_path):
    job = small_job(tmp_path, tiny_base, [CORPUS])
    job.scratch.mkdir()
    with only_process(job.scratch), pytest.raises(IsoglossError, match="another process is at"):
        finetune(job)
