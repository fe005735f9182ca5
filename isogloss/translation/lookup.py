"""Look up translations in a table of any size: 24 bytes for each besides the translation itself."""

from collections.abc import Collection
from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl

from isogloss.translation.index import digests
from isogloss.translation.memory import FAILED, TRANSLATED
from isogloss.translation.tables import TRANSLATIONS

Unchanged = Literal["accept", "leave-out"]


class TableLookup:
    """The usable translations of a table of TRANSLATIONS, by English unit and language.

    unchanged: a unit that the provider gave back as it was is its own translation ("accept"), or
    has none ("leave-out").
    """

    def __init__(self, path: Path, unchanged: Unchanged = "accept"):
        keys, texts = [], [pl.Series(dtype=pl.String())]
        for part in TRANSLATIONS.stream(path):
            if unchanged == "accept":
                part = part.filter(pl.col("status") != FAILED)
                text = pl.when(status=TRANSLATED).then("translation").otherwise("text")
            else:
                part = part.filter(status=TRANSLATED)
                text = pl.col("translation")
            keys.append(digests(map(_name, part["text"], part["target"])))
            texts.append(part.select(text.alias("t"))["t"])
        found = np.concatenate([digests(()), *keys])
        self._rows = np.argsort(found, kind="stable")
        self._digests = found[self._rows]
        self._texts: pl.Series = pl.concat(texts, rechunk=True)

    def __len__(self) -> int:
        return len(self._digests)

    def resolve(self, pairs: Collection[tuple[str, str]]) -> dict[tuple[str, str], str]:
        """Return the translations of those (unit, language) pairs that have one."""
        if not len(self._digests) or not pairs:
            return {}
        wanted = digests(_name(unit, language) for unit, language in pairs)
        places = np.searchsorted(self._digests, wanted)
        places[places == len(self._digests)] = 0
        known = self._digests[places] == wanted
        texts = self._texts.gather(self._rows[places[known]])
        names = (pair for pair, is_known in zip(pairs, known, strict=True) if is_known)
        return dict(zip(names, texts, strict=True))


def _name(unit: str, language: str) -> str:
    return f"{language}\0{unit}"
