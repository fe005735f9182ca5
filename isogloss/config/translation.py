"""What rules ask of the settings of translation: options of the provider, and where it is."""

from typing import Any

from isogloss.config.barrier import Translation

# Options that no translation depends on: a server or a folder that moved runs nothing again.
PLACES = {"libretranslate": {"url"}, "apertium": {"folder"}}


def provider_options(translation: Translation) -> dict[str, Any]:
    """Return the options of the chosen provider that its translations depend on."""
    return _section(translation, exclude=PLACES.get(translation.provider, set()))


def provider_places(translation: Translation) -> dict[str, Any]:
    """Return its other options, which say where it is."""
    return _section(translation, include=PLACES.get(translation.provider, set()))


def _section(translation: Translation, **chosen: set[str]) -> dict[str, Any]:
    section = getattr(translation, translation.provider, None)
    return {} if section is None else section.model_dump(**chosen)
