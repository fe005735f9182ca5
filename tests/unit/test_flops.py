"""The count of training's arithmetic against PyTorch's own counter, and the peaks of devices."""

import pytest

from isogloss.training.flops import flops_per_token, matrix_parameters, peak_flops


def llama(**changes):
    from transformers import LlamaConfig, LlamaForCausalLM

    sizes = {
        "vocab_size": 96,
        "hidden_size": 64,
        "intermediate_size": 160,
        "num_hidden_layers": 3,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "attn_implementation": "eager",
    }
    return LlamaForCausalLM(LlamaConfig(**(sizes | changes)))


@pytest.mark.parametrize("changes", [{}, {"tie_word_embeddings": True}, {"head_dim": 32}])
def test_the_count_is_what_torch_counts(changes):
    """The reference counts every matrix product of one forward and backward pass as it runs.

    Norms (a few parameters that multiply no matrix) make ours larger, by less than 0.5 %.
    """
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    rows, length = 2, 40
    model = llama(**changes)
    ids = torch.randint(0, 96, (rows, length))
    with FlopCounterMode(display=False) as counter:
        model(input_ids=ids, labels=ids, use_cache=False).loss.backward()
    ours = flops_per_token(model.config, matrix_parameters(model), length)
    assert ours is not None
    assert 1 <= ours * rows * length / counter.get_total_flops() < 1.005


def test_the_whole_of_llama_3_8b():
    """8.03e9 parameters, of which 0.525e9 are the input embedding (its model card and config)."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        vocab_size=128256,
        hidden_size=4096,
        intermediate_size=14336,
        num_hidden_layers=32,
        num_attention_heads=32,
        num_key_value_heads=8,
    )
    with torch.device("meta"):
        model = LlamaForCausalLM(config)
    assert matrix_parameters(model) == 8_030_261_248 - 128256 * 4096
    # 6 N + 12 L H Q T by hand.
    expected = 6 * 7_504_924_672 + 12 * 32 * 32 * 128 * 2048
    assert flops_per_token(config, matrix_parameters(model), 2048) == expected


def test_of_a_mixture_of_experts_nothing_is_said():
    from transformers import MixtralConfig

    assert flops_per_token(MixtralConfig(), 10**9, 2048) is None


@pytest.mark.parametrize(
    ("device", "teraflops"),
    [
        ("NVIDIA H100 80GB HBM3", 989.5),
        ("NVIDIA H100 PCIe", 756.5),
        ("NVIDIA A100-SXM4-80GB", 312),
        ("NVIDIA A100 80GB PCIe", 312),
        ("NVIDIA A10", 125),
        ("NVIDIA A10G", None),
        ("NVIDIA L40S", 362),
        ("NVIDIA L40", None),
        ("NVIDIA H100 80GB HBM3 MIG 1g.10gb", None),
        ("Tesla T4", None),
    ],
)
def test_peaks_are_of_devices_by_their_whole_name(device, teraflops):
    assert peak_flops(device) == (None if teraflops is None else teraflops * 1e12)
