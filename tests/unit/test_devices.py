"""Models compute on the GPUs that their jobs asked for, and on nothing else in silence."""

import os

import pytest

from isogloss.devices import take_gpus
from isogloss.errors import IsoglossError


@pytest.fixture(autouse=True)
def _seen(monkeypatch):
    """A machine where torch sees two GPUs, of which the scheduler has named the second pair."""
    import torch

    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2,3")
    monkeypatch.delenv("ISOGLOSS_DEVICE", raising=False)


@pytest.mark.parametrize(
    ("gpus", "device", "used", "visible"),
    [
        (2, "gpu", 2, "2,3"),
        (1, "gpu", 1, "2"),  # transformers would spread over all that it sees
        (0, "gpu", 0, ""),
        (2, "cpu", 0, ""),
        (5, "cpu", 0, ""),
    ],
)
def test_a_job_sees_what_it_asked_for(monkeypatch, gpus, device, used, visible):
    monkeypatch.setenv("ISOGLOSS_DEVICE", device)
    assert take_gpus(gpus) == used
    assert os.environ["CUDA_VISIBLE_DEVICES"] == visible


def test_a_job_that_gets_fewer_gpus_than_it_asked_for_fails():
    with pytest.raises(IsoglossError, match=r"needs 3 GPU.s., and 2 can be seen here.*device: cpu"):
        take_gpus(3)
