"""Scoring is exact for all kinds of models: sliding windows, soft caps, experts, recurrent states.

Each is a small random model of the real class in transformers, asked the same and compared with
one plain pass for each prompt.
"""

import pytest

from isogloss.engines.prefix_cache import can_lend
from isogloss.engines.tokens import Row
from isogloss.engines.transformers_scoring import score_group
from isogloss.errors import IsoglossError

VOCABULARY = 300
PREFIX = 30  # tokens, more than the sliding windows below
SIZES = {
    "vocab_size": VOCABULARY,
    "hidden_size": 64,
    "intermediate_size": 96,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 512,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 2,
}
ATTENTION = {
    "Llama": {},
    "Mistral": {"sliding_window": 12},
    "Mixtral": {"num_local_experts": 4},  # mixture of experts
    "Qwen2": {},
    "Gemma2": {"head_dim": 16, "sliding_window": 10},  # soft caps, alternate layers slide
    "Gemma3Text": {"head_dim": 16, "sliding_window": 10},
    "Cohere": {},  # Aya: logits are scaled after the head
    "Cohere2": {"sliding_window": 10},
    "Granite": {"logits_scaling": 8.0},
    "Phi3": {},
    "GPT2": {},  # learned positions
    "Bloom": {},  # positions as biases of attention
}
RECURRENT = {
    "Mamba": {},
    "Mamba2": {"num_heads": 8, "head_dim": 16, "state_size": 16, "n_groups": 1},
    "Zamba": {"attn_layer_period": 3, "attn_layer_offset": 2, "num_hidden_layers": 6},
    "Jamba": {"num_experts": 2, "attn_layer_period": 2, "attn_layer_offset": 1},
}


def make(name, settings):
    import torch
    import transformers

    config = getattr(transformers, f"{name}Config")(**SIZES | settings)
    torch.manual_seed(3)
    model = transformers.AutoModelForCausalLM.from_config(config).eval()
    with torch.no_grad():
        for weights in model.parameters():
            if weights.dim() > 1:
                weights.normal_(std=0.1)
    return model


def items():
    """Return prompts with the same first tokens: some with candidates, some with texts."""
    import torch

    random = torch.Generator().manual_seed(1)

    def ids(count):
        return torch.randint(3, VOCABULARY, (count,), generator=random).tolist()

    prefix = ids(PREFIX)
    letters = [[Row(prefix + ids(size), [[5, 6, 299, 8]])] for size in (3, 24, 7, 16, 9, 21, 4)]
    texts = [[Row(prefix + ids(size), [[5], [7], [5]]) for size in (5, 9, 20)] for _ in range(3)]
    return letters + texts


def plain(model, row):
    import torch

    with torch.inference_mode():
        logits = model(input_ids=torch.tensor([row.ids]), use_cache=False).logits[0]
    tail = logits.log_softmax(-1)[-len(row.wanted) :]
    return [tail[i, torch.tensor(ids)].tolist() for i, ids in enumerate(row.wanted)]


def check(model, *, share):
    asked = items()
    found = {}
    for batch in score_group(
        model, asked, [True] * len(asked), share=share, batch_size=8, batch_tokens=10**6
    ):
        found |= dict(batch)
    different = set()
    for index, rows in enumerate(asked):
        for values, row in zip(found[index], rows, strict=True):
            assert values == [pytest.approx(value, abs=1e-5) for value in plain(model, row)]
            different |= {round(value, 3) for position in values for value in position}
    assert len(different) > 20  # the model tells prompts and tokens apart


@pytest.mark.parametrize("name", ATTENTION)
def test_attention_reads_a_lent_prefix(name):
    model = make(name, ATTENTION[name])
    assert can_lend(model)
    check(model, share=True)


@pytest.mark.parametrize("name", RECURRENT)
def test_recurrent_states_are_not_lent_and_prompts_are_read_whole(name):
    model = make(name, RECURRENT[name])
    assert not can_lend(model)
    check(model, share=False)


def test_a_head_that_reads_something_else_is_an_error(monkeypatch):
    model = make("Llama", {})
    # As in a model that cuts out the last position before its head.
    plain_forward = model.model.forward

    def last_only(*args, **kwargs):
        output = plain_forward(*args, **kwargs)
        output.last_hidden_state = output.last_hidden_state[:, -1:]
        return output

    monkeypatch.setattr(model.model, "forward", last_only)
    with pytest.raises(IsoglossError, match=r"LlamaForCausalLM: its head reads.*vllm"):
        check(model, share=False)
