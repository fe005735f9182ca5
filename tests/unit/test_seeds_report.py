"""The table of repeated trainings: verdicts by seed, and how many of them are wrong."""

import numpy as np
import polars as pl
import pytest

from isogloss.barrier.cells import CELLS, REPLICATES
from isogloss.reporting import lab, seeds, seeds_show
from isogloss.reporting.caption import Caption

SEEDS = 20
ARMS = [
    {
        "arm": name,
        "label": label,
        "models": [f"{name}.{seed}" for seed in range(SEEDS)],
        "control": "all",
        "tasks": ["lab-new"],
    }
    for name, label in {
        "all": "Taught in all languages",
        "same": "Taught in languages drawn",
        "nothing": "Taught nothing",
    }.items()
]


def tables(seed=0):
    """Return CELLS and REPLICATES of models that have no barrier, at 80 % and at chance."""
    generator = np.random.default_rng(seed)
    cells, replicates = [], []
    for arm, level in (("all", 85.0), ("same", 80.0), ("nothing", 25.0)):
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


def test_intervals_err_as_often_as_they_say_and_verdicts_more_rarely():
    found = [
        summary
        for turn in range(50)
        for summary in seeds.summaries(seeds.rows_of(ARMS, *tables(turn), 0.95), 0.95)
    ]
    assert len(found) == 150
    for arm in ("all", "same", "nothing"):
        own = [one for one in found if one["arm"] == arm]
        wrong = sum(one["n_without_zero"] for one in own)
        # 1000 trials at 5 %: 99.9 % of all counts lie between 29 and 75.
        assert 29 <= wrong <= 75
        verdicts = sum(one["n_barrier"] + one["n_reversed"] for one in own)
        assert verdicts < (wrong if arm != "nothing" else wrong / 4)
    knowing = sum(one["n_without_chance"] for one in found if one["arm"] == "nothing")
    assert 29 <= knowing <= 75
    assert all(one["n_without_chance"] == SEEDS for one in found if one["arm"] == "same")
    assert {one["verdict"] for one in found if one["arm"] == "all"} == {seeds.CONTROL}


def moved(frame, column, shifts):
    """Return the rows of the models with a shift each on what is measured in English."""
    shift = pl.DataFrame({"model": list(shifts), "shift": list(shifts.values())})
    by = pl.when(pl.col("language") == "en").then("shift").otherwise(0)
    return frame.join(shift, on="model", maintain_order="left").with_columns(
        pl.col(column) + by if column == "value" else pl.col(column).list.eval(pl.element()) + by
    )


@pytest.mark.parametrize(("favour", "mean", "found"), [(0, 0, False), (8, 0, False), (8, 20, True)])
def test_verdicts_hold_for_the_way_of_training(favour, mean, found):
    """Models differ by 4 points. Where all are better in English by `favour`, none has a barrier.

    mean: points by which those of languages drawn are better than the control.
    """
    generator = np.random.default_rng(9)
    verdicts: dict[str, int] = {"all": 0, "same": 0}
    without_zero = 0
    for turn in range(10):
        shifts = {
            model: generator.normal(favour + (mean if arm["arm"] == "same" else 0), 4)
            for arm in ARMS[:2]
            for model in arm["models"]
        }
        cells, replicates = tables(turn)
        changed = moved(cells, "value", shifts), moved(replicates, "draws", shifts)
        summaries = seeds.summaries(seeds.rows_of(ARMS[:2], *changed, 0.95), 0.95)
        for one in summaries:
            verdicts[one["arm"]] += one["n_barrier"]
            without_zero += one["n_without_zero"] if one["arm"] == "all" else 0
        assert not found or summaries[1]["verdict"] == lab.BARRIER
    # Of 200, 2.5 % are 5, and 12 or fewer in 99.7 % of all cases.
    assert verdicts["all"] <= 12
    assert verdicts["same"] > 150 if found else verdicts["same"] <= 12
    # By questions alone, 26 % of models are expected to seem to differ with no barrier at all
    # (52 of 200), and 69 % where English is favoured everywhere (138).
    assert without_zero > (100 if favour else 30)


def test_spread_and_counts_of_one_table(rows):
    control, same, nothing = seeds.summaries(rows, 0.95)
    barriers = [row["barrier"] for row in rows if row["arm"] == "same"]
    assert same["barrier"] == pytest.approx(np.mean(barriers))
    assert same["spread"] == pytest.approx(np.std(barriers, ddof=1))
    assert same["expected_spread"] == pytest.approx(2 * np.sqrt(2), rel=0.05)
    assert same["low"] < same["barrier"] < same["high"]
    assert same["beyond"] == pytest.approx(same["barrier"] - control["barrier"])
    assert same["verdict_low"] < same["beyond"] < same["verdict_high"]
    assert (same["verdict"], nothing["verdict"]) == (lab.NONE, lab.NONE)
    assert control["beyond"] is None
    assert same["n_without_zero"] == sum(
        row["low"] > 0 or row["high"] < 0 for row in rows if row["arm"] == "same"
    )


def test_a_seed_of_the_control_is_compared_with_the_others(rows):
    for arm in ("all", "same"):
        own = [row for row in rows if row["arm"] == arm]
        barriers = [row["barrier"] for row in rows if row["arm"] == "all"]
        expected = np.mean(barriers[1:] if arm == "all" else barriers)
        assert own[0]["control"] == pytest.approx(expected)
        rest = [row["barrier"] for row in own[1:]]
        assert own[0]["trainings"] == pytest.approx(np.std(rest, ddof=1))


def test_without_a_control_nothing_that_is_known_is_judged():
    alone = [{**arm, "control": None} for arm in ARMS[1:]]
    rows = seeds.rows_of(alone, *tables(), 0.95)
    verdicts = {(row["arm"], row["verdict"]) for row in rows if row["english_low"] > lab.CHANCE}
    assert ("same", lab.UNJUDGED) in verdicts
    assert {verdict for _, verdict in verdicts} == {lab.UNJUDGED}
    same, nothing = seeds.summaries(rows, 0.95)
    assert (same["verdict"], nothing["verdict"]) == (lab.UNJUDGED, lab.NONE)
    assert (same["beyond"], same["n_barrier"]) == (None, 0)


@pytest.mark.parametrize(
    ("successes", "low", "high"),
    # Ends solve the binomial tails: 0 of 20 rules out what gives 0 with less than 2.5 %.
    [(0, 0.0, 100 * (1 - 0.025 ** (1 / 20))), (20, 100 * 0.025 ** (1 / 20), 100.0)],
)
def test_binomial_intervals_are_exact(successes, low, high):
    assert seeds.binomial(successes, 20, 0.95) == (pytest.approx(low), pytest.approx(high))


def test_the_table_names_the_stated_rate_and_all_seeds(rows):
    labels = {arm["arm"]: arm["label"] for arm in ARMS}
    document = seeds_show.document(rows, labels, 0.95, Caption("Seeds", "Text."))
    means, rates, each = document.grids
    assert any("leaves out 0 in 5 % of all cases" in note for note in rates.notes)
    for grid in document.grids:
        widths = {len(row) for group in grid.groups for row in group.rows}
        assert widths == {len(grid.heads)}
    for grid in (means, rates):
        assert [row[0].text for row in grid.groups[0].rows] == list(labels.values())
    assert sum(len(group.rows) for group in each.groups) == 3 * SEEDS
    table = pl.read_csv(seeds.csv(rows, 0.95).encode(), infer_schema_length=None)
    assert table["seed"].null_count() == 3
    assert len(table) == 3 * SEEDS + 3


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
