"""Translate units: from the memory where it can, from the provider where not."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import polars as pl

from isogloss.errors import IsoglossError
from isogloss.retry import Retry
from isogloss.translation.ask import ask
from isogloss.translation.memory import FAILED, TRANSLATED, UNCHANGED, Entry, Memory
from isogloss.translation.providers.by_target import for_target
from isogloss.translation.providers.protocol import Provider
from isogloss.translation.units import core, distinct, sendable

log = logging.getLogger(__name__)


@dataclass
class Translations:
    """What is known of the units of a corpus in one target language.

    entries: by text proper of the unit. requests and retries: how many this run made; a retry
    is a request made again for the same text.
    """

    entries: dict[str, Entry]
    requests: int = 0
    retries: int = 0

    def count(self, status: str) -> int:
        """Return how many units have this status."""
        return sum(entry.status == status for entry in self.entries.values())

    def of(self, text: str) -> str | None:
        """Return `text` in the target language, its outer white space kept, or None.

        A text without letters is the same in every language. None: the unit failed, or came back
        unchanged, which the caller tells apart by `entries`.
        """
        if not sendable(text):
            return text
        before, inner, after = core(text)
        translation = self.entries[inner].translation
        return None if translation is None else before + translation + after


def translate(
    texts: Iterable[str],
    provider: Provider,
    source: str,
    target: str,
    folder: Path,
    *,
    jobs: int = 4,
    retry: Retry | None = None,
    on_failure: Literal["stop", "leave-out"] = "stop",
) -> Translations:
    """Return what is known of each unit of `texts`, after asking for those not in the memory.

    folder: of the memory. Every answer is there before it counts, so that a killed job goes on
    where it was. jobs: requests at a time. Units that failed in an earlier run are asked again.
    on_failure: "stop" raises IsoglossError, after all units were tried, if any failed;
    "leave-out" returns them with status failed. Raises IsoglossError at once where the service
    refuses altogether, or fails `LOST_IN_A_ROW` units one after the other.
    """
    if source == target:
        raise IsoglossError(
            f"{provider.name}: source and target language are both {source!r}; take the source "
            "language out of the targets"
        )
    provider = for_target(provider, target)
    memory = Memory(folder, provider.name, source, target)
    units = distinct(texts)
    made = ask(pl.Series(units, dtype=pl.String()), provider, memory, jobs=jobs, retry=retry)
    entries = {entry.text: entry for entry in memory.entries(units) if entry is not None}
    found = Translations(entries, made.requests, made.retries)
    failed = [entry for entry in found.entries.values() if entry.status == FAILED]
    log.info(
        "%d units translated, %d unchanged, %d failed",
        *(found.count(TRANSLATED), found.count(UNCHANGED), len(failed)),
    )
    for entry in failed:
        log.warning("not translated: %r: %s", entry.text[:60], entry.reason)
    if failed and on_failure == "stop":
        raise IsoglossError(
            f"{provider.name}, {source} to {target}: {len(failed)} of {len(units)} units failed, "
            f"the first {failed[0].text[:60]!r}: {failed[0].reason}; run again to ask for these "
            "alone, or let the configuration leave failed units out"
        )
    return found
