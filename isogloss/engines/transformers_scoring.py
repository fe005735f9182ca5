"""Log-probabilities of given tokens with transformers: shared prefix once, head where wanted."""

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from transformers.cache_utils import DynamicCache

from isogloss.engines.batches import make_batches
from isogloss.engines.prefix_cache import lend
from isogloss.engines.tokens import Row, Values, shared_length
from isogloss.errors import IsoglossError

# Most logits of a batch: 1 GiB in float32, and as much again for their softmax.
MOST_LOGITS = 1 << 28


def score_group(
    model: Any,
    items: Sequence[Sequence[Row]],
    only: Sequence[bool],
    *,
    share: bool,
    batch_size: int,
    batch_tokens: int,
) -> Iterator[list[tuple[int, Values]]]:
    """Yield batches of (index, for each row of the item, for each position, each token's value).

    items: the rows of each prompt of a group, scored in one batch. share: whether to compute the
    tokens that all rows start with once. A batch has at most `batch_size` rows and, padding and
    shared tokens counted, at most `batch_tokens` tokens (keys and values are kept for the shared
    ones, too), but at least one item.
    """
    shared = shared_length([row for rows in items for row in rows]) if share else 0
    cache = None
    most_rows = max(map(len, items))
    most_positions = max(sum(len(row.wanted) for row in rows) for rows in items)
    size = min(batch_size // most_rows, MOST_LOGITS // _vocabulary(model) // most_positions)
    # Every item is counted as one row as long as its longest one times the most rows of an item.
    lengths = [max(len(row.ids) for row in rows) * most_rows for rows in items]
    for whole in make_batches(lengths, max(1, size), batch_tokens):
        batch = [i for i in whole if only[i]]
        if not batch:
            continue
        if shared and cache is None:
            cache = _prefill(model, items[batch[0]][0].ids[:shared])
        values = iter(_score(model, [row for i in batch for row in items[i]], shared, cache))
        yield [(i, [next(values) for _ in items[i]]) for i in batch]


def _vocabulary(model: Any) -> int:
    return int(model.get_output_embeddings().weight.shape[0])


def _prefill(model: Any, ids: Sequence[int]) -> DynamicCache:
    cache = DynamicCache(config=model.config)
    last = torch.tensor([len(ids) - 1])
    _forward(model, torch.tensor([ids]), last, cache)
    return cache


def _score(model: Any, rows: Sequence[Row], shared: int, cache: DynamicCache | None) -> Values:
    # Padding is on the right, where no earlier position sees it: so positions are counted as they
    # are alone, and models with recurrent states need no mask.
    suffixes = [row.ids[shared:] for row in rows]
    width = max(map(len, suffixes))
    padded = torch.tensor([ids + ids[-1:] * (width - len(ids)) for ids in suffixes])
    wanted = [candidates for row in rows for candidates in row.wanted]
    positions = torch.tensor(
        [
            index * width + position
            for index, (row, ids) in enumerate(zip(rows, suffixes, strict=True))
            for position in range(len(ids) - len(row.wanted), len(ids))
        ]
    )
    logits = _forward(model, padded, positions, lend(cache) if cache is not None else None)
    most = max(map(len, wanted))
    tokens = torch.tensor([ids + ids[-1:] * (most - len(ids)) for ids in wanted])
    logits = logits.to(torch.promote_types(logits.dtype, torch.float32))
    values = logits.log_softmax(dim=-1).gather(1, tokens.to(logits.device)).tolist()
    each = iter([found[: len(ids)] for found, ids in zip(values, wanted, strict=True)])
    return [[next(each) for _ in row.wanted] for row in rows]


def _forward(
    model: Any, ids: torch.Tensor, positions: torch.Tensor, cache: Any | None
) -> torch.Tensor:
    """Return logits (positions, vocabulary) at positions of the flattened `ids` (rows, width)."""

    def keep_positions(_head: Any, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        hidden, *others = inputs
        if hidden.shape[:2] != ids.shape:
            raise IsoglossError(
                f"{type(model).__name__}: its head reads a tensor {tuple(hidden.shape)} where "
                f"{tuple(ids.shape)} tokens went in; score options with the vllm engine instead"
            )
        return (hidden.flatten(0, 1)[positions.to(hidden.device)].unsqueeze(0), *others)

    # `logits_to_keep` keeps the same positions of every row; and the head alone would miss what
    # some models do after it (scaling, soft caps).
    hook = model.get_output_embeddings().register_forward_pre_hook(keep_positions)
    try:
        with torch.inference_mode():
            output = model(
                input_ids=ids.to(model.device), past_key_values=cache, use_cache=cache is not None
            )
    finally:
        hook.remove()
    logits: torch.Tensor = output.logits[0]
    if logits.shape[0] != len(positions):
        raise IsoglossError(
            f"{type(model).__name__}: gives logits {tuple(output.logits.shape)} where "
            f"{len(positions)} positions were kept; score options with the vllm engine instead"
        )
    return logits
