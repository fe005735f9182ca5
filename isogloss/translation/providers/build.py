"""A provider by its name in the configuration."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from isogloss.errors import IsoglossError, nearest
from isogloss.translation.providers.protocol import Provider


def _google() -> Provider:
    from isogloss.translation.providers.google import GoogleProvider

    return GoogleProvider()


def _libretranslate(*, url: str) -> Provider:
    from isogloss.translation.providers.libretranslate import LibreTranslateProvider

    return LibreTranslateProvider(url)


def _apertium(*, folder: str) -> Provider:
    from isogloss.translation.providers.apertium import ApertiumProvider

    return ApertiumProvider(folder)


def _glossary(*, file: str) -> Provider:
    from isogloss.translation.providers.glossary import GlossaryProvider

    return GlossaryProvider(file)


# Each imports what it needs when it is called: torch alone takes seconds.
_MAKERS: dict[str, Callable[..., Provider]] = {
    "google": _google,
    "libretranslate": _libretranslate,
    "apertium": _apertium,
    "glossary": _glossary,
}


def make_provider(name: str, options: Mapping[str, Any]) -> Provider:
    """Return the provider `name` with its options: the keys of its section of the configuration.

    Raises IsoglossError for a name or an option that there is not, and for one that is missing.
    """
    if name not in _MAKERS:
        raise IsoglossError(f"translation.provider: no provider {name!r}{nearest(name, _MAKERS)}")
    known = inspect.signature(_MAKERS[name]).parameters
    for key in options:
        if key not in known:
            hint = nearest(key, known) if known else " (it has none)"
            raise IsoglossError(f"translation.{name}: no option {key!r}{hint}")
    for key in known:
        if key not in options:
            raise IsoglossError(f"translation.{name}.{key}: missing; give it a value")
    return _MAKERS[name](**options)
