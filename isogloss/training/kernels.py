"""Kernels that round alike on all x86-64 CPUs with AVX2, for weights that anyone can remake.

torch and the libraries below it choose their kernels by the CPU they find, and each kernel adds in
an order of its own. Which are used can be said, by variables that are read only once. Not so of
MKL's vector functions, by which torch takes square roots, some logarithms and arc functions of
tensors: what is to be portable does without them (`fit` in `isogloss/training/tiny.py`).
"""

import os
import sys

from isogloss.errors import IsoglossError

# MKL's promise of the same results on CPUs of any maker holds for this value alone
# (Intel oneMKL, Developer Guide, "Conditional Numerical Reproducibility").
PORTABLE = {
    "ATEN_CPU_CAPABILITY": "avx2",
    "MKL_CBWR": "COMPATIBLE",
    "ONEDNN_MAX_CPU_ISA": "AVX2",
}


def choose_portable() -> None:
    """Have this process use such kernels; a small Llama trains at less than half the speed.

    Raises IsoglossError where torch is loaded already and other kernels may be chosen.
    """
    if "torch" in sys.modules and any(os.environ.get(k) != v for k, v in PORTABLE.items()):
        wanted = " ".join(f"{key}={value}" for key, value in PORTABLE.items())
        raise IsoglossError(f"torch is loaded: set {wanted} before the process starts")
    os.environ.update(PORTABLE)
