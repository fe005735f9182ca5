"""The table of MMLU by domain and subject: its numbers are those of the scores, part by part."""

import csv
import io
from functools import cache

import polars as pl
import pytest

from isogloss.barrier.cells import CELLS
from isogloss.barrier.conditions import Condition
from isogloss.barrier.study import aggregate
from isogloss.reporting.barrier import subjects
from isogloss.reporting.barrier.results import Results
from isogloss.reporting.caption import Caption
from isogloss.reporting.tables.latex import latex
from isogloss.reporting.tables.markdown import markdown
from tests.unit import made_barrier as made

CAPTION = Caption("MMLU by subject", "What it shows.")
MODELS = [made.LLAMA, made.OTHER[0], made.CONTROLS[0]]
# Two subjects of one domain and one of another, of which the 180 questions are a third each.
PARTS = [("anatomy", "other"), ("virology", "other"), ("astronomy", "STEM")]
CONDITIONS = [
    Condition("mmlu", "english", "en"),
    Condition("mmlu", "english", "en", 5, "english"),
    *(Condition("mmlu", "gt", language) for language in ("de", "fr", "fi")),
    Condition("mmlu", "mixup", "mixed"),
    Condition("quiz", "english", "en"),
]


def scores(model: str, parts: list[tuple[str, str]]) -> pl.DataFrame:
    table = made.scores(model, CONDITIONS, made.as_published)
    number = pl.col("item").str.split("/").list.last().str.extract(r"(\d+)").cast(pl.Int64)
    place = pl.when(pl.col("task") == "mmlu").then(number % len(parts))
    return table.with_columns(
        pl.coalesce(
            *(pl.when(place == n).then(pl.lit(subject)) for n, (subject, _) in enumerate(parts)),
            "subject",
        ).alias("subject"),
        pl.coalesce(
            *(pl.when(place == n).then(pl.lit(domain)) for n, (_, domain) in enumerate(parts)),
            "domain",
        ).alias("domain"),
    )


@cache
def accuracies(parts: tuple[tuple[str, str], ...] = tuple(PARTS)) -> subjects.Accuracies:
    tables = {model.key: scores(model.key, list(parts)) for model in MODELS}
    bootstrap = {"samples": 100, "level": made.LEVEL, "seed": 7}
    cells, replicates, _ = aggregate(tables, [], bootstrap)
    return subjects.Accuracies(cells, Results(cells, replicates, MODELS, made.MAIN, made.LEVEL))


def share(model: str, *, subject: str | None = None, domain: str | None = None, **where) -> float:
    of = scores(model, PARTS).filter(task="mmlu", **where)
    for name, value in (("subject", subject), ("domain", domain)):
        of = of.filter(pl.col(name) == value) if value else of
    return 100 * float(of["accuracy"].mean())


def test_the_csv_has_every_part_of_every_condition_and_model():
    rows = list(csv.DictReader(io.StringIO(subjects.csv(accuracies()))))
    # All questions, two domains, and three subjects less the one that is its domain, in six ways of
    # asking MMLU and the mean of the three languages; none of the quiz.
    assert len(rows) == len(MODELS) * 7 * (1 + 2 + 3)
    assert {(row["domain"], row["subject"]) for row in rows} == {
        *{("", ""), ("other", ""), ("STEM", "")},
        *{("other", "anatomy"), ("other", "virology"), ("STEM", "astronomy")},
    }
    for row in rows:
        assert float(row["low"]) <= float(row["value"]) <= float(row["high"])
        if row["language"] != "mean":
            where = {name: row[name] for name in ("variant", "language", "demonstrations")}
            part = {"subject": row["subject"] or None, "domain": row["domain"] or None}
            expected = share(row["model"], **part, **where)
            assert float(row["value"]) == pytest.approx(expected, abs=1e-5)
            parts = {"": 180, "other": 120, "STEM": 60}
            assert int(row["n"]) == (60 if row["subject"] else parts[row["domain"]])


def test_a_subjects_mean_over_languages_is_of_its_values():
    found = accuracies()
    mean = found.of(made.LLAMA, "gt", "mean", "virology")
    values = [
        share("llama", subject="virology", variant="gt", language=x) for x in ("fr", "de", "fi")
    ]
    assert mean.value == pytest.approx(sum(values) / 3)
    assert mean.n == 3 * 60
    assert found.languages(made.LLAMA, "gt") == ["mean", "fr", "de", "fi"]
    assert found.overall(made.LLAMA, "gt", "virology") == mean


def test_readers_see_each_model_by_domain_and_by_subject_and_the_controls_last():
    found = subjects.document(accuracies(), CAPTION, 100)
    assert [grid.title for grid in found.grids] == [
        "Llama_3-8B, variants by domain",
        "Llama_3-8B, subjects and variants",
        "controls, variants by domain",
    ]
    by_domain, by_subject, controls = found.grids
    assert by_domain.heads == ["Asked", "all", "STEM", "other"]
    asked = [row[0].text for row in by_domain.groups[0].rows]
    wanted = ["English", "GT option, mean", "GT option, fr", "GT option, de", "GT option, fi"]
    assert asked == [*wanted, "mixup"]
    stem = by_domain.groups[0].rows[0][2]
    assert stem.text == f"{share('llama', domain='STEM', variant='english', shots=0):.1f}"
    assert stem.small[1] == "n 60"
    assert [(g.title, [row[0].text for row in g.rows]) for g in by_subject.groups] == [
        ("", ["all"]),
        ("STEM", ["all of it", "astronomy"]),
        ("other", ["all of it", "anatomy", "virology"]),
    ]
    assert by_subject.heads == ["Subject", "English", "GT option", "mixup"]
    gold = [entry.text for row in controls.groups[0].rows for entry in row[1:]]
    assert set(gold) == {"100.0"}
    text = latex(found, "barrier")
    assert text.count(r"\begin{table}") == 3
    assert len({grid.name for grid in found.grids}) == 3
    assert "GT option, by subject: mean over fr, de and fi." in markdown(found)


def test_one_domain_alone_is_shown_by_its_subjects():
    lab = (("lab_city", "lab"), ("lab_fruit", "lab"))
    found = accuracies(lab)
    by_domain, by_subject, _ = subjects.document(found, CAPTION, 100).grids
    assert by_domain.heads == ["Asked", "all", "city", "fruit"]
    rows = [[row[0].text for row in group.rows] for group in by_subject.groups]
    assert rows == [["all"], ["city", "fruit"]]
    assert {row["domain"] for row in csv.DictReader(io.StringIO(subjects.csv(found)))} == {
        "",
        "lab",
    }


def test_a_run_without_mmlu_says_so_in_one_sentence():
    none = subjects.Accuracies(CELLS.empty(), accuracies().results)
    assert subjects.EMPTY in markdown(subjects.document(none, CAPTION, 100))
    assert subjects.csv(none).count("\n") == 1
