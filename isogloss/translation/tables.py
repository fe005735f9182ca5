"""The table of translations between the stage that asks a provider and those that use answers.

The memory grows with every run and holds what other corpora need; a table holds just the units
that one corpus needs, so that a stage's input changes only when one of these does.
"""

from collections.abc import Iterable
from typing import Literal

import polars as pl

from isogloss.frames import Column, Frame
from isogloss.translation.memory import TRANSLATED, UNCHANGED, Entry
from isogloss.translation.units import core

TRANSLATIONS = Frame(
    name="translations",
    columns={
        "target": Column(pl.String(), "language of the translation, ISO 639-1"),
        "text": Column(pl.String(), "English unit, without outer white space"),
        "translation": Column(pl.String(), "empty unless translated", nullable=True),
        "status": Column(pl.String(), "translated, unchanged or failed"),
        "provider": Column(pl.String(), "who translated"),
        "version": Column(pl.String(), "of the provider, its service or model"),
        "reason": Column(pl.String(), "why it failed", nullable=True),
    },
    key=("target", "text"),
)


def table(entries: Iterable[Entry]) -> pl.DataFrame:
    """Return entries of English units as TRANSLATIONS, in their order."""
    schema = {name: column.dtype for name, column in TRANSLATIONS.columns.items()}
    rows = [[getattr(entry, name) for name in schema] for entry in entries]
    return pl.DataFrame(rows, schema=schema, orient="row")


class Lookup:
    """Translations by (English text, language), as mixing and MMLU's variants read them.

    White space around a text is kept around its translation. unchanged: a unit that the provider
    gave back as it was is its own translation ("accept"), or has none ("leave-out").
    """

    def __init__(
        self, translations: pl.DataFrame, unchanged: Literal["accept", "leave-out"] = "accept"
    ):
        usable = TRANSLATIONS.check(translations).filter(status=TRANSLATED)
        self._texts: dict[str, dict[str, str]] = {}
        for (language,), part in usable.group_by("target", maintain_order=True):
            self._texts[str(language)] = dict(zip(part["text"], part["translation"], strict=True))
        if unchanged == "accept":
            for text, language in (
                translations.filter(status=UNCHANGED).select("text", "target").iter_rows()
            ):
                self._texts.setdefault(language, {})[text] = text

    def get(self, key: tuple[str, str], /) -> str | None:
        """Return the text in the language, or None where it has no usable translation."""
        text, language = key
        before, inner, after = core(text)
        translation = self._texts.get(language, {}).get(inner)
        return None if translation is None else before + translation + after
