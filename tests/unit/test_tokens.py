"""Option tokens, shared tokens, and the tokens of a text after a prompt."""

import logging
from dataclasses import replace

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from isogloss.engines.protocol import ScoredPrompt
from isogloss.engines.tokens import (
    Row,
    continuation_ids,
    option_tokens,
    prefix_groups,
    shared_length,
)
from isogloss.errors import IsoglossError
from isogloss.training.tiny import train_tokenizer
from tests.demo import RECIPE
from tests.scoring import LETTERS, letter_texts

OPTION_IDS = (LETTERS, ("a", "b", "c", "d"), ("1", "2", "3", "4"))


@pytest.fixture(scope="module")
def tokenizer():
    """A byte-level BPE tokenizer, as Llama 3's, that has " A" as one token."""
    lines = [f"Answer: {name}\n{name}. x" for names in OPTION_IDS for name in names]
    found = train_tokenizer(letter_texts(lines * 50), replace(RECIPE, vocabulary=400))
    found.name_or_path = "made/byte-level"
    return found


@pytest.mark.parametrize("names", OPTION_IDS)
def test_bare_and_spaced_are_different_single_tokens(tokenizer, names):
    bare, spaced = (option_tokens(tokenizer, names, spaced) for spaced in (False, True))
    for name in names:
        assert tokenizer.decode([bare[name]]) == name
        assert tokenizer.decode([spaced[name]]) == f" {name}"
        # As the authors' public code looks them up, and as lm-evaluation-harness's text is encoded.
        assert bare[name] == tokenizer(name).input_ids[-1]
        assert spaced[name] == tokenizer(f"Answer: {name}").input_ids[-1]
    assert not set(bare.values()) & set(spaced.values())


def test_an_id_of_several_tokens_is_its_last_and_said(tokenizer, caplog):
    caplog.set_level(logging.WARNING)
    assert tokenizer("Q7", add_special_tokens=False).input_ids[1:]
    found = option_tokens(tokenizer, ("Q7", "Q8"), spaced=False)
    assert tokenizer.decode(list(found.values())) == "78"
    assert "made/byte-level: 'Q7' is 2 tokens; '7' is scored" in caplog.text


def test_option_ids_with_the_same_token_are_an_error(tokenizer):
    with pytest.raises(IsoglossError, match=r"made/byte-level: .*'xA' and 'A' in the same token"):
        option_tokens(tokenizer, ("xA", "A"), spaced=False)


def test_letters_that_a_vocabulary_does_not_know_are_an_error():
    words = {"<unk>": 0, "Answer:": 1, "A": 2}
    inner = Tokenizer(models.WordLevel(words, unk_token="<unk>"))
    inner.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=inner, unk_token="<unk>")
    with pytest.raises(IsoglossError, match="'B' and 'C' in the same token '<unk>'"):
        option_tokens(tokenizer, LETTERS, spaced=False)


def test_groups_have_one_prefix_and_the_longest_comes_first():
    texts = [("a", "1"), ("b", "1234"), ("a", "12"), ("", "123"), ("b", "1")]
    prompts = [ScoredPrompt(prefix, suffix, True) for prefix, suffix in texts]
    prompts.append(ScoredPrompt("a", "1", False))  # other special tokens, other tokens
    assert prefix_groups(prompts) == [[1, 4], [0, 2], [3], [5]]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([[1, 2, 3, 4], [1, 2, 3, 5], [1, 2, 9, 9]], 2),
        ([[1, 2, 3], [1, 2, 3]], 2),  # the last position is scored, so it is never shared
        ([[1, 2], [1, 2, 3, 4]], 1),
        ([[1, 2], [3, 2]], 0),
        ([[1, 2, 3]], 0),  # one row shares with nobody
    ],
)
def test_shared_length(rows, expected):
    assert shared_length([Row(ids, [[7]]) for ids in rows]) == expected


def test_scored_positions_are_never_shared():
    rows = [Row([1, 2, 3, 4, 5], [[3], [4], [5]]), Row([1, 2, 3, 4, 6], [[6]])]
    assert shared_length(rows) == 2


def test_continuations_of_a_prompt_that_merges_with_them(tokenizer):
    """Where prompt and text would melt into one token, what the prompt alone has stays its own."""
    joined = tokenizer.encode("Answer")
    assert len(joined) == 2  # the token at the beginning, and "Answer"
    alone = tokenizer.encode("Answ")
    ((pair,),) = continuation_ids(tokenizer, [ScoredPrompt("Ans", "w", True)], [["er: A"]])
    context, following = pair
    assert context == alone
    assert following == tokenizer.encode("Answer: A")[len(alone) :]
