"""Cells and comparisons of study barrier against loops over the same draws."""

import numpy as np
import polars as pl
import pytest

from isogloss.barrier.aggregate import aggregate_model
from isogloss.barrier.compare import Side, answers, compare, with_english
from isogloss.barrier.condition_columns import COLUMNS
from isogloss.barrier.conditions import Condition
from isogloss.barrier.scores import SCORES, rouge_l
from isogloss.metrics.aggregate import make_draws

ENGLISH = Condition("mmlu", "english", "en")
FRENCH = Condition("mmlu", "full", "fr")
ITEMS = [(f"s{i % 3}/{i}", f"s{i % 3}", "STEM" if i % 3 else "other") for i in range(60)]


def rows(condition, right, seed=0, excluded=()):
    generator = np.random.default_rng(seed)
    made = []
    for (item, subject, domain), correct in zip(ITEMS, right, strict=True):
        gold = int(generator.integers(4))
        about = [condition.name + "/" + item]
        about += [getattr(condition, name) for name in COLUMNS] + [item, subject, domain]
        answer = [gold, gold if correct else (gold + 1) % 4, float(correct)]
        made.append((*about, *answer, None, None, None, item in excluded))
    schema = {name: column.dtype for name, column in SCORES.columns.items()}
    return SCORES.check(pl.DataFrame(made, schema=schema, orient="row"))


@pytest.fixture(scope="module")
def draws():
    return make_draws([item for item, *_ in ITEMS], 200, 0.95, 7)


def test_accuracy_by_a_loop_over_the_draws(draws):
    right = [i % 4 != 0 for i in range(60)]
    cells, replicates = aggregate_model(rows(ENGLISH, right), "m", draws)
    (row,) = cells.filter(metric="accuracy", group="all").iter_rows(named=True)
    assert (row["value"], row["n"]) == (75.0, 60)
    of = {item: ok for (item, *_), ok in zip(ITEMS, right, strict=True)}
    looped = [
        100 * sum(w * of[item] for w, item in zip(weights, draws.items, strict=True)) / 60
        for weights in draws.weights[1:]
    ]
    (found,) = replicates.filter(metric="accuracy")["draws"].to_list()
    assert found == pytest.approx(looped)
    assert (row["low"], row["high"]) == pytest.approx(tuple(np.percentile(looped, [2.5, 97.5])))


def test_groups_add_up_and_a_micro_average_weighs_questions(draws):
    right = [i % 3 == 0 for i in range(60)]  # subject s0 always right, the others never
    cells, _ = aggregate_model(rows(ENGLISH, right), "m", draws)
    accuracy = {r["group"]: r["value"] for r in cells.filter(metric="accuracy").to_dicts()}
    assert accuracy == pytest.approx(
        {"all": 100 / 3, "STEM": 0, "other": 100, "s0": 100, "s1": 0, "s2": 0}, abs=1e-9
    )


def test_letters_majority_and_what_was_left_out(draws):
    right = [True] * 60
    scores = rows(ENGLISH, right, excluded=(ITEMS[0][0], ITEMS[1][0]))
    cells, _ = aggregate_model(scores, "m", draws)
    cells = cells.filter(group="all")
    value = dict(cells.select("metric", "value").iter_rows())
    asked = scores.filter(~pl.col("excluded"))
    shares = [100 * (asked["gold"] == n).sum() / 58 for n in range(4)]
    assert [value[f"answered_{n}"] for n in range(4)] == pytest.approx(shares)
    assert value["majority"] == pytest.approx(max(shares))
    assert value["unread"] == 0
    assert set(cells["n"]) == {58}
    assert set(cells["excluded"]) == {2}


def test_the_mean_over_languages_is_of_the_draws(draws):
    german = Condition("mmlu", "full", "de")
    scores = [rows(ENGLISH, [True] * 60), rows(FRENCH, [i % 2 == 0 for i in range(60)])]
    scores += [rows(german, [i % 3 == 0 for i in range(60)])]
    cells, replicates = aggregate_model(pl.concat(scores), "m", draws)
    means = cells.filter(language="mean")
    (row,) = means.filter(group="all", metric="accuracy").iter_rows(named=True)
    assert row["value"] == pytest.approx((50 + 100 / 3) / 2)  # English does not enter
    assert row["n"] == 120
    parts = means.filter(pl.col("group") != "all")
    assert set(parts["metric"]) == {"accuracy"}  # no letters of single subjects
    for part in parts.iter_rows(named=True):
        of_part = cells.filter(group=part["group"], metric="accuracy", variant="full")
        values = of_part.filter(pl.col("language") != "mean")["value"]
        assert part["value"] == pytest.approx(values.mean())
        assert part["low"] <= part["value"] <= part["high"]
    of = {r["language"]: np.array(r["draws"]) for r in replicates.to_dicts()}
    assert of["mean"] == pytest.approx((of["fr"] + of["de"]) / 2)


def test_an_answer_without_an_option_is_wrong_and_counted(draws):
    scores = rows(ENGLISH, [False] * 60).with_columns(chosen=pl.lit(None, pl.UInt8()))
    cells, _ = aggregate_model(scores, "m", draws)
    value = dict(cells.filter(group="all").select("metric", "value").iter_rows())
    assert value["unread"] == 100
    assert value["accuracy"] == 0


def test_the_barrier_is_the_difference_on_the_same_questions(draws):
    english = rows(ENGLISH, [i % 10 != 0 for i in range(60)])
    french = rows(FRENCH, [i % 2 == 0 for i in range(60)], excluded=(ITEMS[0][0],))
    right = {Side("m", c): found for c, found in answers(pl.concat([english, french])).items()}
    pairs = with_english("m", [ENGLISH, FRENCH])
    assert pairs == [(Side("m", ENGLISH), Side("m", FRENCH))]
    (row,) = compare("barrier", pairs, right, draws).iter_rows(named=True)
    # Of questions 1 to 59: English right in 54, French in 29; 24 even numbers are right in both.
    assert (row["n"], row["first_only"], row["second_only"]) == (59, 30, 5)
    assert row["difference"] == pytest.approx(100 * 25 / 59)
    assert row["low"] < row["difference"] < row["high"]
    assert 0 < row["p"] == row["p_corrected"] < 0.001


def test_no_comparisons_is_an_empty_table(draws):
    assert compare("none", [], {}, draws).is_empty()


def test_rouge_l_by_hand():
    # The longest common subsequence of stems is "the author wrot poem": 4 of 5 and 4 of 6 words.
    recall, f1 = rouge_l("The author writes poems daily", "Then the authors write poem often")
    assert recall == pytest.approx(4 / 5)
    assert f1 == pytest.approx(2 * (4 / 5) * (4 / 6) / (4 / 5 + 4 / 6))
