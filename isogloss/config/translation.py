"""What rules ask of the settings of translation: options of the provider, and where it is."""

from typing import Any

from isogloss.config.settings import Settings
from isogloss.config.translators import ENGINES, model_options, model_places, translators

# Options that no translation depends on: a server or a folder that moved runs nothing again.
PLACES = {"libretranslate": {"url"}, "apertium": {"folder"}}


def provider_options(settings: Settings) -> dict[str, Any]:
    """Return the options of the chosen provider that its translations depend on."""
    provider = settings.config.translation.provider
    if provider in ENGINES:
        return model_options(settings)
    return _section(settings, exclude=PLACES.get(provider, set()))


def provider_places(settings: Settings) -> dict[str, Any]:
    """Return its other options, which say where it is and how much it does at once."""
    provider = settings.config.translation.provider
    if provider in ENGINES:
        return model_places(settings)
    return _section(settings, include=PLACES.get(provider, set()))


def provider_models(settings: Settings) -> list[str]:
    """Return the models of the model table that the provider translates with."""
    return sorted(set(translators(settings.config.translation).values()))


def _section(settings: Settings, **chosen: set[str]) -> dict[str, Any]:
    translation = settings.config.translation
    section = getattr(translation, translation.provider, None)
    return {} if section is None else section.model_dump(**chosen)
