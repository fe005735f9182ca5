"""What the jobs share that have a corpus or a data set translated."""

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import polars as pl

from isogloss.errors import IsoglossError
from isogloss.retry import Retry
from isogloss.translation.memory import FAILED
from isogloss.translation.providers.protocol import Provider
from isogloss.translation.tables import TRANSLATIONS, table
from isogloss.translation.translate import translate


def translate_pairs(
    pairs: Iterable[tuple[str, str]],
    provider: Provider,
    folder: Path,
    *,
    jobs: int = 4,
    retry: Retry | None = None,
    on_failure: Literal["stop", "leave-out"] = "stop",
) -> pl.DataFrame:
    """Return TRANSLATIONS of English (text, language) pairs, languages in order of appearance.

    folder: of the memory. Every language is tried before failed units stop the work
    (`on_failure`); see `translate`, which this calls once for each language.
    """
    texts: dict[str, list[str]] = {}
    for text, language in pairs:
        texts.setdefault(language, []).append(text)
    # A language that the provider has not is known before hours go into the others.
    for language in texts:
        provider.check("en", language)
    parts = [TRANSLATIONS.empty()]
    for language in list(texts):
        found = translate(
            *(texts.pop(language), provider, "en", language, folder),
            jobs=jobs,
            retry=retry,
            on_failure="leave-out",
        )
        parts.append(table(found.entries.values()))
    frame = pl.concat(parts)
    failed = frame.filter(status=FAILED)
    if len(failed) and on_failure == "stop":
        first = failed.row(0, named=True)
        raise IsoglossError(
            f"{provider.name}: {len(failed)} of {len(frame)} units failed, the first "
            f"{first['text'][:60]!r} into {first['target']!r}: {first['reason']}; run again to "
            "ask for these alone, or set translation.on_failure to leave-out"
        )
    return TRANSLATIONS.check(frame)
