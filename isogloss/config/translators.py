"""The models that the providers seq2seq and llm translate with: checked, and their settings."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from isogloss.config.api import api_options, is_api
from isogloss.config.models import Model
from isogloss.config.providers import Translation
from isogloss.config.settings import Settings
from isogloss.errors import IsoglossError, nearest
from isogloss.languages import NAMES

ENGINES = {"seq2seq": ("seq2seq",), "llm": ("vllm", "transformers", "openai")}


def translators(translation: Translation) -> dict[str, str]:
    """Return where the configuration names a model that translates -> its key."""
    if translation.provider == "llm":
        return {"model": translation.llm.model or ""}
    if translation.provider == "seq2seq":
        setting = translation.seq2seq
        each = {f"models.{language}": key for language, key in setting.models.items()}
        return each or {"model": setting.model or ""}
    return {}


def check_translators(
    translation: Translation, models: Mapping[str, Model], languages: list[str], root: Path
) -> None:
    """Raise IsoglossError where the provider's model is missing or cannot translate.

    languages: those of study barrier, which need a model each where there are `models`.
    """
    provider = translation.provider
    for place, key in translators(translation).items():
        where = f"translation.{provider}.{place}"
        if not key:
            raise IsoglossError(f"{where}: missing; name a model of the model table")
        if key not in models:
            raise IsoglossError(f"{where}: no model {key!r}{nearest(key, models)}")
        if models[key].engine not in ENGINES[provider]:
            raise IsoglossError(
                f"{where}: {key!r} has the engine {models[key].engine!r}; the provider {provider} "
                f"needs a model of {' or '.join(ENGINES[provider])}"
            )
    if provider == "seq2seq" and translation.seq2seq.models:
        _check_languages(translation.seq2seq.models, languages)
    if provider == "llm":
        _check_template(translation.llm.prompts, translation.llm.template, root)


def _check_languages(models: Mapping[str, str], languages: list[str]) -> None:
    for language in models:
        if language not in NAMES:
            raise IsoglossError(
                f"translation.seq2seq.models: {language!r} is not in isogloss/languages.py"
                f"{nearest(language, NAMES)}"
            )
    for language in languages:
        if language != "en" and language not in models:
            raise IsoglossError(
                f"translation.seq2seq.models: has no model for {language!r} of barrier.languages; "
                "name one, or take the language out"
            )


def _check_template(prompts: str, template: str, root: Path) -> None:
    try:
        content = yaml.safe_load((root / prompts).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise IsoglossError(f"translation.llm.prompts: {prompts!r}: {error}") from error
    if not isinstance(content, dict) or template not in content:
        names = map(str, content) if isinstance(content, dict) else ()
        raise IsoglossError(
            f"translation.llm.template: {template!r} is not in {prompts}{nearest(template, names)}"
        )


def model_options(settings: Settings) -> dict[str, Any]:
    """Return the options of the provider's model on which its translations depend."""
    translation = settings.config.translation
    if translation.provider == "seq2seq":
        return {
            **translation.seq2seq.model_dump(include={"beams", "max_new_tokens"}),
            "models": {
                place.removeprefix("models.") if "." in place else "": {
                    "model": key,
                    "manifest": settings.model_manifest(key)[0],
                    "dtype": settings.models[key].dtype,
                }
                for place, key in translators(translation).items()
            },
        }
    if translation.provider != "llm":
        return {}
    key = translators(translation)["model"]
    model = settings.models[key]
    if is_api(model):
        asked = api_options(key, model)
        fields = {"engine", "context_length"}
        return {**translation.llm.model_dump(), **asked, **model.model_dump(include=fields)}
    fields = {"engine", "dtype", "context_length", "trust_remote_code"}
    return {
        **translation.llm.model_dump(),
        **model.model_dump(include=fields),
        "manifest": settings.model_manifest(key)[0],
        "chat": model.chats,
        "chat_date": settings.config.xmrc.chat_date,
    }


def model_places(settings: Settings) -> dict[str, Any]:
    """Return its options on which no translation depends: where it is, and how much at once."""
    translation, generation = settings.config.translation, settings.config.generation
    keys = sorted(set(translators(translation).values()))
    if not keys or is_api(settings.models[keys[0]]):
        return {}  # where servers are is in a variable of its own, ISOGLOSS_API
    places: dict[str, Any] = {
        **generation.model_dump(exclude={"device"}),
        "gpus": max(settings.models[key].gpus for key in keys),
    }
    if translation.provider == "seq2seq":
        return places | {"folders": {key: settings.model_folder(key) for key in keys}}
    (key,) = keys
    return places | {"folder": settings.model_folder(key)}
