"""Embeddings of texts: the mean of the last layer over the tokens (paper B, section 2.2)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from isogloss.engines.batches import make_batches


@dataclass(frozen=True)
class Tokens:
    """A text as the model gets it: token ids, and which of them may be attended to."""

    ids: Sequence[int]
    seen: Sequence[bool]


def ordinary_tokens(tokenizer: Any) -> list[int]:
    """Return the ids of the vocabulary that are no special tokens, in rising order."""
    special = set(tokenizer.all_special_ids)
    return sorted(set(tokenizer.get_vocab().values()) - special)


def embed(
    model: Any,
    texts: Sequence[Tokens],
    *,
    batch_size: int,
    batch_tokens: int,
    done: Callable[[int], object] = lambda count: None,
) -> NDArray[np.float32]:
    """Return the embeddings of texts, shape (texts, hidden size), in their order.

    model: a decoder of transformers; its head is not run. A hidden token is no key of any
    attention, and does not enter the mean. A position's number stays what it is in the whole
    text. done is called with the number of texts of each finished batch.
    """
    import torch

    device = model.get_input_embeddings().weight.device
    decoder = model.get_decoder() if hasattr(model, "get_decoder") else model.base_model
    result: list[NDArray[np.float32] | None] = [None] * len(texts)
    for batch in make_batches([len(text.ids) for text in texts], batch_size, batch_tokens):
        width = max(len(texts[i].ids) for i in batch)
        ids = torch.zeros((len(batch), width), dtype=torch.long)
        seen = torch.zeros((len(batch), width), dtype=torch.long)
        for row, i in enumerate(batch):
            length = len(texts[i].ids)
            ids[row, :length] = torch.tensor(list(texts[i].ids))
            seen[row, :length] = torch.tensor(list(texts[i].seen))
        with torch.inference_mode():
            hidden = decoder(
                input_ids=ids.to(device),
                attention_mask=seen.to(device),
                position_ids=torch.arange(width, device=device).expand(len(batch), -1),
                use_cache=False,
            ).last_hidden_state
            counted = seen.to(hidden.device).unsqueeze(-1)
            # A token that can attend to nothing may come out as NaN, which times 0 is NaN.
            kept = torch.where(counted.bool(), hidden.float(), 0.0)
            means = (kept.sum(dim=1) / counted.sum(dim=1)).cpu().numpy()
        for row, i in enumerate(batch):
            result[i] = means[row]
        done(len(batch))
    return np.stack([row for row in result if row is not None])
