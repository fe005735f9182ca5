"""Portable kernels give the same weights whatever the CPU offers."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from isogloss.errors import IsoglossError
from isogloss.training import kernels

# As if the CPU had nothing but SSE: what torch, MKL and oneDNN would choose on another machine.
OLD_CPU = {
    "ATEN_CPU_CAPABILITY": "default",
    "MKL_ENABLE_INSTRUCTIONS": "SSE4_2",
    "ONEDNN_MAX_CPU_ISA": "SSE41",
}
TRAINING = """
import sys
from pathlib import Path
from isogloss.training.kernels import choose_portable
from isogloss.training.tiny import TinyRecipe, train_base
if sys.argv[2] == "portable":
    choose_portable()
recipe = TinyRecipe(300, 2, 64, 2, 64, 64, 4, 5, 0, 3e-3, 1)
train_base(["A sentence of some words, to be learned."] * 200, recipe, 1, Path(sys.argv[1]))
"""


# An Intel processor with AVX2 and nothing newer, whichever this one is.
HASWELL = ["qemu-x86_64", "-cpu", "Haswell-noTSX"]


def weights(
    folder: Path, kind: str, environment: dict[str, str], emulator: Sequence[str] = ()
) -> str:
    of_kernels = {*kernels.PORTABLE, *OLD_CPU}
    rest = {key: value for key, value in os.environ.items() if key not in of_kernels}
    subprocess.run(
        [*emulator, sys.executable, "-c", TRAINING, str(folder), kind],
        env=rest | environment,
        check=True,
        capture_output=True,
    )
    return hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()


def test_portable_kernels_give_the_same_weights_on_another_cpu(tmp_path: Path) -> None:
    # First that the other machine is another one to torch.
    assert weights(tmp_path, "plain", {}) != weights(tmp_path, "plain", OLD_CPU)
    assert weights(tmp_path, "portable", {}) == weights(tmp_path, "portable", OLD_CPU)


def test_portable_kernels_give_the_same_weights_on_an_emulated_cpu(tmp_path: Path) -> None:
    assert weights(tmp_path, "portable", {}) == weights(tmp_path, "portable", {}, HASWELL)


def test_kernels_cannot_be_chosen_when_torch_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    assert sys.modules["torch"] is torch
    monkeypatch.delenv("MKL_CBWR", raising=False)
    with pytest.raises(IsoglossError, match="set ATEN_CPU_CAPABILITY=avx2 MKL_CBWR=COMPATIBLE"):
        kernels.choose_portable()
