"""Study barrier by the real workflow: real MMLU and TOFU, a tiny model, and the controls.

Translations come from a server on loopback that tags a text with its language. Asked are two
subjects of MMLU with 12 questions each, 10 questions of TOFU, and the quiz in three languages.
"""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from scipy.stats import binomtest

from isogloss.barrier.cells import CELLS, COMPARISONS
from isogloss.barrier.prompts import PROMPTS
from isogloss.barrier.scores import SCORES
from isogloss.representations.tables import POINTS, SIMILARITY
from tests.translation_server import TranslationServer
from tests.workflow.project import SMALL, Project, changed

pytestmark = pytest.mark.mirror

SUBJECTS = ["anatomy", "high_school_geography"]
KINDS = ["english", "same-bias", "translate"]
FOLDER = "results/barrier"
REPORTS = " ".join(
    f"{FOLDER}/{name}"
    for name in ("tables/subjects.csv", "tables/claims.csv", "figures/figure03.svg")
)
TARGETS = f"{FOLDER}/cells.parquet {FOLDER}/embeddings/similarity.parquet"


def configuration(url: str) -> dict:
    barrier = {
        **SMALL["barrier"],
        "languages": ["en", "fr", "de", "es", "it"],
        "mmlu": {"subjects": SUBJECTS, "questions": 12, "languages": ["fr", "de", "es", "it"]},
        "quiz": {"languages": ["en", "fr", "fi"]},
        "tofu": {"files": ["retain_perturbed.json"], "questions": 10, "max_new_tokens": 6},
        "translated_tokens": 12,
        "too_long": "drop-demonstrations",
        "normalise": "tokens",
        "evaluations": {
            "variants": {
                "task": "mmlu",
                "variants": ["english", "full", "mixup", "gt", "onewrong"],
                "languages": ["en", "fr"],
                "scoring": ["letter", "text"],
                "models": ["tiny-base"],
            },
            "shots": {
                "task": "mmlu",
                "variants": ["english", "mixup"],
                "shots": [5],
                "demonstrations": KINDS,
                "models": ["tiny-base"],
            },
            "styles": {
                "task": "mmlu",
                "variants": ["mixup"],
                "styles": ["lower", "digits", "aware-0", "aware-1"],
                "scoring": ["letter"],
                "models": ["tiny-base"],
            },
            "first": {"task": "mmlu", "scoring": ["first-token"], "models": ["tiny-base"]},
            "quiz": {
                "task": "quiz",
                "languages": ["en", "fr", "fi"],
                "scoring": ["text"],
                "models": ["tiny-base"],
            },
            "tofu": {"task": "tofu", "languages": ["en", "es"], "models": ["tiny-base"]},
        },
        "evaluate": ["variants", "shots", "styles", "first", "quiz", "tofu"],
        "embeddings": {
            "corpus": "demo-general",
            "texts": 8,
            "words": [10, 80],
            "p": [0.5],
            "models": ["tiny-base"],
        },
    }
    translation = {"provider": "libretranslate", "libretranslate": {"url": url}}
    return changed({**SMALL, "barrier": barrier}, ["translation"], translation)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_PROXY", "127.0.0.1")
        server = TranslationServer()
        made = Project(tmp_path_factory.mktemp("barrier") / "project", configuration(server.url))
        made.run(target=TARGETS)
        yield made
        server.close()


def test_every_condition_has_every_question(ran):
    prompts = PROMPTS.read(ran.folder / FOLDER / "prompts/tiny-base.parquet")
    of_mmlu = prompts.filter(task="mmlu")
    # English, French in three variants, and mixup, by letter and text; with five shots English,
    # and mixup with three kinds; four styles; the first token.
    conditions = of_mmlu.select("variant", "shots", "demonstrations", "style", "scoring").unique()
    assert len(conditions) == 5 * 2 + 4 + 4 + 1
    assert set(of_mmlu.group_by(pl.col("prompt").str.replace(r"/[^/]+/\d+$", "")).len()["len"]) == {
        24
    }
    assert prompts.filter(task="quiz")["item"].n_unique() == 300
    assert len(prompts.filter(task="quiz")) == 900
    assert len(prompts.filter(task="tofu")) == 20
    assert not prompts["excluded"].any()
    english = of_mmlu.filter(variant="english", shots=5)["prefix"]
    assert english.str.starts_with("The following are multiple choice questions").all()


def test_the_controls_frame_the_model(ran):
    cells = CELLS.read(ran.folder / FOLDER / "cells.parquet").filter(group="all")
    accuracy = cells.filter(metric="accuracy")
    gold = accuracy.filter(model="control-gold")
    assert set(gold["value"]) == {100.0}
    english_only = accuracy.filter(model="control-english-only")
    assert set(english_only.filter(language="en")["value"]) == {100.0}
    assert (english_only.filter(language="fi")["value"] < 40).all()
    tiny = accuracy.filter(model="tiny-base")
    assert tiny.sort("variant").select("task", "variant", "scoring").unique().height >= 10
    assert tiny["value"].null_count() == 0
    assert (tiny["value"] < 75).all()


def test_the_barrier_of_known_size_is_significant(ran):
    comparisons = COMPARISONS.read(ran.folder / FOLDER / "comparisons.parquet")
    quiz = comparisons.filter(pl.col("family") == "english/control-english-only/quiz")
    assert set(quiz["second_language"]) == {"fr", "fi"}
    assert (quiz["p_corrected"] < 1e-9).all()
    gold = comparisons.filter(pl.col("family") == "english/control-gold/quiz")
    assert set(gold["p_corrected"]) == {1.0}


def test_the_random_control_is_compared_by_the_exact_test_and_corrected(ran):
    """Chance alone may set two languages apart; how often is tested in test_barrier_statistics."""
    comparisons = COMPARISONS.read(ran.folder / FOLDER / "comparisons.parquet")
    family = comparisons.filter(family="english/control-random/quiz")
    scores = SCORES.read(ran.folder / FOLDER / "scores/control-random.parquet")
    right = {
        language: dict(scores.filter(task="quiz", language=language)["item", "accuracy"].rows())
        for language in ("en", "fr", "fi")
    }
    p = {}
    for language in ("fr", "fi"):
        pairs = [(right["en"][item], right[language][item]) for item in right["en"]]
        assert len(pairs) == 300
        only = pairs.count((1, 0)), pairs.count((0, 1))
        p[language] = binomtest(only[0], sum(only)).pvalue
    low, high = sorted(p, key=lambda language: p[language])
    holm = {low: min(1, 2 * p[low])}
    holm[high] = max(holm[low], p[high])
    found = dict(family["second_language", "p_corrected"].rows())
    assert found == pytest.approx(holm, abs=1e-12)


def test_free_answers_are_scored_and_a_translation_without_an_answer_is_counted(ran):
    scores = SCORES.read(ran.folder / FOLDER / "scores/tiny-base.parquet")
    tofu = scores.filter(task="tofu")
    assert tofu["rouge_recall"].is_between(0, 1).all()
    translated = scores.filter(demonstrations="translate")
    assert len(translated) == 24
    # Twelve tokens are too few for a translation, let alone an answer.
    assert translated["chosen"].null_count() == 24
    assert set(translated["accuracy"]) == {0.0}


def test_embeddings_of_every_kind(ran):
    folder: Path = ran.folder / FOLDER / "embeddings"
    points = POINTS.read(folder / "points/tiny-base.parquet")
    assert set(points.group_by("kind").len().iter_rows()) == {
        ("mixed", 8),
        ("replaced", 8),
        ("hidden", 8),
    }
    assert points["cosine"].is_between(-1, 1).all()
    assert set(SIMILARITY.read(folder / "similarity.parquet")["n"]) == {8}


def test_real_questions_end_in_tables_claims_and_figures(ran):
    ran.run(target=REPORTS)
    tables = ran.folder / FOLDER / "tables"
    rows = pl.read_csv(tables / "subjects.csv").filter(pl.col("language") != "mean")
    for subject in SUBJECTS:
        part = rows.filter(pl.col("subject") == subject)
        assert set(part["n"]) == {12}
        assert set(part["model"]) >= {"tiny-base", "control-gold"}
        assert set(part.filter(model="control-gold")["value"]) == {100.0}
    # The two subjects are of two domains, and together all questions.
    assert set(rows["domain"].drop_nulls()) == {"other", "social sciences"}
    assert set(rows.filter(pl.col("domain").is_null())["n"]) == {24}
    claims = pl.read_csv(tables / "claims.csv")
    measured = dict(claims.filter(pl.col("models") > 0)["id", "value"].rows())
    cells = CELLS.read(ran.folder / FOLDER / "cells.parquet")
    recall = dict(
        cells.filter(model="tiny-base", task="tofu", group="all", metric="rouge_recall")[
            "language", "value"
        ].rows()
    )
    assert measured["K4"] == pytest.approx(recall["en"] - recall["es"], abs=1e-5)
    figure = (ran.folder / FOLDER / "figures/figure03.svg").read_text()
    assert "MMLU in English and in its mixed variants" in figure


def test_a_changed_style_asks_for_its_own_prompts_alone(ran, tmp_path):
    project = ran.copy(tmp_path / "project")
    url = "http://127.0.0.1:9"  # nothing is translated again
    config = configuration(url)
    path = ["barrier", "evaluations", "styles", "styles"]
    project.configure(changed(config, path, ["lower", "digits", "aware-0"]))
    plan = project.planned(target=f"{FOLDER}/cells.parquet")
    assert set(plan) == {
        *("build_barrier_prompts", "answer_control", "answer_transformers"),
        *("score_barrier", "aggregate_barrier"),
    }
    project.run(target=f"{FOLDER}/cells.parquet")
    assert " 0 to score" in project.log("barrier/answer_transformers/tiny-base.log")
