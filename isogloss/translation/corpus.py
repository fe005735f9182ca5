"""Translate all that a corpus needs, however large, into one table."""

import json
import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import polars as pl

from isogloss.errors import IsoglossError
from isogloss.frames import ROWS
from isogloss.retry import Retry
from isogloss.translation.ask import ask
from isogloss.translation.memory import FAILED, TRANSLATED, UNCHANGED, Memory
from isogloss.translation.providers.by_target import for_target
from isogloss.translation.providers.protocol import Provider
from isogloss.translation.tables import TRANSLATIONS, table
from isogloss.translation.units import core, sendable

log = logging.getLogger(__name__)

STATUSES = (TRANSLATED, UNCHANGED, FAILED)
# Reasons of failure that an error names, the most frequent ones.
REASONS = 3


def translate_corpus(
    units: Mapping[str, pl.Series],
    provider: Provider,
    folder: Path,
    output: Path,
    *,
    jobs: int = 4,
    retry: Retry | None = None,
    on_failure: Literal["stop", "leave-out"] = "stop",
) -> dict[str, Any]:
    """Write TRANSLATIONS of English units, by target language, and return their counts.

    units: of each language the distinct ones, without outer white space. folder: of the memory.
    The table is in order of language and text. on_failure: "stop" raises IsoglossError after
    every unit of every language was tried, with counts and the most frequent reasons; "leave-out"
    writes failed units without a translation. The counts do not say how many requests were made,
    as that differs for a job that was killed and went on; the log does.
    """
    # A language that the provider has not is known before hours go into the others.
    for language in units:
        provider.check("en", language)
    memories = {
        code: Memory(folder, for_target(provider, code).name, "en", code) for code in sorted(units)
    }
    for language, memory in memories.items():
        ask(units[language], for_target(provider, language), memory, jobs=jobs, retry=retry)
    failed = {
        code: units[code].filter(~_answered(memory, units[code]))
        for code, memory in memories.items()
    }
    if any(len(texts) for texts in failed.values()):
        message = _explain(provider.name, units, failed, memories)
        if on_failure == "stop":
            raise IsoglossError(
                f"{message}; run again to ask for these alone, or set translation.on_failure to "
                "leave-out"
            )
        log.warning("%s", message)
    counts = {code: dict.fromkeys(("units", "characters", *STATUSES), 0) for code in memories}
    TRANSLATIONS.write_stream(_tables(units, memories, counts), output)
    return {"provider": provider.name, "languages": counts}


def by_language(pairs: Iterable[tuple[str, str]], languages: Iterable[str]) -> dict[str, pl.Series]:
    """Return the distinct units to translate into each language but English, in their order.

    pairs: (text, language); what has nothing to translate is left out, outer white space too.
    """
    units: dict[str, dict[str, None]] = {code: {} for code in languages if code != "en"}
    for text, language in pairs:
        if sendable(text):
            units[language][core(text)[1]] = None
    return {code: pl.Series(list(texts), dtype=pl.String()) for code, texts in units.items()}


def write_report(report: Mapping[str, Any], path: Path) -> None:
    """Write the counts as JSON, whole or not at all."""
    text = json.dumps(report, indent=1, ensure_ascii=False) + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".part")
    temporary.write_text(text, encoding="utf-8", newline="\n")
    temporary.replace(path)


def _answered(memory: Memory, texts: pl.Series) -> pl.Series:
    """Return whether each text is answered."""
    parts = [
        pl.Series(memory.answered(texts[start : start + ROWS]), dtype=pl.Boolean())
        for start in range(0, len(texts), ROWS)
    ]
    whole: pl.Series = pl.concat(parts) if parts else pl.Series(dtype=pl.Boolean())
    return whole


def _tables(
    units: Mapping[str, pl.Series],
    memories: Mapping[str, Memory],
    counts: Mapping[str, dict[str, int]],
) -> Iterator[pl.DataFrame]:
    """Yield the parts of the table, and count what is in them."""
    for language, memory in memories.items():
        entries = memory.entries(units[language].sort())
        while batch := list(islice(entries, ROWS)):
            part = table(entry for entry in batch if entry is not None)
            count = counts[language]
            count["units"] += len(batch)
            count["characters"] += int(part["text"].str.len_chars().sum())
            for status, number in part["status"].value_counts().iter_rows():
                count[status] += number
            yield part


def _explain(
    provider: str,
    units: Mapping[str, pl.Series],
    failed: Mapping[str, pl.Series],
    memories: Mapping[str, Memory],
) -> str:
    """Return how many units failed in each language, and the most frequent reasons."""
    reasons: Counter[str] = Counter()
    example: dict[str, str] = {}
    for language, texts in failed.items():
        for entry in memories[language].entries(texts):
            reason = "not asked" if entry is None or entry.reason is None else entry.reason
            reasons[reason] += 1
            text = "" if entry is None else entry.text
            example.setdefault(reason, f"{text[:60]!r} into {language!r}")
    each = ", ".join(
        f"{code} {len(texts)} of {len(units[code])}" for code, texts in failed.items() if len(texts)
    )
    worst = "; ".join(
        f"{reason} ({number}, such as {example[reason]})"
        for reason, number in reasons.most_common(REASONS)
    )
    total = sum(map(len, units.values()))
    return f"{provider}: {reasons.total()} of {total} units failed ({each}); most often: {worst}"
