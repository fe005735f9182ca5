"""Claims: verdicts on hand-made replicates, and the published side counted by hand."""

import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest

from isogloss.config.load import read_yaml
from isogloss.config.models import ModelTable
from isogloss.errors import IsoglossError
from isogloss.reporting.caption import Caption
from isogloss.reporting.cells import CELLS, REPLICATES
from isogloss.reporting.claims import draws_of_replicates, judge, point, values_of_cells
from isogloss.reporting.claims_xmrc import CLAIMS, check, published
from isogloss.reporting.modelinfo import ModelInfo

ROOT = Path(__file__).parents[2]
PUBLISHED = ROOT / "resources/published/xmrc"
CLAIM = {claim.id: claim for claim in CLAIMS}
# Setting and metric to the value in every draw.
Model = Mapping[tuple[str, str], list[float]]


def info(
    key: str, stage: str = "base", base: str | None = None, size: float | None = 7.0
) -> ModelInfo:
    return ModelInfo(key, key, "family", stage, base, size)  # type: ignore[arg-type]


BASE = info("base")
TRAINED = info("trained", "post-trained", "base")
LARGE = info("large", "post-trained", None, 70.0)
CONTROL = info("control-gold", "control", None, None)


def tables(models: Mapping[str, Model], shots: int = 2) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return CELLS whose values are the means of the draws, and REPLICATES."""
    cells, replicates = [], []
    for model, measures in models.items():
        for (setting, metric), draws in measures.items():
            known = [draw for draw in draws if draw == draw]
            value = sum(known) / len(known) if known else None
            language = "en" if setting == "en-en" else "mean"
            run = (model, shots, "v1", True, setting, language, metric)
            cells.append((*run, value, None, None, 40, 11, 0))
            replicates.append((model, shots, setting, metric, [float(draw) for draw in draws]))
    frames = [
        pl.DataFrame(
            rows, schema={name: of.dtype for name, of in frame.columns.items()}, orient="row"
        )
        for rows, frame in ((cells, CELLS), (replicates, REPLICATES))
    ]
    return CELLS.check(frames[0]), REPLICATES.check(frames[1])


def judged(claim: str, models: list[ModelInfo], measures: Mapping[str, Model], level: float = 0.9):
    cells, replicates = tables(measures)
    values, draws = values_of_cells(cells, 2), draws_of_replicates(replicates, 2)
    return judge(CLAIM[claim], models, values, draws, level)


def gap(*draws: float) -> Model:
    return {("en-x", "f1_gap"): list(draws)}


def test_supported_where_the_whole_interval_is_above_zero() -> None:
    found = judged("a", [BASE, TRAINED], {"base": gap(20, 22, 24), "trained": gap(10, 10, 10)})
    assert found.verdict == "supported"
    assert found.point is not None
    assert (found.point.value, found.point.cases, found.point.holds) == (12, 1, 1)
    # Linear interpolation between the sorted draws 10, 12, 14 at 5 % and 95 %.
    assert (found.low, found.high) == pytest.approx((10.2, 13.8))


def test_contradicted_where_the_whole_interval_is_below_zero() -> None:
    found = judged("a", [BASE, TRAINED], {"base": gap(1, 2, 3), "trained": gap(10, 10, 10)})
    assert found.verdict == "contradicted"
    assert found.high is not None
    assert found.high < 0
    assert found.point is not None
    assert found.point.holds == 0


def test_undetermined_where_the_interval_holds_zero() -> None:
    found = judged("a", [BASE, TRAINED], {"base": gap(5, 10, 20), "trained": gap(10, 10, 10)})
    assert found.verdict == "undetermined"
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0 < found.high
    assert "holds 0" in found.note


def test_rows_are_subtracted_draw_by_draw() -> None:
    """Each model's draws are wide apart, their difference is always 1."""
    found = judged("a", [BASE, TRAINED], {"base": gap(1, 50, 99), "trained": gap(0, 49, 98)})
    assert (found.verdict, found.low, found.high) == ("supported", 1, 1)


def test_no_such_models_is_undetermined_and_says_what_is_needed() -> None:
    alone = judged("a", [TRAINED], {"trained": gap(10, 10, 10)})
    assert (alone.verdict, alone.point, alone.low) == ("undetermined", None, None)
    assert "needs a base model and a model post-trained from it" in alone.note
    f1: Model = {("en-x", "f1"): [60.0, 61.0], ("x-x", "f1"): [50.0, 50.0]}
    assert judged("e", [TRAINED], {"trained": f1}).point is None
    assert judged("d", [TRAINED], {"trained": f1}).point is None


def test_size_and_stage_choose_the_models() -> None:
    unknown = info("unknown", "post-trained", None, None)
    f1: Model = {("en-x", "f1"): [60.0, 61.0], ("x-x", "f1"): [50.0, 50.0]}
    models = [BASE, TRAINED, LARGE, unknown, CONTROL]
    measures = {model.key: f1 for model in models}
    verdicts = {claim: judged(claim, models, measures) for claim in "cde"}
    assert {claim: of.verdict for claim, of in verdicts.items()} == {
        "c": "supported",
        "d": "contradicted",
        "e": "contradicted",
    }
    assert [of.point.models for of in verdicts.values() if of.point] == [1, 1, 1]


def test_controls_never_count() -> None:
    control = info("control-gold", "control", "base", 7.0)
    found = judged("a", [BASE, control], {"base": gap(20, 20), "control-gold": gap(0, 0)})
    assert found.point is None
    assert "No such models" in found.note


def test_every_pair_weighs_the_same() -> None:
    """A base with two post-trained models makes two pairs; one holds, by more than the other."""
    second = info("second", "post-trained", "base")
    measures = {"base": gap(20, 20), "trained": gap(5, 5), "second": gap(23, 23)}
    found = judged("a", [BASE, TRAINED, second], measures)
    assert found.point is not None
    assert found.point.value == pytest.approx((15 - 3) / 2)
    assert (found.point.models, found.point.cases, found.point.holds) == (3, 2, 1)


def error(*draws: float) -> Model:
    return {("en-x", "language_error"): list(draws)}


def test_language_error_compares_stages_and_counts_pairs() -> None:
    """The number is over all models of a stage, also those without a partner."""
    measures = {"base": error(30, 30), "trained": error(10, 10), "large": error(0, 0)}
    found = judged("b", [BASE, TRAINED, LARGE], measures)
    assert found.point is not None
    assert found.point.value == 30 - (10 + 0) / 2
    assert (found.point.models, found.point.cases, found.point.holds) == (3, 1, 1)


def test_what_was_not_measured_is_left_out_and_named() -> None:
    nan = float("nan")
    measures = {"base": error(30, 30), "trained": error(10, 10), "large": error(nan, nan)}
    found = judged("b", [BASE, TRAINED, LARGE], measures)
    assert found.point is not None
    assert found.point.models == 2
    assert "large" in found.note
    assert "trained" not in found.note


def test_draws_with_nothing_to_measure_are_counted() -> None:
    nan = float("nan")
    found = judged("b", [BASE, TRAINED], {"base": error(30, nan, 32), "trained": error(1, 1, 1)})
    assert "1 draws" in found.note
    assert found.verdict == "supported"


def test_values_without_replicates_are_an_error() -> None:
    cells, replicates = tables({"base": gap(20, 20), "trained": gap(5, 5)})
    draws = draws_of_replicates(replicates.filter(pl.col("model") == "base"), 2)
    with pytest.raises(IsoglossError, match="no row of f1_gap in en-x for model 'trained'"):
        judge(CLAIM["a"], [BASE, TRAINED], values_of_cells(cells, 2), draws, 0.95)


def test_rows_with_different_numbers_of_draws_are_an_error() -> None:
    _, replicates = tables({"base": gap(20, 20), "trained": gap(5, 5, 5)})
    with pytest.raises(IsoglossError, match="2 to 3 draws"):
        draws_of_replicates(replicates, 2)


def test_shots_without_rows_are_an_error() -> None:
    cells, _ = tables({"base": gap(20, 20)})
    with pytest.raises(IsoglossError, match=r"no rows with shots 0; there are \[2\]"):
        values_of_cells(cells, 0)


def paper_models() -> list[ModelInfo]:
    """Return the models of table 1 as a reader of the table tells them apart."""
    with (PUBLISHED / "table01.csv").open(encoding="utf-8") as file:
        labels = list(dict.fromkeys(row["model"] for row in csv.DictReader(file)))
    models = []
    for label in labels:
        bare = label
        for word in ("-Instruct", "-Tuned", "-IT", "-Chat"):
            bare = bare.replace(word, "")
        trained = bare != label or label.startswith(("GPT", "DeepSeek-V3"))
        last = label.rsplit("-", 1)[-1]
        models.append(
            ModelInfo(
                key=label.lower(),
                label=label,
                family="",
                stage="post-trained" if trained else "base",
                base=bare.lower() if bare != label else None,
                parameters=float(last[:-1]) if last.endswith("B") else None,
            )
        )
    return models


# Counted by hand in table 1: the eight pairs' gaps shrink, but for Qwen-2.5 (7B: 4.91 to 5.40; 72B:
# 7.11 to 11.08); the language error falls but for the two pairs of LLaMA-3.1-8B.
@pytest.mark.parametrize(
    ("claim", "models", "cases", "holds", "value"),
    [
        ("a", 15, 8, 6, (21.20 + 18.96 + 13.49 + 15.45 - 0.49 - 3.97 + 8.63 + 12.89) / 8),
        ("b", 18, 8, 6, 108.51 / 7 - 12.91 / 11),
        ("c", 5, 5, 5, (7.11 + 3.96 + 7.24 + 4.82 + 3.19) / 5),
        ("d", 7, 7, 7, (21.27 + 16.05 + 6.18 + 8.60 + 2.24 + 6.08 + 13.01) / 7),
        ("e", 2, 2, 2, (1.06 + 4.25) / 2),
    ],
)
def test_published_side_is_what_table_1_says(
    claim: str, models: int, cases: int, holds: int, value: float
) -> None:
    values, table, unknown = published(PUBLISHED, paper_models(), 2)
    assert (table, unknown) == ("table01.csv", [])
    found = point(CLAIM[claim], paper_models(), values)
    assert found is not None
    assert (found.models, found.cases, found.holds) == (models, cases, holds)
    assert found.value == pytest.approx(value, abs=1e-9)


def test_published_labels_that_are_no_model_are_named() -> None:
    models = [model for model in paper_models() if "Tuned" not in model.label]
    values, _, unknown = published(PUBLISHED, models, 2)
    assert unknown == ["LLaMA-3.1-Tuned-8B"]
    found = point(CLAIM["a"], models, values)
    assert found is not None
    assert (found.cases, found.holds) == (7, 5)


def test_published_zero_shot_values_are_means_of_table_6() -> None:
    """GPT-4o, table 6d."""
    values, table, _ = published(PUBLISHED, paper_models(), 0)
    gpt = next(model for model in paper_models() if model.label == "GPT-4o")
    printed = [67.90, 67.79, 71.45, 65.72, 61.33, 69.67, 62.12, 66.61, 66.59, 74.43, 62.68]
    assert table == "table06.csv"
    assert values.get(gpt, "x-x", "f1")[0] == pytest.approx(sum(printed) / 11)
    assert point(CLAIM["b"], paper_models(), values) is None  # no 0-shot language error is printed


def test_the_config_names_the_models_of_table_1() -> None:
    """What the workflow passes on gives the published side all of its models but the tuned one."""
    table = ModelTable.model_validate(read_yaml(ROOT / "config/models.yaml"))
    models = [
        ModelInfo(key, of.label, of.family, of.stage, of.base, of.parameters)
        for key, of in table.models.items()
    ]
    values, _, unknown = published(PUBLISHED, models, 2)
    counts = {claim.id: point(claim, models, values) for claim in CLAIMS}
    assert set(unknown) <= {"LLaMA-3.1-Tuned-8B"}
    assert {name: of.cases for name, of in counts.items() if of} == {
        "a": 7 + (not unknown),
        "b": 7 + (not unknown),
        "c": 4 + (not unknown),
        "d": 7,
        "e": 2,
    }


def small_run() -> tuple[pl.DataFrame, pl.DataFrame]:
    def model(crossed: float, same: float, wrong: float) -> Model:
        values = {
            ("en-en", "f1"): 80.0,
            ("en-x", "f1"): crossed,
            ("x-x", "f1"): same,
            ("en-x", "f1_gap"): 80 - crossed,
            ("en-x", "language_error"): wrong,
        }
        return {key: [value - 1, value, value + 1] for key, value in values.items()}

    return tables({"base": model(50, 70, 20), "trained": model(72, 65, 1)})


def test_the_tables_hold_verdict_numbers_and_notes() -> None:
    cells, replicates = small_run()
    document, text = check(
        cells,
        replicates,
        [BASE, TRAINED],
        paper_models(),
        {"shots": 2, "level": 0.95},
        PUBLISHED,
        Caption("Claims", "About them."),
    )
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(text))}
    assert {name: row["verdict"] for name, row in rows.items()} == {
        "a": "supported",
        "b": "supported",
        "c": "supported",
        "d": "supported",
        "e": "undetermined",
    }
    assert float(rows["a"]["value"]) == 22
    assert (rows["a"]["cases"], rows["a"]["unit"], rows["a"]["published_holds"]) == (
        "1",
        "pairs",
        "6",
    )
    assert rows["e"]["value"] == ""
    assert rows["e"]["note"].startswith("No such models in this run: needs a post-trained model")
    assert document.lead == ["5 claims: 4 supported, 0 contradicted and 1 undetermined."]


def test_unknown_options_are_an_error() -> None:
    cells, replicates = small_run()
    with pytest.raises(IsoglossError, match="level and shots"):
        check(cells, replicates, [BASE], [], {"shots": 2}, PUBLISHED, Caption("", ""))


def test_the_script_writes_the_same_bytes_twice(tmp_path: Path) -> None:
    cells, replicates = small_run()
    CELLS.write(cells, tmp_path / "cells.parquet")
    REPLICATES.write(replicates, tmp_path / "replicates.parquet")
    models = json.dumps([vars(model) for model in (BASE, TRAINED)])
    outputs = []
    for run in ("one", "two"):
        files = {name: tmp_path / run / f"claims.{name}" for name in ("csv", "markdown", "latex")}
        subprocess.run(
            [
                *(sys.executable, "workflow/scripts/check_claims.py"),
                *("--cells", tmp_path / "cells.parquet"),
                *("--replicates", tmp_path / "replicates.parquet"),
                *("--models", models, "--published-models", models),
                *("--options", '{"shots": 2, "level": 0.95}'),
                *("--published", PUBLISHED, "--caption", "workflow/report/claims.rst"),
                *(part for name, path in files.items() for part in (f"--{name}", path)),
            ],
            cwd=ROOT,
            env={"PYTHONPATH": str(ROOT)},
            check=True,
        )
        outputs.append({name: path.read_bytes() for name, path in files.items()})
    assert outputs[0] == outputs[1]
    assert "post-training narrows the en-x gap" in outputs[0]["markdown"].decode()
    assert len(re.findall(r"\bpairs?\b", outputs[0]["latex"].decode())) > 2
