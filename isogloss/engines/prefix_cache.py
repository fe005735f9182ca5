"""Keys and values of a prefix, computed once and lent to every batch that starts with it."""

from typing import Any

import torch
from transformers.cache_utils import (
    Cache,
    DynamicCache,
    DynamicLayer,
    DynamicSlidingWindowLayer,
)


class LentLayer(DynamicLayer):
    """Keys and values of a prefix (batch 1) that a batch of any size reads and nobody changes.

    A copy of the cache for each batch would hold prefix and suffixes of all layers at once; here
    they exist for the one layer that attends.
    """

    def __init__(self, layer: DynamicLayer):
        super().__init__()
        self._layer = layer
        self.is_sliding = layer.is_sliding
        self.is_initialized = True

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *args: Any, **kwargs: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return keys and values of the prefix followed by those given, for each row."""
        rows = key_states.shape[0]
        pairs = ((self._layer.keys, key_states), (self._layer.values, value_states))
        keys, values = (
            torch.cat([prefix.expand(rows, -1, -1, -1), suffix], dim=-2) for prefix, suffix in pairs
        )
        return keys, values

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        """Return what the prefix's own layer says: the length and the offset of the keys."""
        sizes: tuple[int, int] = self._layer.get_mask_sizes(query_length)
        return sizes

    def get_seq_length(self) -> int:
        """Return the length of the prefix in tokens."""
        return int(self._layer.get_seq_length())


def can_lend(model: Any) -> bool:
    """Return whether a model keeps nothing but keys and values of the tokens that it has read.

    Recurrent states (state-space models and hybrids) change with every token, and most of those
    models can go on from a cached state by one token only.
    """
    cache = DynamicCache(config=model.config)
    kinds = {type(layer) for layer in cache.layers}
    return not model._is_stateful and kinds <= {DynamicLayer, DynamicSlidingWindowLayer}


def lend(filled: DynamicCache) -> Cache:
    """Return a cache for one forward pass, over any number of rows, after a prefix."""
    return Cache(layers=[LentLayer(layer) for layer in filled.layers])
