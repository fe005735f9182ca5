"""The models that translate: what the configuration says of them, and what jobs get."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from isogloss.config.load import load
from isogloss.config.settings import Settings
from isogloss.config.translators import model_options, model_places
from isogloss.errors import IsoglossError

ROOT = Path(__file__).parents[2]
BASE = yaml.safe_load((ROOT / "config/config.yaml").read_text(encoding="utf-8"))


def settings_of(provider: str, section: dict[str, Any], **more: Any) -> Settings:
    return load(BASE | {"translation": {"provider": provider, provider: section}} | more, ROOT)


def test_one_model_for_all_languages():
    settings = settings_of("seq2seq", {"model": "nllb-200-3.3b"})
    assert model_options(settings) == {
        "beams": 4,
        "max_new_tokens": 256,
        "models": {
            "": {
                "model": "nllb-200-3.3b",
                "manifest": "results/models/nllb-200-3.3b.json",
                "dtype": "float32",
            }
        },
    }
    assert model_places(settings) == {
        "folders": {"nllb-200-3.3b": "results/models/nllb-200-3.3b"},
        "gpus": 1,
        "batch_size": 64,
        "batch_tokens": 32768,
        "threads": 2,
    }


def test_a_model_for_each_language():
    names = {language: f"opus-mt-en-{language}" for language in ("fr", "de", "es", "it")}
    settings = settings_of("seq2seq", {"models": names, "beams": 1})
    options = model_options(settings)
    assert {target: entry["model"] for target, entry in options["models"].items()} == names
    assert options["beams"] == 1
    assert set(model_places(settings)["folders"]) == set(names.values())


def test_a_language_model_in_its_chat_format_or_not():
    settings = settings_of("llm", {"model": "llama-3.1-instruct-8b"})
    options = model_options(settings)
    assert options == {
        "model": "llama-3.1-instruct-8b",
        "manifest": "results/models/llama-3.1-instruct-8b.json",
        "engine": "vllm",
        "dtype": "bfloat16",
        "context_length": 131072,
        "trust_remote_code": False,
        "chat": True,
        "chat_date": "26 Jul 2024",
        "prompts": "config/prompts/translation.yaml",
        "template": "xu2024",
        "max_new_tokens": 512,
    }
    assert model_places(settings)["gpus"] == 1
    assert model_options(settings_of("llm", {"model": "llama-3.1-8b"}))["chat"] is False


def test_a_model_behind_a_server():
    settings = settings_of("llm", {"model": "gpt-4"})
    assert model_options(settings) == {
        "model": "gpt-4",
        "key": "gpt-4",
        "api": "gpt-4-0613",
        "engine": "openai",
        "context_length": 8192,
        "chat": True,
        "seed": 0,
        "prompts": "config/prompts/translation.yaml",
        "template": "xu2024",
        "max_new_tokens": 512,
    }
    assert model_places(settings) == {}
    assert list(settings.api_places()["models"]) == ["gpt-4"]


def test_other_providers_have_no_model():
    barrier = {"languages": ["en", "es"], "mmlu": None, "evaluate": []}
    settings = settings_of("apertium", {}, barrier=BASE["barrier"] | barrier)
    assert model_options(settings) == {}
    assert model_places(settings) == {}


@pytest.mark.parametrize(
    ("provider", "section", "message"),
    [
        ("seq2seq", {}, r"translation\.seq2seq\.model: missing; name a model of the model table"),
        ("llm", {}, r"translation\.llm\.model: missing"),
        ("seq2seq", {"model": "nllb-200-3b"}, r"no model 'nllb-200-3b' \(did you mean 'nllb-200-3"),
        ("seq2seq", {"model": "llama-2-7b"}, r"'llama-2-7b' has the engine 'vllm'; .* of seq2seq"),
        ("llm", {"model": "m2m100-418m"}, "'seq2seq'; .* of vllm or transformers or openai"),
        ("seq2seq", {"model": "m2m100-418m", "models": {"fr": "opus-mt-en-fr"}}, "both given"),
        ("seq2seq", {"models": {"fr": "opus-mt-en-fr"}}, "has no model for 'de' of barrier"),
        ("seq2seq", {"models": {"fr": "opus"}}, r"seq2seq\.models\.fr: no model 'opus'"),
        ("seq2seq", {"models": {"xx": "opus-mt-en-fr"}}, "'xx' is not in isogloss/languages"),
        ("seq2seq", {"model": "nllb-200-3.3b", "beams": 0}, r"translation\.seq2seq\.beams"),
        ("llm", {"model": "llama-2-7b", "template": "xu2025"}, r"did you mean 'xu2024'\?"),
        ("llm", {"model": "llama-2-7b", "prompts": "gone.yaml"}, r"llm\.prompts: 'gone\.yaml'"),
    ],
)
def test_mistakes_are_found_before_anything_runs(provider, section, message):
    with pytest.raises(IsoglossError, match=message):
        settings_of(provider, section)


def test_translation_models_answer_no_questions():
    with pytest.raises(IsoglossError, match=r"xmrc\.models: 'm2m100-418m' is a translation model"):
        load(BASE | {"xmrc": BASE["xmrc"] | {"models": ["m2m100-418m"]}}, ROOT)
