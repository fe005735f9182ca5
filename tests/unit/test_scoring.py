"""Scores of given answers equal a plain pass over the whole text, in any layout of batches."""

import math
from itertools import takewhile

import pytest

from isogloss.engines.protocol import ScoredPrompt
from isogloss.engines.tokens import option_tokens
from isogloss.errors import IsoglossError
from tests.demo import FEW, demo_items
from tests.scoring import (
    LETTERS,
    demo_questions,
    furthest,
    letters,
    load,
    random_model,
    reference,
    texts,
)

CLOSE = 1e-5


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    items = demo_items(FEW)
    return random_model(tmp_path_factory.mktemp("scored"), items["context"].unique().to_list())


@pytest.fixture(scope="module")
def engine(folder):
    return load(folder)


@pytest.fixture(scope="module")
def questions():
    prompts, options = demo_questions()
    # Prompts without a prefix are a group like others.
    bare = [ScoredPrompt("", prompt.suffix, True) for prompt in prompts[:7]]
    return prompts + bare, options + options[:7]


@pytest.fixture(scope="module")
def sets(engine, questions):
    """Letters, and tokens that no list of the likeliest would hold."""
    found = option_tokens(engine.tokenizer, LETTERS, spaced=False)
    return [[*found.values(), *range(20, 2000, 180)] for _ in questions[0]]


@pytest.fixture(scope="module")
def letter_values(engine, questions, sets):
    return letters(engine, questions[0], sets)


@pytest.fixture(scope="module")
def text_values(engine, questions):
    return texts(engine, *questions)


class Watch:
    """How many tokens, positions and rows a model computes."""

    def __init__(self, engine, monkeypatch):
        self.shapes, self.heads = [], []
        plain = engine.model.forward

        def forward(*args, **kwargs):
            cache = kwargs.get("past_key_values")
            before = cache.get_seq_length() if cache is not None else 0
            self.shapes.append((*kwargs["input_ids"].shape, before))
            return plain(*args, **kwargs)

        monkeypatch.setattr(engine.model, "forward", forward)
        head = engine.model.get_output_embeddings()
        plain_head = head.forward

        def head_forward(hidden):
            self.heads.append(hidden.shape[0] * hidden.shape[1])
            return plain_head(hidden)

        monkeypatch.setattr(head, "forward", head_forward)


def test_letters_equal_a_plain_pass_whatever_their_rank(engine, questions, sets, letter_values):
    ranks = []
    for index, prompt in enumerate(questions[0]):
        last = reference(engine, prompt.prefix + prompt.suffix)[-1]
        assert furthest(letter_values[index], last[sets[index]].tolist()) < CLOSE
        ranks += [(last > last[token]).sum().item() for token in sets[index]]
    assert len(letter_values) == len(questions[0]) > 60
    # Nearly all lie outside a list of the likeliest 20, some near the very end.
    assert sum(rank >= 20 for rank in ranks) > 0.9 * len(ranks)
    assert max(ranks) > 0.95 * len(engine.tokenizer)
    best = [values.index(max(values[:4])) for values in letter_values.values()]
    assert len(set(best)) == 4  # every letter is chosen somewhere


def test_texts_are_the_sums_of_their_tokens_in_a_plain_pass(engine, questions, text_values):
    longest = 0
    for index, (prompt, options) in enumerate(zip(*questions, strict=True)):
        alone = engine.tokenizer.encode(prompt.text)
        for option, score in zip(options, text_values[index], strict=True):
            whole = engine.tokenizer.encode(prompt.text + option)
            assert whole[: len(alone)] == alone
            following = whole[len(alone) :]
            values = reference(engine, prompt.text + option)[len(alone) - 1 : -1]
            total = sum(values[i, token].item() for i, token in enumerate(following))
            assert abs(score.logprob - total) < CLOSE * len(following)
            assert score.tokens == len(following)
            longest = max(longest, len(following))
    assert longest > 8


@pytest.mark.parametrize("batch_size", [1, 8])
def test_the_batch_size_does_not_matter(
    folder, questions, sets, letter_values, text_values, batch_size
):
    other = load(folder, batch_size=batch_size)
    assert furthest(_ordered(letters(other, questions[0], sets)), _ordered(letter_values)) < CLOSE
    for index, scores in texts(other, *questions).items():
        for score, expected in zip(scores, text_values[index], strict=True):
            assert abs(score.logprob - expected.logprob) < CLOSE * expected.tokens
            assert score.tokens == expected.tokens


def _ordered(values):
    return [values[index] for index in range(len(values))]


def same_from_start(rows):
    columns = zip(*rows, strict=False)
    return sum(1 for _ in takewhile(lambda column: len(set(column)) == 1, columns))


def test_the_prefix_is_computed_once_and_the_head_only_where_wanted(
    folder, questions, sets, monkeypatch
):
    engine = load(folder, batch_size=1)  # without padding, tokens can be counted exactly
    watch = Watch(engine, monkeypatch)
    prompts = questions[0]
    letters(engine, prompts, sets)
    groups = {}
    for prompt in prompts:
        groups.setdefault(prompt.prefix, []).append(engine.tokenizer.encode(prompt.text))
    shared = {text: same_from_start(ids) for text, ids in groups.items() if text}
    assert len(shared) > 10
    saved = sum(shared[text] * (len(groups[text]) - 1) for text in shared)
    whole = sum(len(ids) for group in groups.values() for ids in group)
    assert saved > whole / 4
    assert sum(rows * width for rows, width, _ in watch.shapes) == whole - saved
    # One position for each prompt, and one, unused, for each prefix.
    assert watch.heads == [1] * (len(prompts) + len(shared))


@pytest.mark.parametrize("kind", ["letters", "texts"])
@pytest.mark.parametrize("limit", [1200, 2400])
def test_a_batch_holds_no_more_tokens_than_allowed(
    folder, questions, sets, monkeypatch, kind, limit
):
    engine = load(folder, batch_size=64, batch_tokens=limit)
    watch = Watch(engine, monkeypatch)
    if kind == "letters":
        letters(engine, questions[0], sets)
    else:
        texts(engine, *questions)
    least = 1 if kind == "letters" else 4  # the options of a question stay together
    sizes = [rows * (before + width) for rows, width, before in watch.shapes if rows > least]
    assert len(sizes) > 3
    assert max(sizes) <= limit
    assert max(rows for rows, _, _ in watch.shapes) > least


def test_logits_are_bounded_too(folder, questions, text_values, monkeypatch):
    engine = load(folder, batch_size=64)
    most = 100 * len(engine.tokenizer)
    monkeypatch.setattr("isogloss.engines.transformers_scoring.MOST_LOGITS", most)
    watch = Watch(engine, monkeypatch)
    found = texts(engine, *questions)
    assert max(watch.heads) <= 100
    assert found.keys() == text_values.keys()


def test_all_options_of_a_question_are_in_one_batch(folder, questions):
    engine = load(folder, batch_size=10)
    for batch in engine.text_logprobs(*questions):
        assert all(len(scores) == 4 for _, scores in batch)
        assert len(batch) <= 2


def test_only_leaves_the_values_as_they_are(engine, questions, sets, letter_values):
    only = [index % 3 == 0 for index in range(len(questions[0]))]
    found = letters(engine, questions[0], sets, only=only)
    assert sorted(found) == [index for index, wanted in enumerate(only) if wanted]
    assert furthest([found[i] for i in found], [letter_values[i] for i in found]) < CLOSE


@pytest.mark.parametrize("cut", [1, 5, 11])
def test_tokens_are_those_of_the_whole_text_wherever_it_is_parted(engine, questions, sets, cut):
    """A prefix may end inside a word, inside a token, even before a combining byte."""
    prompts = questions[0][:8]
    parted = [
        ScoredPrompt(prompt.text[:cut], prompt.text[cut:], prompt.add_special_tokens)
        for prompt in prompts
    ]
    whole = [reference(engine, prompt.text)[-1][sets[0]].tolist() for prompt in prompts]
    assert furthest(_ordered(letters(engine, parted, sets[:8])), whole) < CLOSE


def test_double_precision_is_kept(folder, questions):
    """The sum's own rounding hides nothing: in float64 the difference is a billion times less."""
    exact = load(folder, dtype="float64")
    prompts, options = questions[0][:6], questions[1][:6]
    for index, scores in texts(exact, prompts, options).items():
        for option, score in zip(options[index], scores, strict=True):
            alone = len(exact.tokenizer.encode(prompts[index].text))
            ids = exact.tokenizer.encode(prompts[index].text + option)
            values = reference(exact, prompts[index].text + option)[alone - 1 : -1]
            total = sum(values[i, token].item() for i, token in enumerate(ids[alone:]))
            assert abs(score.logprob - total) < 1e-11


def test_white_space_at_the_end_belongs_to_the_continuation(engine):
    """As lm-evaluation-harness has it: "x: " + "A" is scored as "x:" + " A" is."""
    plain = texts(engine, [ScoredPrompt("", "Answer:", True)], [[" A", " Boston"]])
    spaced = texts(engine, [ScoredPrompt("Answer", ": ", True)], [["A", "Boston"]])
    for score, expected in zip(spaced[0], plain[0], strict=True):
        assert score.tokens == expected.tokens
        assert abs(score.logprob - expected.logprob) < CLOSE
    assert [score.tokens for score in plain[0]] == [1, 3]


def test_a_text_without_tokens_is_an_error(engine):
    with pytest.raises(IsoglossError, match=r"''.*has no tokens of its own"):
        texts(engine, [ScoredPrompt("", "Answer:", True)], [["", " A"]])


def test_an_empty_prompt_is_an_error(engine, sets):
    with pytest.raises(IsoglossError, match="a prompt is empty"):
        letters(engine, [ScoredPrompt("", "", False)], sets[:1])


def test_values_are_those_of_a_distribution(engine, questions):
    vocabulary = list(range(len(engine.tokenizer)))
    values = letters(engine, questions[0][:3], [vocabulary] * 3)
    for found in values.values():
        assert sum(map(math.exp, found)) == pytest.approx(1, abs=1e-5)
