"""Rows of tokens: none is lost or moved, and a packed row is learned as its documents alone."""

import random
from itertools import chain

import numpy as np
import pytest

from isogloss.errors import IsoglossError
from isogloss.training.packing import IGNORED, Encoded, Tokens, join, mean_context, row_bounds
from isogloss.training.rows import Rows, collate

LENGTHS = (9, 3, 20, 1, 17, 64, 2, 5, 33)


def documents(lengths=LENGTHS, seed=0):
    draw = random.Random(seed)
    return [[draw.randrange(1, 50) for _ in range(length)] for length in lengths]


def tokens_of(texts):
    return join(Encoded(ids) for ids in texts)[0]


def rows_of(texts, **options):
    defaults = {"length": 16, "packed": True, "across": False, "batch": 4, "seed": 7}
    return Rows(tokens_of(texts), **(defaults | options))


def tiny_llama():
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    sizes = {"hidden_size": 32, "intermediate_size": 64}
    counts = {"num_hidden_layers": 2, "num_attention_heads": 2, "vocab_size": 50}
    return LlamaForCausalLM(LlamaConfig(**sizes, **counts)).eval()


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("length", [1, 7, 16, 64, 1000])
def test_rows_hold_every_token_once_and_in_order(packed, length):
    texts = [text for text in documents() if len(text) > 1]  # one token alone teaches nothing
    rows = rows_of(texts, length=length, packed=packed)
    read = [rows.row(index)[0].tolist() for index in range(len(rows.bounds))]
    assert [*chain(*read)] == [*chain(*texts)]
    assert max(map(len, read)) <= length
    if packed:
        assert {len(row) for row in read[:-1]} <= {length}
    else:
        assert len(read) == sum(-(-len(text) // length) for text in texts)


def test_a_document_without_a_token_to_learn_is_dropped_and_counted():
    tokens, counts = join(
        [
            Encoded([5]),
            Encoded([1, 2, 3], [False, False, True]),
            Encoded([1, 2, 3, 4], [False, False, False, True]),
            Encoded([7, 8], [True, True]),
        ],
        limit=3,
    )
    assert (counts.documents, counts.dropped, counts.truncated) == (2, 2, 0)
    assert (counts.tokens, counts.learned_tokens) == (5, 2)
    assert tokens.ids.tolist() == [1, 2, 3, 7, 8]
    assert tokens.starts.tolist() == [0, 3]
    _, cut = join([Encoded([1, 2, 3, 4])], limit=3)
    assert (cut.truncated, cut.tokens) == (1, 3)


@pytest.mark.parametrize("texts", [[], [[5]]])
def test_without_a_document_there_is_no_training(texts):
    with pytest.raises(IsoglossError, match="the training data"):
        join((Encoded(ids) for ids in texts), limit=8)


def test_tokens_come_back_from_disk(tmp_path):
    tokens = tokens_of(documents())
    tokens.save(tmp_path)
    for name in ("ids", "learned", "starts"):
        assert np.array_equal(getattr(tokens, name), getattr(Tokens.load(tmp_path), name))


def test_labels_are_the_tokens_to_be_learned_except_documents_first():
    tokens, _ = join(
        [
            Encoded([10, 11, 12, 13], [False, False, True, True]),
            Encoded([20, 21, 22], [True, True, True]),
        ]
    )
    for across, labels in (
        (False, [IGNORED, IGNORED, 12, 13, IGNORED, 21, 22]),
        (True, [IGNORED, IGNORED, 12, 13, 20, 21, 22]),
    ):
        rows = Rows(tokens, length=8, packed=True, across=across, batch=1, seed=1)
        ids, read, positions = rows.row(0)
        assert ids.tolist() == [10, 11, 12, 13, 20, 21, 22]
        assert read.tolist() == labels
        assert positions.tolist() == (list(range(7)) if across else [0, 1, 2, 3, 0, 1, 2])


def test_a_packed_batch_has_the_loss_of_its_documents_one_by_one():
    """The reference reads each document alone, without any of this code."""
    import torch

    model, texts = tiny_llama(), [text for text in documents() if len(text) > 1]
    with torch.inference_mode():
        alone = sum(
            model(input_ids=torch.tensor([ids]), labels=torch.tensor([ids])).loss.item()
            * (len(ids) - 1)
            for ids in texts
        ) / sum(len(ids) - 1 for ids in texts)
        rows = rows_of(texts, length=200, batch=1)
        batch = collate([rows[0]])
        batch.pop("tokens")
        packed = model(**batch, use_cache=False).loss.item()
        # Beside a row of another length: padding and several rows at once change nothing.
        short = rows_of(texts[:2], length=200, batch=1)
        both = collate([rows[0], short[0]])
        both.pop("tokens")
        logits = model(**both, use_cache=False).logits[1, :12]
        single = collate([short[0]])
        single.pop("tokens")
        expected = model(**single, use_cache=False).logits[0]
    assert packed == pytest.approx(alone, abs=1e-5)
    assert torch.allclose(logits, expected, atol=1e-5)


def test_ignored_labels_do_not_add_to_the_loss_or_the_gradient():
    """Other tokens in ignored places after the learned ones: the same loss and gradients."""
    import torch

    model = tiny_llama()

    def loss_and_gradient(end):
        marks = [False, True, True, False, False]
        tokens, _ = join([Encoded([3, 4, 5, *end], marks)])
        batch = collate([Rows(tokens, length=5, packed=False, across=False, batch=1, seed=1)[0]])
        batch.pop("tokens")
        assert batch["labels"].tolist() == [[IGNORED, 4, 5, IGNORED, IGNORED]]
        model.zero_grad()
        loss = model(**batch, use_cache=False).loss
        loss.backward()
        return loss.item(), [p.grad.clone() for p in model.model.layers.parameters()]

    first, first_gradients = loss_and_gradient([6, 7])
    second, second_gradients = loss_and_gradient([40, 41])
    assert first == pytest.approx(second, abs=1e-6)
    for one, other in zip(first_gradients, second_gradients, strict=True):
        assert torch.allclose(one, other, atol=1e-6)
    # By hand: the mean over the two learned tokens alone.
    with torch.inference_mode():
        logs = model(input_ids=torch.tensor([[3, 4, 5]])).logits.log_softmax(-1)[0]
    assert first == pytest.approx(-(logs[0, 4] + logs[1, 5]).item() / 2, abs=1e-5)


def test_every_step_has_its_batch_and_every_epoch_all_rows_in_another_order():
    rows = rows_of(documents(), epochs=3)
    count, batch = len(rows.bounds), rows.batch
    assert rows.steps_per_epoch == -(-count // batch)
    assert len(rows) == rows.steps * batch == 3 * rows.steps_per_epoch * batch
    places = [rows.index(place) for place in range(len(rows))]
    size = rows.steps_per_epoch * batch
    epochs = [places[n : n + size] for n in range(0, len(places), size)]
    for epoch in epochs:
        assert sorted(epoch[:count]) == list(range(count))
        assert epoch[count:] == [None] * (size - count)
    assert epochs[0] != epochs[1] != epochs[2]
    assert [rows.index(place) for place in range(len(rows))] == places
    assert [rows_of(documents(), epochs=3, seed=8).index(place) for place in range(size)] != places
    filling = rows[size - 1]
    assert filling["labels"].tolist() == [IGNORED]
    assert filling["tokens"].tolist() == [0]


def test_steps_may_end_inside_an_epoch_or_go_beyond():
    rows = rows_of(documents(), steps=2)
    assert len(rows) == 2 * rows.batch
    more = rows_of(documents(), steps=rows.steps_per_epoch + 1)
    assert more.index(len(more) - 1) is not None


def test_collate_pads_on_the_right_and_counts_tokens():
    rows = rows_of([list(range(1, 6)), [8, 9]], packed=False, batch=2)
    batch = collate([rows[0], rows[1]])
    assert batch["input_ids"].shape == batch["labels"].shape == batch["position_ids"].shape
    assert sorted(batch["tokens"].tolist()) == [2, 5]
    short = batch["tokens"].tolist().index(2)
    assert batch["labels"][short].tolist() == [IGNORED, 9, IGNORED, IGNORED, IGNORED]
    assert batch["position_ids"][short].tolist() == [0, 1, 2, 3, 4]


def test_the_mean_context_is_that_of_the_pieces():
    tokens = tokens_of([[1] * 6, [2] * 4, [3] * 2])
    bounds = row_bounds(tokens, 8, True)
    assert bounds.tolist() == [[0, 8], [8, 12]]
    # Pieces of 6, 2 (a document cut in two), 2 and 2 tokens.
    assert mean_context(tokens, bounds, across=False) == pytest.approx((36 + 4 + 4 + 4) / 12)
    assert mean_context(tokens, bounds, across=True) == pytest.approx((64 + 16) / 12)
