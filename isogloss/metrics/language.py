"""Language detection with Lingua in its high-accuracy mode (paper A, section 3.2)."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from isogloss.errors import IsoglossError
from isogloss.languages import NAMES

# Lingua's own name differs from ours where it distinguishes variants.
_LINGUA_CODES = {"no": "NB"}


def detectable(language: str) -> bool:
    """Whether Lingua knows a language."""
    from lingua import IsoCode639_1

    return hasattr(IsoCode639_1, _LINGUA_CODES.get(language, language.upper()))


@cache
def _detector(languages: tuple[str, ...]) -> Any:
    from lingua import IsoCode639_1, LanguageDetectorBuilder

    codes = []
    for language in languages:
        code = getattr(IsoCode639_1, _LINGUA_CODES.get(language, language.upper()), None)
        if code is None:
            raise IsoglossError(f"language {language!r} is not one that Lingua detects")
        codes.append(code)
    return LanguageDetectorBuilder.from_iso_codes_639_1(*codes).build()


def detect(texts: Sequence[str], languages: Sequence[str]) -> list[str | None]:
    """Return the language code of each text among `languages`; None where none is found.

    Needs at least two languages, as Lingua does. Each distinct text is looked at once.
    """
    if len(languages) < 2:
        raise IsoglossError(f"language detection needs two languages, has {list(languages)}")
    for language in languages:
        if language not in NAMES:
            raise IsoglossError(f"unknown language {language!r}")
    back = {_LINGUA_CODES.get(code, code.upper()): code for code in languages}
    distinct = list(dict.fromkeys(texts))
    found = _detector(tuple(sorted(languages))).detect_languages_in_parallel_of(distinct)
    code_of = {
        text: back[language.iso_code_639_1.name] if language else None
        for text, language in zip(distinct, found, strict=True)
    }
    return [code_of[text] for text in texts]
