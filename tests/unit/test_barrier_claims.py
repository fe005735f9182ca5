"""Claims of study barrier: each verdict flips with the data, and says whom it is about."""

import csv
import io

import pytest

from isogloss.barrier.conditions import Condition
from isogloss.reporting.barrier.measures import Asked, Similarity, measures
from isogloss.reporting.barrier.ways import QUIZ_FULL, mmlu
from isogloss.reporting.caption import Caption
from isogloss.reporting.claims_barrier import CLAIMS, check, judgements
from isogloss.reporting.tables.latex import latex
from isogloss.reporting.tables.markdown import markdown
from tests.unit import made_barrier as made

BOOTSTRAP = {"samples": 200, "seed": 42}
# All models that any claim is about; a second base model would only take time.
MODELS = [made.LLAMA, *made.GENERAL, *made.DOMAIN, *made.TOFU, *made.CONTROLS]
WORDS = made.GENERAL[2]
OF_CELLS = [claim.id for claim in CLAIMS if not claim.id.startswith("E")]


@pytest.fixture(scope="module")
def published():
    results, _ = made.results(models=MODELS)
    return {judged.claim.id: judged for judged in judgements(results, [], BOOTSTRAP)}


@pytest.fixture(scope="module")
def against():
    results, _ = made.results(made.against_published, MODELS)
    return {judged.claim.id: judged for judged in judgements(results, [], BOOTSTRAP)}


@pytest.mark.parametrize("claim", OF_CELLS)
def test_a_claim_is_supported_by_data_for_it_and_contradicted_by_data_against_it(
    claim, published, against
):
    one, other = published[claim], against[claim]
    assert (one.verdict, other.verdict) == ("supported", "contradicted")
    assert one.point.holds == one.point.cases > 0
    assert other.point.holds == 0
    assert other.high < one.claim.least < one.low


def test_the_number_is_that_of_the_scores(published):
    right = {
        variant: made.accuracy("llama", Condition("mmlu", variant, language))
        for variant, language in (("english", "en"), ("mixup", "mixed"))
    }
    assert published["V6"].point.value == pytest.approx(right["english"] - right["mixup"])
    pairs = [
        made.accuracy(f"llama-wikitext-2-{mix}", Condition("mmlu", "mixup", "mixed"))
        for mix in ("sentence", "words", "english")
    ]
    assert published["F4"].point.value == pytest.approx(sum(pairs[:2]) / 2 - pairs[2])
    assert (published["F4"].point.cases, published["F4"].point.models) == (2, 3)


def test_best_in_english_is_measured_against_the_best_other_language(published):
    others = [
        made.accuracy("llama", Condition("quiz", "full", code))
        for code in ("fr", "de", "es", "it", *made.HELD_OUT)
    ]
    english = made.accuracy("llama", Condition("quiz", "english", "en"))
    assert published["K1"].point.value == pytest.approx(english - max(others))


def test_the_lowest_variant_is_measured_against_the_next(published):
    means = {}
    for variant in ("full", "question", "options", "gt_question", "gt", "onewrong"):
        values = [
            made.accuracy("llama", Condition("mmlu", variant, code))
            for code in ("fr", "de", "es", "it")
        ]
        means[variant] = sum(values) / 4
    means["mixup"] = made.accuracy("llama", Condition("mmlu", "mixup", "mixed"))
    lowest = means.pop("gt")
    assert published["V7"].point.value == pytest.approx(min(means.values()) - lowest)


def test_held_out_variants_are_averaged_over_those_that_all_models_have():
    results, _ = made.results(models=MODELS)
    need = Asked(mmlu("any"), "held-out")
    values, draws = measures(results, [], [need], BOOTSTRAP)
    expected = [
        made.accuracy(WORDS.key, Condition("mmlu", variant, code))
        for variant in ("full", "options", "gt")
        for code in made.HELD_OUT
    ]
    assert values.get(WORDS, need)[0] == pytest.approx(sum(expected) / 9)
    assert len(draws.get(WORDS, need)) == 200


def test_no_effect_is_undetermined_but_within_a_margin_it_supports_that_nothing_is_gained():
    """The control answers alike however it is asked: only claims of no gain are supported."""
    results, _ = made.results(lambda model, condition: 1.0, (made.LLAMA,))
    found = {judged.claim.id: judged for judged in judgements(results, [], BOOTSTRAP)}
    assert found["V6"].verdict == "undetermined"
    assert "The interval holds 0." in found["V6"].note
    assert (found["V8"].verdict, found["I1"].verdict) == ("supported", "supported")


def test_claims_need_their_models_and_say_so(published):
    results, _ = made.results(models=[made.LLAMA, *made.CONTROLS])
    found = {judged.claim.id: judged for judged in judgements(results, [], BOOTSTRAP)}
    assert found["V1"].verdict == "supported"
    for claim in ("F1", "F9", "K2", "K5"):
        assert (found[claim].verdict, found[claim].point) == ("undetermined", None)
        assert found[claim].note.startswith("No such models in this run: needs ")
    assert published["E1"].point is None  # no embeddings were given
    alone, _ = made.results(models=made.CONTROLS)
    assert {of.point for of in judgements(alone, [], BOOTSTRAP)} == {None}  # controls never count


def test_a_collection_is_no_mix(published):
    assert (published["F3"].point.cases, published["F3"].point.models) == (1, 2)


def test_the_tables_have_a_row_per_claim_and_no_published_side():
    results, _ = made.results(models=MODELS)
    document, text = check(results, [], BOOTSTRAP, Caption("Findings", "About them."))
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["id"] for row in rows] == [claim.id for claim in CLAIMS]
    by_id = {row["id"]: row for row in rows}
    assert (by_id["I1"]["least"], by_id["V1"]["least"]) == ("-1.000000", "0.000000")
    assert by_id["F1"]["unit"] == "pairs"
    assert document.grids[0].heads == ("Claim", "This run", "holds in", "Verdict")
    assert document.lead == [
        f"{len(CLAIMS)} claims: {len(OF_CELLS)} supported, 0 contradicted and 3 undetermined."
    ]
    shown = markdown(document)
    assert "one wrong option translated: English or better" in shown
    assert "1 of 1 pair |" in shown
    assert "1 of 1 pairs" not in shown
    assert r"\label{tab:barrier-claims}" in latex(document, "barrier")


def test_names_of_measures_say_what_is_missing():
    assert str(Asked(QUIZ_FULL, "best")) == "accuracy (HP-Quiz full, best)"
    assert str(Similarity("mixed")) == "cosine similarity of mixed texts"
