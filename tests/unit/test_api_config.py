"""Models behind servers in the configuration: what is refused, what jobs get, and their keys."""

import copy
from typing import Any

import pytest

from isogloss.config.api_keys import asked_models, missing_keys
from isogloss.config.load import load
from isogloss.errors import IsoglossError
from tests.demo import ROOT
from tests.unit.planning import CONFIG, settings_of

ASK = {"task": "mmlu", "variants": ["english", "mixup"], "models": ["gpt-4"]}
FIRST = {"scoring": ["first-token"]}


def evaluating(**evaluation: Any):
    return {"barrier": {"evaluations": {"api": ASK | evaluation}, "evaluate": ["api"]}}


def test_written_answers_can_be_asked_for():
    settings = settings_of(**evaluating(**FIRST), xmrc={"models": ["gpt-4o"]})
    assert settings.api_models() == ["gpt-4o", "gpt-4"]
    assert settings.evaluations.keys("openai") == ["gpt-4"]
    assert {c.scoring for c in settings.evaluations.conditions("gpt-4")} == {"first-token"}
    for model in ("gpt-4", "gpt-4o"):
        assert settings.model_manifest(model) == []
        assert settings.tokenizer_argument(model) == ""
        assert model not in settings.fetched_models()


@pytest.mark.parametrize("scoring", [["letter"], ["text"], ["letter", "first-token"]])
def test_probabilities_of_options_cannot(scoring):
    said = r"barrier\.evaluations\.api\.models: 'gpt-4' is an API model, which gives no probabil"
    with pytest.raises(IsoglossError, match=said):
        settings_of(**evaluating(scoring=scoring))


def test_free_answers_can_and_embeddings_cannot():
    settings = settings_of(**evaluating(task="tofu", variants=["english"]))
    assert {c.scoring for c in settings.evaluations.conditions("gpt-4")} == {"open"}
    with pytest.raises(IsoglossError, match=r"embeddings\.models: 'gpt-4' is an API model, whose"):
        settings_of(barrier={"embeddings": {"corpus": "wikitext-103", "models": ["gpt-4"]}})


def test_what_answers_depend_on_and_what_not():
    settings = settings_of(**evaluating(**FIRST), xmrc={"models": ["gpt-4o"]})
    asked = {"api": "gpt-4-0613", "key": "gpt-4", "chat": True, "seed": 0}
    assert settings.evaluations.answer_options("gpt-4") == {
        "new_tokens": settings.evaluations.new_tokens(),
        "too_long": "drop-demonstrations",
        **asked,
    }
    options = settings.generation_options("gpt-4o")
    assert (options["too_long"], options["api"]) == ("exclude", "gpt-4o-2024-08-06")
    assert settings.prompt_options("gpt-4o")["chat"] is False  # the server has the template
    assert settings.prompt_options("llama-2-chat-7b")["chat"] is True
    places = settings.api_places()
    assert places["models"]["gpt-4"] == {
        "url": None,
        "key": "OPENAI_API_KEY",
        "price": {"read": 30.0, "written": 60.0},
    }
    assert {key: places[key] for key in ("requests", "tries", "spending_limit")} == {
        "requests": 8,
        "tries": 6,
        "spending_limit": None,
    }


def test_a_spending_limit_needs_a_price(tmp_path):
    entry = (ROOT / "config/models.yaml").read_text(encoding="utf-8")
    start = entry.index("  gpt-4o:")
    mine = entry[start : entry.index("    price:", start)].replace("gpt-4o:", "mine:", 1)
    table = tmp_path / "more.yaml"
    table.write_text("models:\n" + mine.replace("GPT-4o", "Mine"), encoding="utf-8")
    config = copy.deepcopy(CONFIG)
    config["model_tables"] = ["config/models.yaml", "config/translators.yaml", str(table)]
    config["xmrc"]["models"] = ["mine", "gpt-4o"]
    assert load(config, ROOT).api_models() == ["mine", "gpt-4o"]
    with pytest.raises(IsoglossError, match=r"api\.spending_limit: 'mine' has no `price`"):
        load(config | {"api": {"spending_limit": 5.0}}, ROOT)


def test_the_default_configuration_needs_no_key():
    assert settings_of().api_models() == []


def test_keys_are_missed_by_the_jobs_that_need_them():
    both = evaluating(models=["gpt-4", "gemini-2.5-flash-lite"], **FIRST)
    settings = settings_of(**both, xmrc={"models": ["gpt-4o"]})
    jobs = [
        ("answer_openai", {"model": "gpt-4"}),
        ("answer_openai", {"model": "gemini-2.5-flash-lite"}),
        ("generate_openai", {"model": "gpt-4o"}),
        ("score_barrier", {"model": "gpt-4"}),
    ]
    openai, gemini = missing_keys(settings, jobs, {})
    assert openai.startswith("OPENAI_API_KEY is not set, and gpt-4, gpt-4o cannot be asked")
    assert gemini.startswith("GEMINI_API_KEY is not set, and gemini-2.5-flash-lite cannot be")
    assert missing_keys(settings, jobs, {"OPENAI_API_KEY": "x"}) == [gemini]
    assert missing_keys(settings, jobs[3:], {}) == []


def test_translating_needs_a_key_too():
    settings = settings_of(translation={"provider": "llm", "llm": {"model": "gpt-4o"}})
    jobs = [("translate_mmlu", {}), ("mix_lines", {})]
    assert asked_models(settings, jobs) == ["gpt-4o"]
    assert asked_models(settings, jobs[1:]) == []
    local = settings_of(translation={"provider": "llm", "llm": {"model": "llama-3-8b"}})
    assert asked_models(local, jobs) == []
