"""Embeddings of disturbed texts: the disturbances, the means, the comparison."""

from collections import Counter

import numpy as np
import pytest
import torch
from transformers import LlamaConfig, LlamaModel

from isogloss.errors import IsoglossError
from isogloss.representations.conditions import (
    drawn_words,
    hide_tokens,
    mix_words,
    needed,
    replace_tokens,
)
from isogloss.representations.embed import Tokens, embed
from isogloss.representations.similarity import compare, cosines, project

LANGUAGES = ("en", "fr", "de", "es", "it")
TEXT = " ".join(f"word{i}" for i in range(4000)) + " 42 ."


def test_words_are_drawn_with_probability_p_and_languages_uniformly():
    found = Counter(language for *_, language in drawn_words(TEXT, 0, 0.5, LANGUAGES, 42))
    # 4000 words, of which one half is drawn and four in five of those leave English.
    assert sum(found.values()) == pytest.approx(1600, abs=100)
    assert set(found) == set(LANGUAGES) - {"en"}
    assert all(count == pytest.approx(400, abs=60) for count in found.values())


def test_a_larger_p_keeps_what_a_smaller_one_changes():
    small = set(drawn_words(TEXT, 3, 0.2, LANGUAGES, 42))
    assert len(small) > 0
    assert small < set(drawn_words(TEXT, 3, 0.8, LANGUAGES, 42))
    assert not list(drawn_words(TEXT, 3, 0.0, LANGUAGES, 42))


def test_mixing_translates_the_drawn_words_and_counts_what_is_missing():
    text = "The old king, of 1066, slept."
    pairs = set(needed([text], 1.0, LANGUAGES, 1))
    memory = {pair: f"<{pair[0]}:{pair[1]}>" for pair in pairs}
    mixed, missing = mix_words(text, 0, 1.0, LANGUAGES, 1, memory)
    assert missing == 0
    assert mixed.count("<") == len(pairs) > 0
    assert "1066" in mixed  # a number is no word to translate
    assert mixed.endswith((".", ">."))
    gone, *_ = pairs
    mixed, missing = mix_words(
        text, 0, 1.0, LANGUAGES, 1, {k: v for k, v in memory.items() if k != gone}
    )
    assert missing == 1
    assert f"<{gone[0]}" not in mixed


def test_replaced_tokens_differ_and_are_uniform_over_the_others():
    ids = [7] * 6000
    found = Counter(replace_tokens(ids, 0, 1.0, range(10), 42))
    assert 7 not in found
    assert set(found) == set(range(10)) - {7}
    assert all(count == pytest.approx(6000 / 9, abs=110) for count in found.values())
    assert replace_tokens(ids, 0, 0.0, range(10), 42) == ids


def test_hidden_tokens_leave_at_least_one():
    assert sum(hide_tokens(5000, 0, 0.4, 42)) == pytest.approx(3000, abs=150)
    assert sum(hide_tokens(12, 0, 1.0, 42)) == 1


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=100,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=3,
        num_attention_heads=4,
        num_key_value_heads=2,
    )
    return LlamaModel(config).eval()


def texts_of(lengths, seed=0):
    generator = np.random.default_rng(seed)
    return [Tokens(generator.integers(0, 100, n).tolist(), [True] * n) for n in lengths]


def test_the_mean_of_the_last_layer_whatever_the_batch(model):
    texts = texts_of([5, 17, 9, 2])
    found = embed(model, texts, batch_size=4, batch_tokens=1000)
    for i, text in enumerate(texts):
        with torch.inference_mode():
            output = model(input_ids=torch.tensor([text.ids]), output_hidden_states=True)
        # transformers' last hidden state is what follows the final norm.
        assert output.hidden_states[-1].mean(dim=1)[0].numpy() == pytest.approx(found[i], abs=1e-5)
    alone = embed(model, texts, batch_size=1, batch_tokens=1)
    assert alone == pytest.approx(found, abs=1e-5)


@pytest.mark.parametrize("hidden", [0, 6])
def test_a_hidden_token_has_no_influence(model, hidden):
    (text,) = texts_of([12])
    seen = [i != hidden for i in range(12)]
    other = [(token + 1) % 100 if i == hidden else token for i, token in enumerate(text.ids)]
    first = embed(model, [Tokens(text.ids, seen)], batch_size=1, batch_tokens=99)
    second = embed(model, [Tokens(other, seen)], batch_size=1, batch_tokens=99)
    assert np.isfinite(first).all()
    assert first == pytest.approx(second, abs=1e-6)
    whole = embed(model, [text], batch_size=1, batch_tokens=99)
    assert np.abs(first - whole).max() > 1e-3


def test_cosines_and_their_comparison():
    first = np.array([[1.0, 0.0], [3.0, 4.0]])
    second = np.array([[0.0, 2.0], [6.0, 8.0]])
    assert cosines(first, second) == pytest.approx([0, 1])
    # Every pair counted: 5 of the 6 pairs have the larger value first, and none is equal.
    test = compare(np.array([0.9, 0.8, 0.4]), np.array([0.5, 0.1]))
    assert test.nearer == pytest.approx(5 / 6)
    assert (test.first_mean, test.second_mean) == pytest.approx((0.7, 0.3))
    with pytest.raises(IsoglossError, match="samples of 0 and 2"):
        compare(np.array([]), np.array([0.5, 0.1]))


def test_the_comparison_seldom_errs_and_finds_a_shift():
    generator = np.random.default_rng(3)
    same = [compare(generator.normal(size=40), generator.normal(size=40)).p for _ in range(300)]
    assert sum(p < 0.05 for p in same) <= 28  # 15 expected, 28 is its 99.9 % bound
    assert compare(generator.normal(2, 1, 40), generator.normal(size=40)).p < 1e-6


def test_the_projection_keeps_groups_apart_and_is_repeatable():
    generator = np.random.default_rng(0)
    centres = {"a": np.eye(8)[0], "b": np.eye(8)[1]}
    sets = {name: c + 0.01 * generator.normal(size=(30, 8)) for name, c in centres.items()}
    found = project(sets, seed=1)
    a, b = found["a"], found["b"]
    assert a.shape == b.shape == (30, 2)
    apart = np.linalg.norm(a.mean(axis=0) - b.mean(axis=0))
    assert apart > 2 * max(a.std(), b.std()) / 2
    assert apart > np.linalg.norm(a - a.mean(axis=0), axis=1).max()
    again = project(sets, seed=1)
    assert (again["a"] == a).all()
