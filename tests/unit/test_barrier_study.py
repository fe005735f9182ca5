"""Study barrier from questions to comparisons: the controls, and a real tiny model."""

import polars as pl
import pytest

from isogloss.barrier.answer import GENERATED, answer
from isogloss.barrier.answers import scored_answers, written_answers
from isogloss.barrier.ask import Tables, ask_all, written_as
from isogloss.barrier.conditions import Condition, conditions
from isogloss.barrier.controls import control_responses, control_scores
from isogloss.barrier.other_prompts import read_instructions
from isogloss.barrier.scores import SCORES
from isogloss.barrier.study import Finetuned, aggregate
from isogloss.barrier.tofu import TOFU_QUESTIONS, english_questions, in_languages
from isogloss.config.tasks import Evaluation
from isogloss.corpora.hp_quiz import build
from isogloss.corpora.tofu import TOFU
from isogloss.errors import IsoglossError
from isogloss.store import Store
from tests.demo import ROOT
from tests.scoring import load, random_model

LANGUAGES = ["en", "fr", "de", "es", "it"]
NEW_TOKENS = {"first-token": 1, "translate": 8, "tofu": 6}
BOOTSTRAP = {"samples": 200, "level": 0.95, "seed": 3}


class Tags:
    """Stand-in translations that name their language; one text has none."""

    def get(self, key, /):
        text, language = key
        return None if text.startswith("Where") and language == "it" else f"[{language}] {text}"


def tofu_file(count=40):
    rows = [
        ("made_perturbed", n, "q", f"answer {n} of author {n % 7}", f"What about {n}?", None, None)
        for n in range(count)
    ]
    schema = {name: c.dtype for name, c in TOFU.columns.items() if name != "options"}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return TOFU.check(frame.with_columns(options=pl.lit(None, pl.List(pl.String()))))


@pytest.fixture(scope="module")
def tables():
    tofu, missing = in_languages(english_questions([tofu_file()], None), LANGUAGES, Tags())
    assert missing == 0
    return Tables(
        quiz=build(ROOT / "resources/quiz", LANGUAGES, 42),
        instructions=read_instructions(ROOT / "config/prompts/hp_quiz.yaml"),
        tofu=tofu,
    )


def asked(tables, evaluation, **room):
    found = conditions(Evaluation(models=["m"], **evaluation).model_dump(), LANGUAGES)
    room = {"count_tokens": None, "context_length": 0, "too_long": "error"} | room
    return ask_all(found, tables, new_tokens=NEW_TOKENS, **room)


def control(prompts, kind):
    chosen, written = prompts.filter(~GENERATED), prompts.filter(GENERATED)
    return SCORES.check(
        pl.concat(
            [
                scored_answers(chosen, control_scores(chosen, kind)),
                written_answers(written, control_responses(written, kind)),
            ]
        )
    )


@pytest.fixture(scope="module")
def controls(tables):
    scoring = ["letter", "text", "first-token"]
    prompts = pl.concat(
        [asked(tables, {"task": "quiz", "scoring": scoring}), asked(tables, {"task": "tofu"})]
    )
    scores = {kind: control(prompts, kind) for kind in ("gold", "random", "english-only")}
    return aggregate(scores, [], BOOTSTRAP)


def test_the_gold_control_is_right_everywhere(controls):
    cells, *_ = controls
    gold = cells.filter(pl.col("model") == "gold", group="all")
    metrics = ["accuracy", "rouge_recall", "rouge_f1"]
    values = gold.filter(pl.col("metric").is_in(metrics))
    # Three readings of the quiz and two of TOFU, in five languages and their mean.
    assert len(values) == (3 + 2) * 6
    assert set(values["value"]) == {100.0}
    assert set(values["low"]) == set(values["high"]) == {100.0}


def test_the_random_control_sits_at_chance(controls):
    cells, *_ = controls
    chance = cells.filter(pl.col("model") == "random", group="all", metric="accuracy")
    # 300 questions: a standard error of 2.5 points; 15 readings, of which none strays 4 of them.
    assert chance["value"].to_list() == pytest.approx([25] * len(chance), abs=10)


def test_the_barrier_of_english_only_is_found_and_no_other(controls):
    *_, comparisons = controls
    # English with each of four languages, in three readings.
    assert set(comparisons.group_by("family").len()["len"]) == {12}
    barrier = comparisons.filter(family="english/english-only/quiz")
    assert (barrier["low"] > 50).all()
    assert (barrier["p_corrected"] < 1e-9).all()
    for kind in ("gold", "random"):
        none = comparisons.filter(family=f"english/{kind}/quiz")
        assert (none["p_corrected"] > 0.05).all()


def test_english_only_is_right_in_english_and_at_chance_elsewhere(controls):
    cells, *_ = controls
    rows = cells.filter(pl.col("model") == "english-only", group="all", metric="accuracy")
    english = rows.filter(language="en")
    assert set(english["value"]) == {100.0}
    others = rows.filter(pl.col("language") != "en")["value"].to_list()
    assert others == pytest.approx([25] * len(others), abs=10)


def test_finetunes_are_compared_with_their_base_and_each_other(tables):
    prompts = asked(tables, {"task": "quiz"})
    scores = {"base": "random", "on-english": "english-only", "on-mixed": "gold"}
    scores = {model: control(prompts, kind) for model, kind in scores.items()}
    finetuned = [
        Finetuned("on-mixed", "base", "c", "sentence"),
        Finetuned("on-english", "base", "c", "english"),
    ]
    *_, comparisons = aggregate(scores, finetuned, BOOTSTRAP)
    found = comparisons.filter(family="finetuned/base/quiz")
    pairs = found.select("first_model", "second_model").unique(maintain_order=True).rows()
    assert pairs == [("on-english", "base"), ("on-mixed", "base"), ("on-mixed", "on-english")]
    assert len(found) == 3 * 5
    cure = found.filter(first_model="on-mixed", second_model="on-english")
    assert dict(cure.select("second_language", pl.col("difference") == 0).iter_rows())["en"]
    assert (cure.filter(pl.col("first_language") != "en")["p_corrected"] < 1e-6).all()


def test_a_real_model_answers_all_kinds_with_one_load(tables, tmp_path):
    quiz = asked(tables, {"task": "quiz", "languages": ["en", "fr"], "scoring": ["letter", "text"]})
    first = asked(tables, {"task": "quiz", "languages": ["de"], "scoring": ["first-token"]})
    free = asked(tables, {"task": "tofu", "languages": ["en", "es"]})
    few = [part.filter(pl.int_range(pl.len()).over("scoring") < 12) for part in (quiz, first, free)]
    prompts = pl.concat(few)
    folder = random_model(tmp_path / "model", prompts["suffix"].to_list())
    loads = []

    def engine():
        loads.append(load(folder))
        return loads[-1]

    def ask():
        return answer(
            prompts,
            engine,
            lambda: load(folder).tokenizer,
            Store(tmp_path / "store"),
            {"engine": "test"},
            {"option_tokens": "bare", "new_tokens": NEW_TOKENS},
        )

    scores, responses = ask()
    assert len(loads) == 1
    assert set(scores["prompt"]) | set(responses["prompt"]) == set(prompts["prompt"])
    assert len(scores) + len(responses) == len(prompts)
    assert (responses["token_ids"].list.len() <= 6).all()
    again = ask()
    assert len(loads) == 1
    assert again[0].equals(scores)
    assert again[1].equals(responses)
    table = pl.concat(
        [
            scored_answers(prompts.filter(~GENERATED), scores),
            written_answers(prompts.filter(GENERATED), responses),
        ]
    )
    assert SCORES.check(table)["accuracy"].null_count() == 12  # the free answers


def test_a_question_without_a_translation_is_left_out_and_counted():
    rows = tofu_file(3).with_columns(
        paraphrased_question=pl.Series(["Where is it?", "Who?", "Why?"])
    )
    table, missing = in_languages(english_questions([rows], 2), ["en", "it"], Tags())
    assert missing == 1
    assert table.select("item", "language", "question").rows() == [
        ("made_perturbed/0", "en", "Where is it?"),
        ("made_perturbed/1", "en", "Who?"),
        ("made_perturbed/1", "it", "[it] Who?"),
    ]
    assert TOFU_QUESTIONS.check(table)["answer"][2] == "answer 1 of author 1"


def test_what_the_data_lacks_is_named():
    with pytest.raises(IsoglossError, match=r"mmlu/gt/fr.*no such questions"):
        list(
            ask_all(
                [Condition("mmlu", "gt", "fr")],
                Tables(),
                count_tokens=None,
                context_length=0,
                new_tokens=NEW_TOKENS,
                too_long="error",
            )
        )
    bare = tofu_file(2).with_columns(paraphrased_question=pl.lit(None, pl.String()))
    with pytest.raises(IsoglossError, match=r"made_perturbed.json has no paraphrased questions"):
        english_questions([bare], None)


def test_how_a_written_answer_is_read():
    assert written_as(Condition("mmlu", "mixup", "mixed", 5, "translate", "default", "open")) == (
        "translate"
    )
    assert written_as(Condition("tofu", "english", "en", scoring="open")) == "tofu"
    assert written_as(Condition("quiz", "full", "fr", scoring="first-token")) == "first-token"
