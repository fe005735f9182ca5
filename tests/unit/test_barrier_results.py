"""What reports read from the cells of study barrier: lookups, means, differences, p-values."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from isogloss.barrier.conditions import Condition
from isogloss.errors import IsoglossError
from isogloss.reporting.barrier.models import BarrierModel, families, parse_models, short_name
from isogloss.reporting.barrier.results import Results
from isogloss.reporting.barrier.ways import QUIZ_ENGLISH, QUIZ_FULL, Way, english, five_shot, mmlu
from isogloss.reporting.figures.language_panels import LanguageAxis
from tests.unit import made_barrier as made

MAIN = ["fr", "de", "es", "it"]


@pytest.fixture(scope="module")
def run():
    return made.results()


def test_a_value_is_the_share_of_right_answers(run):
    results, _ = run
    found = results.get(made.LLAMA, mmlu("mixup"))
    condition = Condition("mmlu", "mixup", "mixed")
    assert found.value == pytest.approx(made.accuracy("llama", condition))
    assert (found.n, found.languages, len(found.draws)) == (180, ("mixed",), 200)


def test_a_mean_is_over_the_languages_of_the_mixed_corpora_though_more_were_asked(run):
    results, _ = run
    way = mmlu("full")
    assert results.asked(made.LLAMA, way) == [*MAIN, *made.HELD_OUT]
    assert (results.shared(way), results.shared(way, held_out=True)) == (MAIN, made.HELD_OUT)
    values = {
        code: made.accuracy("llama", Condition("mmlu", "full", code))
        for code in [*MAIN, *made.HELD_OUT]
    }
    found, held_out = results.get(made.LLAMA, way), results.held_out(made.LLAMA, way)
    assert found.value == pytest.approx(sum(values[code] for code in MAIN) / 4)
    assert held_out.value == pytest.approx(sum(values[code] for code in made.HELD_OUT) / 3)
    assert (found.n, found.per_language) == (720, 180)


def test_the_mean_over_all_languages_is_the_cell_with_its_interval(run):
    results, _ = run
    cells = made.tables()[0]
    (row,) = cells.filter(
        *(pl.col(name) == value for name, value in vars(Condition("quiz", "full", "mean")).items()),
        model="llama",
        metric="accuracy",
        group="all",
    ).iter_rows(named=True)
    found = results.over_all(made.LLAMA, QUIZ_FULL, "accuracy")
    assert (found.value, found.low, found.high) == (row["value"], row["low"], row["high"])
    assert found.languages == (*MAIN, *made.HELD_OUT)
    same = results.over(made.LLAMA, QUIZ_FULL, found.languages)
    assert (same.value, same.low, same.high) == pytest.approx((found.value, found.low, found.high))


def test_models_asked_in_fewer_languages_shorten_everyones_mean(run):
    results, _ = run
    cells, replicates, _ = made.tables()
    less = ~((pl.col("model") == "mistral") & (pl.col("language") == "es"))
    shorter = Results(
        cells.filter(less), replicates.filter(less), made.MODELS, made.MAIN, made.LEVEL
    )
    assert shorter.shared(mmlu("full")) == ["fr", "de", "it"]
    assert shorter.get(made.LLAMA, mmlu("full")).languages == ("fr", "de", "it")
    # One language of several is asked nowhere else: that model has no mean, and harms no other.
    assert results.over(made.MISTRAL, mmlu("full"), ["fr", "xx"]) is None


def test_differences_are_paired_draw_by_draw(run):
    results, _ = run
    there = results.get(made.LLAMA, mmlu("english"))
    here = results.get(made.LLAMA, mmlu("gt"))
    found = results.difference(there, here)
    assert found.value == pytest.approx(there.value - here.value)
    low, high = np.percentile(there.draws - here.draws, [2.5, 97.5])
    assert (found.low, found.high) == pytest.approx((low, high))
    assert (found.n, found.per_language) == (720, 180)  # 180 questions in four languages
    assert results.difference(there, None) is None


def test_answers_are_read_as_most_of_a_models_are():
    """Letter and text of the same answers: what most conditions have is the usual one."""
    cells, replicates, _ = made.tables()
    few = pl.col("variant").is_in(["english", "mixup"]) & (pl.col("shots") == 0)
    as_text = pl.when(pl.col("scoring") == "letter").then(pl.lit("text")).otherwise("scoring")
    doubled = [
        pl.concat([table.with_columns(as_text.alias("scoring")), table.filter(few)]).unique(
            [name for name in table.columns if name not in ("value", "low", "high", "draws")],
            maintain_order=True,
        )
        for table in (cells, replicates)
    ]
    results = Results(*doubled, made.MODELS, made.MAIN, made.LEVEL)
    asked = [made.LLAMA, made.MISTRAL, *made.GENERAL, *made.CONTROLS]
    assert {results.usual(model, "mmlu") for model in asked} == {"text"}
    assert results.condition(made.LLAMA, mmlu("english"), "en").scoring == "text"
    letter = results.at(made.LLAMA, mmlu("english", scoring="letter"), "en")
    assert letter.value == results.at(made.LLAMA, mmlu("english"), "en").value


def test_english_is_asked_with_english_demonstrations_and_the_same_option_ids():
    assert english(five_shot("mixup", "same-bias")) == five_shot("english")
    assert english(mmlu("mixup", style="digits")) == mmlu("english", style="digits")
    assert english(mmlu("mixup", style="aware-0")) == mmlu("english")
    assert english(QUIZ_FULL) == QUIZ_ENGLISH
    assert Way("tofu", "full").condition("fr", "letter").scoring == "open"
    assert five_shot("mixup", "translate").condition("mixed", "text").scoring == "open"


def test_p_values_are_those_of_the_comparisons_in_either_direction(run):
    _, tests = run
    compared = made.tables()[2]
    (row,) = compared.filter(
        first_model="llama", first_variant="english", first_shots=0, first_style="default",
        first_scoring="letter", second_variant="gt", second_language="de",
    ).iter_rows(named=True)  # fmt: skip
    sides = (made.LLAMA, mmlu("english")), (made.LLAMA, mmlu("gt"))
    assert tests.of(*sides, ["de"]) == [row["p_corrected"]]
    assert tests.of(*reversed(sides), ["de"]) == [row["p_corrected"]]
    assert tests.of(*sides, ["xx"]) == []
    assert row["p_corrected"] < tests.alpha


def test_chance_is_one_of_the_options(run):
    results, _ = run
    assert results.chance(made.LLAMA, mmlu("english"), "en") == 25
    assert results.chance(made.LLAMA, Way("tofu", "english"), "en") is None


def test_rows_with_different_numbers_of_draws_are_an_error():
    cells, replicates, _ = made.tables()
    cut = replicates.with_columns(
        draws=pl.when(pl.col("model") == "llama")
        .then(pl.col("draws").list.head(7))
        .otherwise("draws")
    )
    with pytest.raises(IsoglossError, match="rows of mmlu have 7 to 200 draws"):
        Results(cells, cut, made.MODELS, made.MAIN, made.LEVEL)


def test_families_are_models_of_one_start_and_corpus_with_the_english_text_first():
    found = families(made.MODELS)
    assert [family.title for family in found] == [
        *("Llama_3-8B, wikitext-2", "Llama_3-8B, harry-potter", "Llama_3-8B, tofu"),
        "Mistral & Co-7B, wikitext-2",
    ]
    assert [short_name(model) for model in found[0].members] == [
        *("off the shelf", "English text", "mixed sentences", "mixed words")
    ]
    assert [family.documents for family in families(made.MODELS, ("selection",))] == ["selection"]
    alone = families([model for model in made.MODELS if model != made.MISTRAL])[-1]
    assert (alone.start, alone.title) == (None, "mistral, wikitext-2")


def test_models_are_parsed_with_what_they_learned():
    models = parse_models(made.models_json())
    assert models == made.MODELS
    with pytest.raises(IsoglossError, match="must be an object with the keys"):
        parse_models('[{"key": "a"}]')


def test_models_fine_tuned_on_other_files_have_a_family_of_their_own():
    other = BarrierModel("x", "Llama + text", "Llama", "base", None, 7.0, "llama")
    (family,) = families([made.LLAMA, other])
    assert (family.corpus, short_name(other)) == ("other files", "Llama + text")


def test_held_out_are_the_languages_that_a_models_own_text_has_not():
    """Two corpora of one model: one is mixed in three languages, the other in all five."""
    some, all_of_them = ("en", "fr", "de"), ("en", *MAIN)
    models = [
        made.LLAMA,
        *(replace(model, languages=some) for model in made.GENERAL),
        *(replace(model, languages=all_of_them) for model in made.DOMAIN),
        *made.CONTROLS,
    ]
    cells, replicates, _ = made.tables()
    found = Results(cells, replicates, models, made.MAIN, made.LEVEL)
    way = Way("quiz", "full")
    lacking = {model.key: found.lacking(model, way) for model in models}
    held_out, more = {"es", "it", *made.HELD_OUT}, set(made.HELD_OUT)
    assert lacking[made.LLAMA.key] == lacking[made.GENERAL[0].key] == held_out
    assert lacking[made.DOMAIN[0].key] == more
    assert lacking["control-gold"] == held_out
    # Means are over what all of them lack; the study's own languages stay as they are.
    assert found.shared(way, held_out=True) == made.HELD_OUT
    assert found.shared(way) == MAIN
    alone = Results(cells, replicates, models[:4], made.MAIN, made.LEVEL)
    assert alone.shared(way, held_out=True) == ["es", "it", *made.HELD_OUT]
    values = [alone.at(models[1], way, code).value for code in alone.shared(way, held_out=True)]
    assert alone.held_out(models[1], way).value == pytest.approx(sum(values) / len(values))
    with_all = Results(cells, replicates, models, made.MAIN, made.LEVEL)
    quiz_axis = LanguageAxis(with_all, [(model, way) for model in models[:4]])
    assert (quiz_axis.own, quiz_axis.held_out) == (["fr", "de"], ["es", "it", *made.HELD_OUT])
    domain_axis = LanguageAxis(with_all, [(model, way) for model in (models[0], models[4])])
    assert (domain_axis.own, domain_axis.held_out) == (MAIN, made.HELD_OUT)


def test_a_model_whose_text_has_a_held_out_language_has_no_mean_over_them():
    models = [
        made.LLAMA,
        replace(made.GENERAL[0], languages=("en", "fr", "de")),
        replace(made.DOMAIN[0], languages=("en", *MAIN, *made.HELD_OUT)),
    ]
    cells, replicates, _ = made.tables()
    found = Results(cells, replicates, models, [*made.MAIN, *made.HELD_OUT], made.LEVEL)
    way = Way("quiz", "full")
    assert found.shared(way, held_out=True) == ["es", "it", *made.HELD_OUT]
    assert found.held_out(models[1], way) is not None
    assert found.held_out(models[2], way) is None
