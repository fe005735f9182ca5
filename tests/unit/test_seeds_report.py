"""The table of repeated trainings: verdicts by seed, and how many of them are wrong."""

import numpy as np
import polars as pl
import pytest

from isogloss.barrier.cells import CELLS, REPLICATES
from isogloss.reporting import lab, seeds
from isogloss.reporting.caption import Caption

SEEDS = 20
ARMS = [
    {
        "arm": "same",
        "label": "Taught in all languages",
        "models": [f"same.{seed}" for seed in range(SEEDS)],
        "tasks": ["lab-new"],
    },
    {
        "arm": "nothing",
        "label": "Taught nothing",
        "models": [f"nothing.{seed}" for seed in range(SEEDS)],
        "tasks": ["lab-new"],
    },
]


def tables(seed=0):
    """Return CELLS and REPLICATES of models that have no barrier, at 80 % and at chance."""
    generator = np.random.default_rng(seed)
    cells, replicates = [], []
    for arm, level in (("same", 80.0), ("nothing", 25.0)):
        for number in range(SEEDS):
            for language in ("en", "mean"):
                # Estimates and their bootstrap are both spread by 2 points.
                value = generator.normal(level, 2)
                draws = generator.normal(value, 2, 1000)
                row = {
                    "model": f"{arm}.{number}",
                    "task": "lab-new",
                    "variant": "english" if language == "en" else "full",
                    "language": language,
                    "shots": 0,
                    "demonstrations": "none",
                    "style": "default",
                    "scoring": "text",
                }
                low, high = np.percentile(draws, [2.5, 97.5])
                about = {"group": "all", "value": value, "low": low, "high": high}
                cells.append({**row, **about, "metric": "accuracy", "n": 240, "excluded": 0})
                replicates.append({**row, "metric": "accuracy", "draws": draws.tolist()})
    return (
        CELLS.check(
            pl.DataFrame(
                cells, schema_overrides={k: c.dtype for k, c in CELLS.columns.items()}
            ).select(list(CELLS.columns))
        ),
        REPLICATES.check(
            pl.DataFrame(
                replicates, schema_overrides={k: c.dtype for k, c in REPLICATES.columns.items()}
            ).select(list(REPLICATES.columns))
        ),
    )


@pytest.fixture(scope="module")
def rows():
    return seeds.rows_of(ARMS, *tables(), 0.95)


def test_a_row_for_each_arm_and_seed(rows):
    assert [(row["arm"], row["seed"]) for row in rows] == [
        (arm["arm"], seed) for arm in ARMS for seed in range(SEEDS)
    ]


def test_intervals_err_as_often_as_they_say_and_the_guard_makes_verdicts_rarer():
    found = [
        summary
        for turn in range(50)
        for summary in seeds.summaries(seeds.rows_of(ARMS, *tables(turn), 0.95), 0.95)
    ]
    assert len(found) == 100
    for arm in ("same", "nothing"):
        own = [one for one in found if one["arm"] == arm]
        wrong = sum(one["n_without_zero"] for one in own)
        # 1000 trials at 5 %: 99.9 % of all counts lie between 29 and 75.
        assert 29 <= wrong <= 75
        verdicts = sum(one["n_questions_barrier"] + one["n_questions_reversed"] for one in own)
        assert verdicts <= wrong if arm == "same" else verdicts < wrong / 4
    knowing = sum(one["n_without_chance"] for one in found if one["arm"] == "nothing")
    assert 29 <= knowing <= 75
    assert all(one["n_without_chance"] == SEEDS for one in found if one["arm"] == "same")


def test_verdicts_by_trainings_are_rarely_wrong_though_models_differ():
    """Models that differ by 4 points more than their questions say: 5 % err, or fewer."""
    generator = np.random.default_rng(9)
    wrong = {"n_barrier": 0, "n_questions_barrier": 0}
    for turn in range(25):
        cells, replicates = tables(turn)
        models = [f"same.{seed}" for seed in range(SEEDS)]
        shift = pl.DataFrame({"model": models, "shift": generator.normal(0, 4, SEEDS)})
        moved = cells.filter(pl.col("model").is_in(models)).join(shift, on="model")
        english = pl.col("language") == "en"
        added = pl.when(english).then("shift").otherwise(0)
        moved = moved.with_columns(value=pl.col("value") + added)
        drawn = replicates.filter(pl.col("model").is_in(models)).join(shift, on="model")
        drawn = drawn.with_columns(
            draws=pl.when(english)
            .then(pl.col("draws").list.eval(pl.element()) + pl.col("shift"))
            .otherwise("draws")
        )
        rows = seeds.rows_of(ARMS[:1], moved, drawn, 0.95)
        (summary,) = seeds.summaries(rows, 0.95)
        for name in wrong:
            wrong[name] += summary[name]
    # Of 500, half of 5 % are 12; by questions alone three in ten of them are wrong.
    assert wrong["n_barrier"] <= 22
    assert wrong["n_questions_barrier"] > 40


def test_spread_and_counts_of_one_table(rows):
    same, _ = seeds.summaries(rows, 0.95)
    barriers = [row["barrier"] for row in rows if row["arm"] == "same"]
    assert same["barrier"] == pytest.approx(np.mean(barriers))
    assert same["spread"] == pytest.approx(np.std(barriers, ddof=1))
    assert same["expected_spread"] == pytest.approx(2 * np.sqrt(2), rel=0.05)
    assert same["low"] < same["barrier"] < same["high"]
    assert same["verdict"] == lab.NONE
    assert same["n_without_zero"] == sum(
        row["low"] > 0 or row["high"] < 0 for row in rows if row["arm"] == "same"
    )


@pytest.mark.parametrize(
    ("successes", "low", "high"),
    # Ends solve the binomial tails: 0 of 20 rules out what gives 0 with less than 2.5 %.
    [(0, 0.0, 100 * (1 - 0.025 ** (1 / 20))), (20, 100 * 0.025 ** (1 / 20), 100.0)],
)
def test_binomial_intervals_are_exact(successes, low, high):
    assert seeds.binomial(successes, 20, 0.95) == (pytest.approx(low), pytest.approx(high))


def test_the_table_names_the_stated_rate_and_all_seeds(rows):
    labels = {arm["arm"]: arm["label"] for arm in ARMS}
    document = seeds.document(rows, labels, 0.95, Caption("Seeds", "Text."))
    means, rates, each = document.grids
    assert any("leaves out 0 in 5 % of all cases" in note for note in rates.notes)
    for grid in (means, rates):
        assert [row[0].text for row in grid.groups[0].rows] == list(labels.values())
    assert sum(len(group.rows) for group in each.groups) == 2 * SEEDS
    table = pl.read_csv(seeds.csv(rows, 0.95).encode(), infer_schema_length=None)
    assert table["seed"].null_count() == 2
    assert len(table) == 2 * SEEDS + 2


def test_verdicts_of_a_table_are_right_together():
    models = ARMS[0]["models"]
    wrong = {1: 0, SEEDS: 0}
    for turn in range(50):
        cells, replicates = tables(turn)
        for together in wrong:
            own = lab.rows_of(cells, replicates, models, 0.95, ["lab-new"], together)
            wrong[together] += any(row["verdict"] != lab.NONE for row in own)
    # Of 50 tables some three have a wrong verdict at 5 %, and at 5 % for each of 20 verdicts, 32.
    assert wrong[SEEDS] <= 9
    assert wrong[1] >= 20
