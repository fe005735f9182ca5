"""Scores of answers: what counts as the answer, as blank, as a language error."""

import polars as pl
import pytest

from isogloss.errors import IsoglossError
from isogloss.metrics.aggregate import aggregate_model, make_draws
from isogloss.metrics.xmrc import SCORES, extract_answer, score

LANGUAGES = ["en", "de", "zh", "ru"]
ENGLISH = "the old lighthouse near the harbour"  # long enough that Lingua is sure
GERMAN = "der alte Leuchtturm neben dem Hafen"


@pytest.mark.parametrize(
    ("completion", "answer"),
    [
        ("Answer: red", "red"),
        ("  Answer:red  ", "red"),
        ("Answer: red\nAnswer: blue", "red"),  # the first of several
        ("Sure.\n\nAnswer:  red house \nQuestion: x", "red house"),
        ("The answer is red", "The answer is red"),  # no label: all of it
        ("answer: red", "answer: red"),  # the label is spelt as the prompt spells it
        ("\n red \n", "red"),
        ("Answer:", ""),
        ("Answer:   \nred", ""),  # nothing on the label's line is no answer
        ("Answer:\tred", "red"),
        ("Answer:\u00a0red", "red"),
        ("Answer: “Answer: red”", "“Answer: red”"),
        ("My Answer: red", "red"),
        ("", ""),
        (" \n", ""),
    ],
)
def test_extract_answer(completion, answer):
    assert extract_answer(completion) == answer


def scores_of(*rows, refused=False):
    """Score rows of (setting, language, reference, completion); None: not asked.

    refused: whether those with None were asked, and refused by a server as too long.
    """
    prompts = pl.DataFrame(
        {
            "prompt": [f"p{i}" for i in range(len(rows))],
            "item": [f"q{i}" for i in range(len(rows))],
            "setting": [row[0] for row in rows],
            "language": [row[1] for row in rows],
            "context_language": [row[1] if row[0] == "x-x" else "en" for row in rows],
            "shots": pl.Series([0] * len(rows), dtype=pl.UInt8()),
            "template": ["v1"] * len(rows),
            "reference": [row[2] for row in rows],
            "excluded": [row[3] is None for row in rows],
        }
    )
    responses = prompts.select(
        "prompt",
        completion=pl.Series([row[3] or "" for row in rows], dtype=pl.String()),
        finish=pl.when("excluded").then(pl.lit("excluded")).otherwise(pl.lit("stop")),
    )
    if refused:
        prompts = prompts.with_columns(excluded=pl.lit(False))
    return SCORES.check(score(prompts, responses, LANGUAGES))


def values(scores, model="m"):
    """Return (setting, language, metric) -> value of one model without intervals."""
    draws = make_draws(scores["item"], 2, 0.95, 1)
    cells, _ = aggregate_model(scores, model, None, draws)
    return {
        (row["setting"], row["language"], row["metric"]): row["value"]
        for row in cells.iter_rows(named=True)
    }


def test_right_wrong_and_partly_right():
    scores = scores_of(
        ("en-en", "en", "red house", "Answer: the Red House."),
        ("en-en", "en", "red house", "Answer: house"),
        ("en-en", "en", "red house", "Answer: garden"),
        ("en-en", "en", "red house", "Answer:"),
    )
    assert scores["em"].to_list() == [1, 0, 0, 0]
    assert scores["f1"].to_list() == pytest.approx([1, 2 / 3, 0, 0])
    assert scores["blank"].to_list() == [False, False, False, True]
    assert scores["answer"].to_list() == ["the Red House.", "house", "garden", ""]


def test_segmented_f1_is_by_the_language_of_the_context():
    scores = scores_of(("x-x", "zh", "北京", "在北京"), ("en-x", "zh", "北京", "在北京"))
    assert scores["f1"].to_list() == [0, 0]
    assert scores["f1_segmented"].to_list() == pytest.approx([0.8, 0])


def test_only_wrong_answers_have_a_language():
    scores = scores_of(
        ("en-x", "de", ENGLISH, f"Answer: {GERMAN}"),
        ("en-x", "de", ENGLISH, f"Answer: {ENGLISH}"),
        ("en-x", "de", ENGLISH, "Answer:"),
        ("x-x", "de", GERMAN, "Answer: 12345"),
    )
    assert scores["answer_language"].to_list() == ["de", None, None, None]
    assert scores["reference_language"].to_list() == ["en", "en", "en", "de"]


def test_language_error_in_both_readings():
    short = "Paris 1843"  # Lingua does not call this English
    scores = scores_of(
        ("en-x", "de", ENGLISH, GERMAN),  # the error
        ("en-x", "de", ENGLISH, "a red garden with many flowers"),  # wrong, in English
        ("en-x", "de", short, GERMAN),  # wrong, but the reference is not seen as English
        ("en-x", "de", ENGLISH, ""),  # wrong: blank
        ("en-x", "de", ENGLISH, ENGLISH),  # right
        ("en-x", "ru", ENGLISH, GERMAN),  # in a foreign language, but not the question's
    )
    assert scores["reference_language"].to_list()[2] != "en"
    found = values(scores)
    assert found["en-x", "de", "language_error"] == pytest.approx(100 * 1 / 4)
    assert found["en-x", "de", "language_error_en"] == pytest.approx(100 * 1 / 3)
    assert found["en-x", "de", "blank"] == pytest.approx(100 * 1 / 4)
    assert found["en-x", "de", "share_language"] == pytest.approx(100 * 1 / 5)
    assert found["en-x", "ru", "language_error"] == 0
    assert found["en-x", "mean", "language_error"] == pytest.approx(100 * 1 / 8)


@pytest.mark.parametrize("refused", [False, True])
def test_excluded_rows_are_not_measured(refused):
    rows = ("en-x", "de", ENGLISH, None), ("en-x", "de", ENGLISH, f"Answer: {ENGLISH}")
    scores = scores_of(*rows, refused=refused)
    assert scores["excluded"].to_list() == [True, False]
    for name in ("em", "f1", "f1_segmented", "blank"):
        assert scores[name].to_list()[0] is None
    assert values(scores)["en-x", "de", "em"] == 100


def test_responses_to_other_prompts_are_an_error():
    prompts = pl.DataFrame({"prompt": ["a", "b"]})
    with pytest.raises(IsoglossError, match="do not answer these prompts"):
        score(prompts, pl.DataFrame({"prompt": ["b", "a"]}), LANGUAGES)
