"""Tables of study barrier: numbers are those of the scores, controls show what they must."""

import csv
import io
import re

import polars as pl
import pytest

from isogloss.barrier.conditions import Condition
from isogloss.errors import IsoglossError
from isogloss.reporting.barrier import letters
from isogloss.reporting.barrier.results import Results
from isogloss.reporting.barrier.sheet import csv as sheet_csv
from isogloss.reporting.barrier.sheet_show import document
from isogloss.reporting.barrier.tables import TABLES
from isogloss.reporting.barrier.tables import make_sheet as sheet
from isogloss.reporting.caption import Caption
from isogloss.reporting.tables.latex import latex
from isogloss.reporting.tables.markdown import markdown
from tests.unit import made_barrier as made

CAPTION = Caption("Table 0. A title", "What it shows.")
CONTROL_KEYS = ["control-gold", "control-random", "control-english-only"]


def rows_of(name, **run):
    found = sheet(name, *made.results(**run))
    return list(csv.DictReader(io.StringIO(sheet_csv(found))))


def pick(rows, **wanted):
    found = [row for row in rows if all(row[key] == value for key, value in wanted.items())]
    assert len(found) == 1, wanted
    return found[0]


def expected(model, *condition):
    return made.accuracy(model, Condition(*condition))


def test_table_2_has_the_papers_conditions_and_the_scores_of_each():
    rows = rows_of("table02")
    ways = [(r["variant"], r["shots"], r["demonstrations"], r["style"]) for r in rows[:9]]
    assert ways == [
        ("english", "0", "none", "default"),
        *(("mixup", "0", "none", s) for s in ("default", "lower", "digits", "aware-0", "aware-1")),
        *(("mixup", "5", kind, "default") for kind in ("english", "same-bias", "translate")),
    ]
    assert [r["scoring"] for r in rows[:9]] == ["letter"] * 8 + ["open"]
    for row in (pick(rows, model="mistral", style="digits"), rows[8], rows[0]):
        condition = Condition(
            *(row["task"], row["variant"], row["languages"], int(row["shots"])),
            *(row["demonstrations"], row["style"], row["scoring"]),
        )
        assert float(row["value"]) == pytest.approx(
            made.accuracy(row["model"], condition), abs=1e-6
        )
        assert float(row["low"]) < float(row["value"]) < float(row["high"])
        assert row["n"] == "180"
    assert list(dict.fromkeys(row["model"] for row in rows)) == ["llama", "mistral", *CONTROL_KEYS]


def test_table_3_compares_each_model_with_its_fine_tunes():
    found = sheet("table03", *made.results())
    groups = [(title, [row.label for row in rows]) for title, rows in found.groups]
    assert groups == [
        (
            "Llama_3-8B, wikitext-2",
            ["off the shelf", "English text", "mixed sentences", "mixed words"],
        ),
        ("Mistral & Co-7B, wikitext-2", ["off the shelf", "English text", "mixed words"]),
        ("Controls", ["Control: gold", "Control: random", "Control: English only"]),
    ]
    rows = rows_of("table03")
    row = pick(rows, model="llama-wikitext-2-words", variant="mixup", demonstrations="same-bias")
    condition = ("mmlu", "mixup", "mixed", 5, "same-bias")
    assert float(row["value"]) == pytest.approx(expected("llama-wikitext-2-words", *condition))


def test_table_8_has_a_row_per_number_of_shots_and_a_column_per_reading():
    found = sheet("table08", *made.results())
    assert [column.head for column in found.columns] == [
        *("English, most probable option id", "English, first token written"),
        *("mixup, most probable option id", "mixup, first token written"),
    ]
    row = pick(
        rows_of("table08"), label="Llama_3-8B, 5-shot", variant="mixup", scoring="first-token"
    )
    condition = ("mmlu", "mixup", "mixed", 5, "english", "default", "first-token")
    assert float(row["value"]) == pytest.approx(expected("llama", *condition), abs=1e-6)


def test_the_barrier_is_english_minus_the_condition_with_its_tests():
    rows = rows_of("barrier")
    row = pick(rows, label="Llama_3-8B", variant="gt")
    languages = ["fr", "de", "es", "it"]
    assert row["languages"] == " ".join(languages)
    mean = sum(expected("llama", "mmlu", "gt", code) for code in languages) / 4
    barrier = expected("llama", "mmlu", "english", "en") - mean
    assert float(row["value"]) == pytest.approx(barrier, abs=1e-6)
    assert (row["tests"], row["significant"]) == ("4", "4")
    single = pick(rows, label="Llama_3-8B", variant="mixup", demonstrations="same-bias")
    five = expected("llama", "mmlu", "english", "en", 5, "english")
    mixup = expected("llama", "mmlu", "mixup", "mixed", 5, "same-bias")
    assert float(single["value"]) == pytest.approx(five - mixup, abs=1e-6)


def test_the_english_only_control_has_a_significant_barrier_and_the_others_none():
    rows = [row for row in rows_of("barrier") if row["task"] != "tofu"]
    for row in rows:
        if row["model"] == "control-english-only":
            assert float(row["low"]) > 50
            assert row["significant"] == row["tests"] != "0"
        elif row["model"] in CONTROL_KEYS:
            assert row["significant"] == "0"
            if row["model"] == "control-gold":
                assert (row["value"], row["low"], row["high"]) == ("0.000000",) * 3
    assert {row["model"] for row in rows} >= set(CONTROL_KEYS)


def test_the_gold_control_is_always_right_and_random_sits_at_chance():
    for name in ("table02", "table03", "table08"):
        rows = rows_of(name)
        assert {r["value"] for r in rows if r["model"] == "control-gold"} == {"100.000000"}
        random = [float(r["value"]) for r in rows if r["model"] == "control-random"]
        assert sum(random) / len(random) == pytest.approx(25, abs=4)
        last = [row["model"] for row in rows][-1]
        assert last == "control-english-only"


def test_comparisons_are_of_models_in_one_condition():
    rows = rows_of("comparisons")
    row = pick(rows, model="llama-wikitext-2-words", minus_model="llama-wikitext-2-english",
               task="quiz", variant="english")  # fmt: skip
    one, other = (
        expected(f"llama-wikitext-2-{mix}", "quiz", "english", "en") for mix in ("words", "english")
    )
    assert float(row["value"]) == pytest.approx(one - other, abs=1e-6)
    assert (row["tests"], row["significant"]) == ("1", "1")
    pairs = {
        (r["model"], r["minus_model"]) for r in rows if r["group"] == "Llama_3-8B, harry-potter"
    }
    assert len(pairs) == 3 + 2  # each with the model before, and two with the English documents
    last = [row for row in rows if row["model"] == "control-english-only"]
    assert {r["variant"] for r in last if float(r["low"]) > 0} == {"english"}


@pytest.mark.parametrize("name", TABLES)
def test_readers_see_value_interval_count_and_controls_last(name):
    found = sheet(name, *made.results())
    shown = document(found, CAPTION, 200)
    (grid,) = shown.grids
    assert grid.groups[-1].title == "Controls"
    assert any("95 % interval by bootstrap over questions (200 draws" in n for n in grid.notes)
    assert any(note.startswith("n per language: ") and "180 (MMLU)" in note for note in grid.notes)
    value = grid.groups[0].rows[0][1]
    assert re.fullmatch(r"[+−]?\d+\.\d\d\*?", value.text)
    assert re.match(r"−?[\d.]+( to |–)", value.small[0])
    text = latex(shown, "barrier")
    assert rf"\label{{tab:barrier-{name}}}" in text
    assert text.count("{") - text.count(r"\{") == text.count("}") - text.count(r"\}")
    for line in markdown(shown).splitlines():
        if line.startswith("|"):
            assert len(re.findall(r"(?<!\\)\|", line)) == len(grid.heads) + 1


def test_marks_say_which_differences_are_significant():
    found = document(sheet("barrier", *made.results()), CAPTION, 200)
    (grid,) = found.grids
    rows = {row[0].text: row for group in grid.groups for row in group.rows}
    heads = {head: place for place, head in enumerate(grid.heads)}
    assert rows["Control: English only"][heads["mixup"]].text.endswith("*")
    assert not rows["Control: gold"][heads["mixup"]].text.endswith("*")
    assert rows["Control: English only"][heads["GT option"]].small[1] == "4 of 4"
    assert rows["Control: random"][heads["GT option"]].small[1] == "0 of 4"
    notes = " ".join(grid.notes)
    assert "corrected by Holm's method" in notes
    assert "mean over fr, de, es and it" in notes
    assert "HP-Quiz, held-out: mean over fi, bn and am." in notes


@pytest.mark.parametrize(
    ("name", "models", "sentence"),
    [
        ("table02", [*made.GENERAL, *made.CONTROLS], "no model off the shelf mixup MMLU"),
        ("table03", [made.LLAMA, *made.CONTROLS], "no model that it fine-tuned on general text"),
        (
            "table08",
            [*made.GENERAL, *made.CONTROLS],
            "answers to MMLU in more than one way",
        ),
        ("barrier", made.CONTROLS, "asks no model the same questions"),
        ("comparisons", [made.LLAMA, *made.CONTROLS], "fine-tunes no model"),
    ],
)
def test_what_a_run_does_not_have_is_said_in_one_sentence(name, models, sentence):
    found = sheet(name, *made.results(models=models))
    shown = document(found, CAPTION, 200)
    assert sentence in markdown(shown)
    assert sentence in latex(shown)
    assert shown.grids[0].groups == []
    assert sheet_csv(found).count("\n") == 1  # the heading


def test_differing_counts_and_exclusions_are_printed():
    _, tests = made.results()
    cells = made.tables()[0]
    hit = (pl.col("model") == "llama") & (pl.col("variant") == "mixup")
    changed = cells.with_columns(
        n=pl.when(hit).then(170).otherwise("n").cast(pl.UInt32),
        excluded=pl.when(hit).then(10).otherwise("excluded").cast(pl.UInt32),
    )
    found = Results(changed, made.tables()[1], made.MODELS, made.MAIN, made.LEVEL)
    notes = document(sheet("table02", found, tests), CAPTION, 200).grids[0].notes
    assert "n per language: 180 (MMLU) questions, less those excluded." in notes
    assert any("longer than the model's context: Llama_3-8B up to 10 a value" in n for n in notes)
    fewer = Results(
        cells.with_columns(n=pl.when(hit).then(170).otherwise("n").cast(pl.UInt32)),
        *(made.tables()[1], made.MODELS, made.MAIN, made.LEVEL),
    )
    row = document(sheet("table02", fewer, tests), CAPTION, 200).grids[0].groups[0].rows[0]
    assert [entry.small[-1] for entry in row[1:3]] == ["n 180", "n 170"]


def test_an_unknown_table_names_the_nearest():
    with pytest.raises(IsoglossError, match="did you mean 'barrier'"):
        sheet("barier", *made.results())


def test_letters_stand_beside_how_often_they_are_right():
    results, _ = made.results()
    found = letters.lines(results)
    line = next(x for x in found if (x.model, x.way.variant) == (made.LLAMA, "mixup"))
    scores = made.scores("llama", [Condition("mmlu", "mixup", "mixed")], made.as_published)
    answered = [100 * (scores["chosen"] == n).sum() / 180 for n in range(4)]
    right = [100 * (scores["gold"] == n).sum() / 180 for n in range(4)]
    assert [share.value for share in line.answered] == pytest.approx(answered)
    assert line.right == pytest.approx(right)
    gaps = sum(abs(a - b) for a, b in zip(answered, right, strict=True))
    assert line.distance == pytest.approx(gaps / 2)
    assert all(share.low <= share.value <= share.high for share in line.answered)
    gold = next(x for x in found if x.model.key == "control-gold")
    assert gold.distance == 0

    rows = list(csv.DictReader(io.StringIO(letters.csv(found))))
    row = pick(rows, model="llama", variant="mixup", option="B")
    assert float(row["answered"]) == pytest.approx(answered[1], abs=1e-6)
    assert float(row["right"]) == pytest.approx(right[1], abs=1e-6)
    assert {r["model"] for r in rows} >= {m.key for m in made.GENERAL}
    (grid,) = letters.document(found, results, CAPTION).grids
    assert [group.title for group in grid.groups] == [
        *("Llama_3-8B", "Mistral & Co-7B"),
        *("Control: gold", "Control: random", "Control: English only"),
    ]
    assert "The CSV file has the fine-tuned models, too." in grid.notes


def test_letters_without_the_gold_control_or_without_models():
    models = [made.LLAMA, made.CONTROLS[1]]
    results, _ = made.results(models=models)
    found = letters.lines(results)
    assert {line.right for line in found} == {None}
    assert any("Without the control `gold`" in note
               for note in letters.document(found, results, CAPTION).grids[0].notes)  # fmt: skip
    alone, _ = made.results(models=made.CONTROLS)
    shown = letters.document(letters.lines(alone), alone, CAPTION)
    assert letters.EMPTY in markdown(shown)
