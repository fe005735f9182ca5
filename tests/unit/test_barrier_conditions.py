"""Which conditions an evaluation stands for."""

import pytest

from isogloss.barrier.condition_columns import COLUMNS
from isogloss.barrier.conditions import Condition, conditions
from isogloss.config.tasks import Evaluation
from isogloss.errors import IsoglossError

MAIN = ["en", "fr", "de", "es", "it"]


def evaluation(**values):
    return Evaluation(**({"task": "mmlu", "models": ["m"]} | values)).model_dump()


def test_every_variant_in_every_language_but_english():
    all_variants = ["english", "full", "mixup", "question", "options", "gt_question", "gt"]
    found = conditions(evaluation(variants=[*all_variants, "onewrong"]), MAIN)
    # Paper B, figure 3: English, mixup, and six variants in each of four languages.
    assert len(found) == 1 + 1 + 6 * 4
    assert {c.language for c in found if c.variant == "gt"} == {"fr", "de", "es", "it"}
    assert [c.language for c in found if c.variant in ("english", "mixup")] == ["en", "mixed"]
    assert all(c.demonstrations == "none" and c.shots == 0 for c in found)


def test_the_rows_of_table_2():
    english = conditions(evaluation(), MAIN)
    styles = ["default", "lower", "digits", "aware-0", "aware-1"]
    zero = conditions(evaluation(variants=["mixup"], styles=styles), MAIN)
    kinds = ["english", "same-bias", "translate"]
    five = conditions(evaluation(variants=["mixup"], shots=[5], demonstrations=kinds), MAIN)
    assert [len(english), len(zero), len(five)] == [1, 5, 3]
    assert [c.scoring for c in five] == ["letter", "letter", "open"]  # translated, then answered


def test_demonstrations_of_english_questions_are_english_and_never_translated():
    kinds = ["english", "same-bias", "translate"]
    found = conditions(evaluation(shots=[5], demonstrations=kinds), MAIN)
    assert [c.demonstrations for c in found] == ["english"]


def test_the_quiz_is_whole_in_each_language_and_tofu_is_answered_freely():
    quiz = conditions(evaluation(task="quiz", languages=["en", "am"]), MAIN)
    assert [(c.variant, c.language, c.scoring) for c in quiz] == [
        ("english", "en", "letter"),
        ("full", "am", "letter"),
    ]
    assert {c.scoring for c in conditions(evaluation(task="tofu"), MAIN)} == {"open"}


def test_names_differ_where_conditions_do():
    found = conditions(
        evaluation(variants=["english", "mixup"], shots=[0, 5], scoring=["letter", "first-token"]),
        MAIN,
    )
    assert len({c.name for c in found}) == len(found) == 8
    assert Condition(*found[0].name.split("/")[:3]).task == "mmlu"
    assert found[0].name.count("/") == len(COLUMNS) - 1


@pytest.mark.parametrize(
    "values",
    [
        {"task": "quiz", "variants": ["mixup"]},
        {"task": "quiz", "shots": [5]},
        {"models": []},
        {"styles": ["default", "default"]},
    ],
)
def test_what_cannot_be_crossed_is_refused(values):
    with pytest.raises((ValueError, IsoglossError), match=r"give at least one|can only|variants"):
        evaluation(**values)
