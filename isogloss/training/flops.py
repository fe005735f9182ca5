"""Arithmetic of training, and what GPUs can do at most: model FLOPs utilisation (MFU).

The count is that of A. Chowdhery et al., "PaLM" (2022), appendix B: 6 N + 12 L H Q T floating-point
operations per token for N parameters, L layers, H heads of size Q and T tokens of context, forward
and backward, attention counted without the saving of the causal mask. What is computed again for
gradient checkpointing is no part of it.
"""

import re
from typing import Any

# Dense bfloat16 matrix products with float32 sums, in 1e12 operations per second, by the name that
# the driver gives a device; the longest name that fits counts. From the maker's data sheets and
# architecture papers, whose figures "with sparsity" are halved here.
PEAK_TERAFLOPS = {
    "NVIDIA A10": 125.0,  # A10 data sheet (2021)
    "NVIDIA A100": 312.0,  # A100 data sheet (2021), all variants
    "NVIDIA A30": 165.0,  # A30 data sheet (2021)
    "NVIDIA A40": 149.7,  # A40 data sheet (2021)
    "NVIDIA A800": 312.0,  # an A100 with slower links
    "NVIDIA RTX A6000": 154.8,  # GA102 architecture paper (2021)
    "NVIDIA GeForce RTX 3090": 71.2,  # GA102 architecture paper (2021)
    "NVIDIA GeForce RTX 4090": 165.2,  # Ada architecture paper (2022)
    "NVIDIA L4": 121.0,  # L4 data sheet (2023)
    "NVIDIA L40S": 362.0,  # L40S data sheet (2023)
    "NVIDIA H100 80GB HBM3": 989.5,  # H100 data sheet (2023): SXM
    "NVIDIA H100 NVL": 835.5,  # H100 data sheet (2023): NVL, one of the two
    "NVIDIA H100 PCIe": 756.5,  # H100 data sheet (2022): PCIe
    "NVIDIA H800": 989.5,  # an H100 SXM with slower links
    "NVIDIA H200": 989.5,  # H200 data sheet (2024): SXM
    "NVIDIA GH200": 989.5,  # GH200 data sheet (2024)
    "NVIDIA B200": 2250.0,  # HGX B200 data sheet (2024)
}


def peak_flops(device: str) -> float | None:
    """Return a device's peak in floating-point operations per second; None if it is not known.

    A part of a GPU (MIG) has a part of its peak, which its name does not tell.
    """
    if " MIG " in device:
        return None
    known = [name for name in PEAK_TERAFLOPS if re.match(re.escape(name) + r"(?!\w)", device)]
    return PEAK_TERAFLOPS[max(known, key=len)] * 1e12 if known else None


def matrix_parameters(model: Any) -> int:
    """Return the parameters that every token is multiplied with: all but an input embedding.

    An embedding that is the output matrix as well counts once.
    """
    total = sum(parameter.numel() for parameter in model.parameters())
    table = model.get_input_embeddings().weight
    head = model.get_output_embeddings()
    return total if head is None or head.weight is table else total - table.numel()


def flops_per_token(config: Any, parameters: int, context: float) -> float | None:
    """Return the operations per token, forward and backward; None for a mixture of experts.

    `parameters` as `matrix_parameters` counts them, `context` in tokens. Of a mixture of experts a
    token meets only some parameters, and this count does not know which.
    """
    experts = ("num_experts", "num_local_experts", "n_routed_experts")
    if any(getattr(config, name, None) for name in experts):
        return None
    size = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    attention = config.num_hidden_layers * config.num_attention_heads * size * context
    return 6.0 * parameters + 12.0 * attention
