"""Scores come from the store where they can; an interrupted job goes on where it was."""

import polars as pl
import pytest

from isogloss.engines.protocol import TextScore
from isogloss.engines.score_options import OPTION_SCORES, score_options
from isogloss.engines.tokens import option_tokens
from isogloss.errors import IsoglossError
from isogloss.store import Store
from tests.demo import FEW, demo_items
from tests.scoring import LETTERS, demo_questions, load, random_model

IDENTITY = {"engine": "e", "dtype": "float32", "weights": {"model.safetensors": "0"}}
TOKENS = {"A": 1, "B": 2}


class Lengths:
    """Scores an option by the length of its prompt and itself, and counts what it is asked."""

    def __init__(self):
        self.asked = []
        self.value = -1.0

    def next_token_logprobs(self, prompts, token_sets, only=None):
        for i, prompt in enumerate(prompts):
            if only is None or only[i]:
                self.asked.append((prompt.text, tuple(token_sets[i])))
                yield [(i, [self.value * len(prompt.text) - token for token in token_sets[i]])]

    def text_logprobs(self, prompts, continuations, only=None):
        for i, prompt in enumerate(prompts):
            if only is None or only[i]:
                self.asked.append((prompt.text, tuple(continuations[i])))
                scores = [TextScore(-float(len(text)), len(text)) for text in continuations[i]]
                yield [(i, scores)]


def refuse():
    raise AssertionError("the engine was loaded")


def table(*suffixes, excluded=(), ids=("A", "B"), options=("x", "é y")):
    count = len(suffixes)
    return pl.DataFrame(
        {
            "prompt": [f"p{i}" for i in range(count)],
            "prefix": ["pre "] * count,
            "suffix": suffixes,
            "add_special_tokens": [True] * count,
            "option_ids": [list(ids)] * count,
            "options": [list(options)] * count,
            "excluded": [i in excluded for i in range(count)],
        }
    )


def asked_of(store, prompts, tokens=TOKENS, identity=IDENTITY):
    engine = Lengths()
    scores = score_options(prompts, tokens, lambda: engine, Store(store), identity)
    OPTION_SCORES.check(scores)
    return engine.asked, scores


def test_a_second_call_loads_no_engine_and_scores_the_same(tmp_path):
    for tokens in (TOKENS, None):
        first = asked_of(tmp_path, table("a", "b"), tokens)[1]
        again = score_options(table("a", "b"), tokens, refuse, Store(tmp_path), IDENTITY)
        assert again.equals(first)


def test_only_what_is_missing_is_asked_and_equal_prompts_once(tmp_path):
    assert len(asked_of(tmp_path, table("a", "b"))[0]) == 2
    asked, scores = asked_of(tmp_path, table("c", "b", "a", "c"))
    assert asked == [("pre c", (1, 2))]
    assert scores["logprobs"].to_list() == [[-6.0, -7.0]] * 4


def test_how_a_prompt_is_parted_makes_no_difference(tmp_path):
    asked_of(tmp_path, table("a"))
    parted = table("a").with_columns(prefix=pl.lit("p"), suffix=pl.lit("re a"))
    assert asked_of(tmp_path, parted)[0] == []


def test_letters_and_texts_have_their_lengths(tmp_path):
    letters = asked_of(tmp_path, table("a"))[1].row(0, named=True)
    assert (letters["tokens"], letters["bytes"]) == ([1, 1], [1, 1])
    asked, scores = asked_of(tmp_path, table("a"), None)
    texts = scores.row(0, named=True)
    assert asked == [("pre a", (" x", " é y"))]
    assert texts["logprobs"] == [-2.0, -4.0]
    assert (texts["tokens"], texts["bytes"]) == ([2, 4], [1, 4])  # bytes: without the space


def test_a_text_after_a_space_gets_no_other(tmp_path):
    assert asked_of(tmp_path, table("Answer: "), None)[0] == [("pre Answer: ", ("x", "é y"))]


def test_excluded_prompts_are_not_asked(tmp_path):
    asked, scores = asked_of(tmp_path, table("a", "b", "c", excluded=[1]))
    assert [text for text, _ in asked] == ["pre a", "pre c"]
    assert scores["logprobs"].list.len().to_list() == [2, 0, 2]
    assert scores["bytes"].to_list() == [[1, 1], [], [1, 1]]
    assert scores["excluded"].to_list() == [False, True, False]
    nothing = table("d", excluded=[0])
    assert score_options(nothing, TOKENS, refuse, Store(tmp_path), IDENTITY)["excluded"][0]


@pytest.mark.parametrize(
    ("prompts", "tokens", "identity"),
    [
        (table("a", ids=("B", "A")), TOKENS, IDENTITY),
        (table("a"), {"A": 1, "B": 3}, IDENTITY),
        (table("a"), TOKENS, IDENTITY | {"dtype": "bfloat16"}),
        (table("a"), TOKENS, IDENTITY | {"weights": {"model.safetensors": "1"}}),
        (table("a").with_columns(add_special_tokens=False), TOKENS, IDENTITY),
        (table("a", options=("x", "z")), None, IDENTITY),
    ],
)
def test_other_options_or_another_model_are_asked_anew(tmp_path, prompts, tokens, identity):
    asked_of(tmp_path, table("a"))
    asked_of(tmp_path, table("a"), None)
    assert len(asked_of(tmp_path, prompts, tokens, identity)[0]) == 1


def test_a_score_that_is_no_number_is_an_error_and_not_kept(tmp_path):
    engine = Lengths()
    engine.value = float("nan")
    with pytest.raises(IsoglossError, match=r"after 'a' are not numbers.*another dtype"):
        score_options(table("a"), TOKENS, lambda: engine, Store(tmp_path), IDENTITY)
    assert not Store(tmp_path).load()


class Interrupted:
    """Another engine, that dies when the third batch is asked for."""

    def __init__(self, engine):
        self.engine = engine
        self.done = 0

    def _some(self, batches):
        for number, batch in enumerate(batches):
            if number == 2:
                raise KeyboardInterrupt
            self.done += len(batch)
            yield batch

    def next_token_logprobs(self, *args, **kwargs):
        return self._some(self.engine.next_token_logprobs(*args, **kwargs))

    def text_logprobs(self, *args, **kwargs):
        return self._some(self.engine.text_logprobs(*args, **kwargs))


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    contexts = demo_items(FEW)["context"].unique().to_list()
    return load(random_model(tmp_path_factory.mktemp("m"), contexts), batch_size=4)


@pytest.fixture(scope="module")
def prompts():
    asked, options = demo_questions()
    return pl.DataFrame(
        {
            "prompt": [f"q{i}" for i in range(len(asked))],
            "prefix": [prompt.prefix for prompt in asked],
            "suffix": [prompt.suffix for prompt in asked],
            "add_special_tokens": True,
            "option_ids": [LETTERS] * len(asked),
            "options": [[text[1:] for text in texts] for texts in options],
            "excluded": [i % 10 == 3 for i in range(len(asked))],
        }
    )


@pytest.mark.parametrize("scoring", ["letter", "text"])
def test_an_interrupted_job_goes_on_where_it_was(engine, prompts, tmp_path, scoring, caplog):
    caplog.set_level("INFO")
    tokens = option_tokens(engine.tokenizer, LETTERS, False) if scoring == "letter" else None

    def run(store, which):
        return score_options(prompts, tokens, lambda: which, Store(store), IDENTITY)

    whole = run(tmp_path / "a", engine)
    first = Interrupted(engine)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "b", first)
    total = prompts.height - prompts["excluded"].sum()
    assert 0 < first.done < total
    resumed = run(tmp_path / "b", engine)
    assert f"{first.done} answers in the store, {total - first.done} to score" in caplog.text
    for ours, theirs in zip(resumed["logprobs"], whole["logprobs"], strict=True):
        assert ours.to_list() == pytest.approx(theirs.to_list(), abs=1e-5 * 20)
    assert resumed.drop("logprobs").equals(whole.drop("logprobs"))
    assert whole["logprobs"].list.len().to_list() == [
        0 if excluded else 4 for excluded in prompts["excluded"]
    ]
