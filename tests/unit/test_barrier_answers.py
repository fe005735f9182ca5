"""Which option is chosen, and controls: gold is perfect, random sits at chance."""

import math

import polars as pl
import pytest

from isogloss.barrier.answers import (
    first_token_option,
    scored_answers,
    translated_option,
    written_answers,
)
from isogloss.barrier.conditions import Condition
from isogloss.barrier.controls import control_responses, control_scores
from isogloss.barrier.prompts import Asked, Room, build_prompts
from isogloss.barrier.scores import SCORES
from isogloss.engines.respond import RESPONSES
from isogloss.engines.score_options import OPTION_SCORES
from isogloss.errors import IsoglossError

COUNT = 2000
LETTERS = ("A", "B", "C", "D")


def prompts_of(condition, count=COUNT):
    asked = [
        Asked(
            f"s/{i}", "s", "other", ["p"] * (condition.shots + 1), "?", i % 4, None, LETTERS, "wxyz"
        )
        for i in range(count)
    ]
    return build_prompts(condition, asked, Room(None))


def open_prompts(language):
    condition = Condition("tofu", "english" if language == "en" else "full", language)
    asked = [
        Asked(str(i), "tofu", "tofu", [""], "?", reference=f"the author {i} was born")
        for i in range(20)
    ]
    return build_prompts(condition, asked, Room(None))


def scores_of(prompts, *logprobs, tokens=(1, 1, 1, 1), sizes=(1, 1, 1, 1)):
    rows = [
        {
            "prompt": name,
            "logprobs": list(values),
            "tokens": list(tokens) if values else [],
            "bytes": list(sizes) if values else [],
            "excluded": not values,
        }
        for name, values in zip(prompts["prompt"], logprobs, strict=True)
    ]
    schema = {name: column.dtype for name, column in OPTION_SCORES.columns.items()}
    return OPTION_SCORES.check(pl.DataFrame(rows, schema))


def responses_of(prompts, *texts):
    return RESPONSES.check(
        prompts.select(
            "prompt",
            completion=pl.Series(texts),
            finish=pl.lit("length"),
            token_ids=pl.lit([1], pl.List(pl.UInt32())),
        )
    )


class TestScored:
    def test_the_most_probable_is_chosen_and_the_first_of_equals(self):
        prompts = prompts_of(Condition("mmlu", "english", "en"), 3)
        scores = scores_of(prompts, [-3, -1, -2, -4], [-2, -9, -2, -9], [-9, -8, -8, -7])
        found = scored_answers(prompts, scores)
        SCORES.check(found)
        assert found["chosen"].to_list() == [1, 0, 3]
        assert found["gold"].to_list() == [0, 1, 2]
        assert found["accuracy"].to_list() == [0, 0, 0]

    def test_the_right_options_share(self):
        prompts = prompts_of(Condition("mmlu", "english", "en"), 1)
        logprobs = [math.log(x) for x in (0.02, 0.01, 0.01, 0.01)]
        found = scored_answers(prompts, scores_of(prompts, logprobs))
        assert found["gold_probability"][0] == pytest.approx(0.4)
        assert found["accuracy"][0] == 1

    def test_small_probabilities_have_a_share_too(self):
        prompts = prompts_of(Condition("mmlu", "english", "en", scoring="text"), 1)
        found = scored_answers(prompts, scores_of(prompts, [-2000.0, -2000.0, -2001.0, -2001.0]))
        assert found["gold_probability"][0] == pytest.approx(1 / (2 + 2 / math.e))

    @pytest.mark.parametrize(("normalise", "chosen"), [("none", 0), ("tokens", 1), ("bytes", 2)])
    def test_lengths(self, normalise, chosen):
        prompts = prompts_of(Condition("mmlu", "english", "en", scoring="text"), 1)
        scores = scores_of(prompts, [-4, -5, -6, -90], tokens=(1, 10, 3, 2), sizes=(2, 12, 40, 9))
        assert scored_answers(prompts, scores, normalise)["chosen"][0] == chosen

    def test_excluded_questions_are_rows_without_an_answer(self):
        prompts = prompts_of(Condition("mmlu", "english", "en"), 2)
        prompts = prompts.with_columns(excluded=pl.Series([False, True]))
        found = scored_answers(prompts, scores_of(prompts, [-1, -2, -3, -4], []))
        assert found["chosen"].to_list() == [0, None]
        assert found["accuracy"].to_list() == [1, None]
        assert found["excluded"].to_list() == [False, True]


class TestWritten:
    @pytest.mark.parametrize(
        ("completion", "chosen"),
        [
            ("B", 1),
            (" B", 1),
            ("\n", None),
            ("", None),
            ("b", None),
            ("BC", None),
            ("E", None),
            (" The", None),
        ],
    )
    def test_first_token(self, completion, chosen):
        assert first_token_option(completion, LETTERS) == chosen

    def test_first_token_of_digits(self):
        assert first_token_option(" 3", ("1", "2", "3", "4")) == 2

    @pytest.mark.parametrize(
        ("completion", "chosen"),
        [
            ("What is it?\nA. x\nB. y\nC. z\nD. w\nAnswer: C\n\nQuestion: next\nAnswer: A", 2),
            ("What is it?\nA. x\nB. y\nC. z\nD. w\nAnswer:D", 3),
            ("What?\nA. x\nAnswer:\n B. y", 1),
            ("What?\nA. x\nAnswer: Because", None),  # B of a word is no option
            ("What?\nA. x\nAnswer: ", None),
            ("What is it?\nA. x\nB. y", None),  # writes on without an answer
            ("C", None),
        ],
    )
    def test_after_a_translation(self, completion, chosen):
        assert translated_option(completion, LETTERS) == chosen

    def test_an_answer_that_names_none_is_wrong_and_counted(self):
        prompts = prompts_of(Condition("mmlu", "english", "en", scoring="first-token"), 3)
        found = written_answers(prompts, responses_of(prompts, " A", "I", "C"))
        SCORES.check(found)
        assert found["chosen"].to_list() == [0, None, 2]
        assert found["accuracy"].to_list() == [1, 0, 1]
        assert found["gold_probability"].null_count() == 3

    def test_a_prompt_that_a_server_refused_as_too_long_is_excluded(self):
        prompts = prompts_of(Condition("mmlu", "english", "en", scoring="first-token"), 3)
        responses = responses_of(prompts, "A", "", "C").with_columns(
            finish=pl.Series(["length", "excluded", "length"])
        )
        found = SCORES.check(written_answers(prompts, responses))
        assert found["excluded"].to_list() == [False, True, False]
        assert found["accuracy"].to_list() == [1, None, 1]

    def test_free_answers_get_rouge_against_the_english_one(self):
        prompts = open_prompts("fr")[:2]
        found = written_answers(prompts, responses_of(prompts, "the author 0 was born", "x the"))
        assert found["rouge_recall"].to_list() == pytest.approx([1, 1 / 5])
        assert found["rouge_f1"].to_list() == pytest.approx([1, 2 / 7])
        assert found["accuracy"].null_count() == 2


CONDITIONS = [
    Condition("mmlu", "english", "en"),
    Condition("mmlu", "mixup", "mixed", 5, "english"),
    Condition("mmlu", "full", "fr", scoring="text"),
    Condition("mmlu", "english", "en", scoring="first-token"),
    Condition("mmlu", "mixup", "mixed", 5, "translate", scoring="open"),
]


class TestControls:
    def accuracy(self, condition, kind):
        prompts = prompts_of(condition)
        if condition.generated:
            found = written_answers(prompts, control_responses(prompts, kind))
        else:
            scores = control_scores(prompts, kind)
            OPTION_SCORES.check(scores)
            found = scored_answers(prompts, scores)
        assert found["chosen"].null_count() == 0
        return found["accuracy"].mean()

    @pytest.mark.parametrize("condition", CONDITIONS)
    def test_gold_is_perfect(self, condition):
        assert self.accuracy(condition, "gold") == 1

    @pytest.mark.parametrize("condition", CONDITIONS)
    def test_random_sits_at_chance(self, condition):
        error = math.sqrt(0.25 * 0.75 / COUNT)
        assert abs(self.accuracy(condition, "random") - 0.25) < 3 * error

    @pytest.mark.parametrize("condition", CONDITIONS)
    def test_english_only_is_right_in_english_and_random_elsewhere(self, condition):
        if condition.language == "en":
            assert self.accuracy(condition, "english-only") == 1
        else:
            assert self.accuracy(condition, "english-only") == self.accuracy(condition, "random")

    def test_every_option_is_drawn_equally_often(self):
        prompts = prompts_of(Condition("mmlu", "english", "en"))
        chosen = scored_answers(prompts, control_scores(prompts, "random"))["chosen"]
        counts = chosen.value_counts()["count"].to_list()
        assert sum((count - COUNT / 4) ** 2 / (COUNT / 4) for count in counts) < 11.34  # p = 0.01

    def test_gold_is_nearly_sure(self):
        prompts = prompts_of(CONDITIONS[0])
        found = scored_answers(prompts, control_scores(prompts, "gold"))
        assert found["gold_probability"].to_list() == pytest.approx([0.97] * COUNT)

    def test_a_draw_does_not_depend_on_other_rows(self):
        prompts = prompts_of(CONDITIONS[0])
        alone = control_scores(prompts[::7], "random")["logprobs"]
        assert alone.to_list() == control_scores(prompts, "random")["logprobs"][::7].to_list()

    def test_free_answers(self):
        for language in ("en", "fr"):
            prompts = open_prompts(language)
            gold = written_answers(prompts, control_responses(prompts, "gold"))
            assert gold["rouge_recall"].to_list() == [1] * 20
            random = written_answers(prompts, control_responses(prompts, "random"))
            assert random["rouge_recall"].max() < 1  # never the right one
            english = written_answers(prompts, control_responses(prompts, "english-only"))
            assert english.equals(gold if language == "en" else random)

    def test_an_unknown_kind_is_an_error(self):
        with pytest.raises(IsoglossError, match="no control 'best'"):
            control_scores(prompts_of(CONDITIONS[0], 1), "best")
