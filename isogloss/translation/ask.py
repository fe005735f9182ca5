"""Ask a provider for what a memory lacks: several requests at a time, tried again, none lost."""

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from isogloss.calls import Calls
from isogloss.progress import progress
from isogloss.retry import Interrupted, Retry
from isogloss.translation.memory import BATCH, FAILED, TRANSLATED, UNCHANGED, Entry, Memory
from isogloss.translation.providers.protocol import Failure, Provider, Remarking
from isogloss.translation.units import core, joined, pieces, sendable

log = logging.getLogger(__name__)

_PAGE = re.compile(r"<\s*(!doctype|html|head|title|body)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Asked:
    """How many requests a run made; a retry is a request made again for the same text."""

    requests: int
    retries: int


def ask(
    units: pl.Series,
    provider: Provider,
    memory: Memory,
    *,
    jobs: int = 4,
    retry: Retry | None = None,
) -> Asked:
    """Ask for those units that have no answer in the memory, and put what comes into it.

    units: distinct texts proper (see `distinct`), as many as a corpus has: besides them 33 bytes
    are held for each unit of the memory. jobs: requests at a time. Every answer is in the memory
    before it counts, so that a killed job goes on where it was; units that failed in an earlier
    run are asked again. Raises IsoglossError where the service refuses altogether, or fails
    `calls.LOST_IN_A_ROW` requests one after the other for good.
    """
    provider.check(memory.source, memory.target)
    memory.refresh()
    known = [memory.answered(units[start : start + BATCH]) for start in range(0, len(units), BATCH)]
    missing = units.filter(~np.concatenate([np.empty(0, np.bool_), *known]))
    log.info(
        "%s, %s to %s: %d units, %d in the memory, %d to translate",
        *(provider.name, memory.source, memory.target),
        *(len(units), len(units) - len(missing), len(missing)),
    )
    run = _Run(provider, memory.source, memory.target, retry or Retry())
    for entries in run.all(missing, jobs):
        memory.append(entries)
    log.info("%d requests, %d of them retries", run.calls.made, run.calls.repeated)
    if isinstance(provider, Remarking):
        for remark in provider.remarks():
            log.info("%s", remark)
    return Asked(run.calls.made, run.calls.repeated)


class _Run:
    """The requests of one run, from several threads."""

    def __init__(self, provider: Provider, source: str, target: str, retry: Retry):
        self.provider, self.source, self.target = provider, source, target
        name = f"{provider.name}, {source} to {target}"
        self.calls = Calls(name, retry, "what was translated is kept")

    def all(self, units: Sequence[str] | pl.Series, jobs: int) -> Iterator[list[Entry]]:
        """Yield the entries of units as they are done; see `Calls.run`."""
        batches = _batches(units, self.provider.batch)
        with progress(len(units), f"{self.provider.name} {self.target}", "unit") as bar:
            for done in self.calls.run(batches, self._entries, jobs):
                entries = [entry for batch in done for entry in batch]
                yield entries
                bar.update(len(entries))

    def _entries(self, units: Sequence[str]) -> list[Entry]:
        split = [pieces(unit, self.provider.fits) for unit in units]
        texts = [core(part)[1] for parts in split for part in parts if sendable(part)]
        answers: list[str | Failure] = []
        for batch in _batches(texts, self.provider.batch):
            answers += self._ask(batch)
        rest = iter(answers)
        return [
            self._entry(unit, parts, [next(rest) for part in parts if sendable(part)])
            for unit, parts in zip(units, split, strict=True)
        ]

    def _entry(self, unit: str, parts: list[str], answers: list[str | Failure]) -> Entry:
        sent = [core(part)[1] for part in parts if sendable(part)]
        translated = []
        for text, answer in zip(sent, answers, strict=True):
            place = f"piece of {len(text)} characters: " if len(parts) > 1 else ""
            if isinstance(answer, Failure):
                return self._made(unit, None, FAILED, place + answer.reason)
            if _same(text, answer):
                if place:
                    return self._made(unit, None, FAILED, place + "came back unchanged")
                return self._made(unit, None, UNCHANGED, None)
            translated.append(answer)
        return self._made(unit, joined(parts, iter(translated)), TRANSLATED, None)

    def _made(self, unit: str, translation: str | None, status: str, reason: str | None) -> Entry:
        return Entry(
            *(self.provider.name, self.source, self.target, unit, translation, status),
            *(self.provider.version, reason),
        )

    def _ask(self, texts: Sequence[str]) -> list[str | Failure]:
        """Return an answer to each text; what no retry mends is a Failure."""
        answers: dict[int, str | Failure] = {}

        def ask_for_open_ones() -> None:
            open_ones = [index for index in range(len(texts)) if index not in answers]
            asked = [texts[index] for index in open_ones]
            found = self.provider.translate(asked, self.source, self.target)
            reason = ""
            for index, answer in zip(open_ones, found, strict=True):
                wrong = _wrong(texts[index], answer)
                reason = wrong or reason
                if not wrong:
                    answers[index] = answer if isinstance(answer, Failure) else answer.strip()
            if reason:
                raise Interrupted(reason)

        try:
            self.calls.make(ask_for_open_ones)
        except Interrupted as interruption:
            failure = Failure(str(interruption))
            return [answers.get(index, failure) for index in range(len(texts))]
        return [answers[index] for index in range(len(texts))]


def _wrong(text: str, answer: str | Failure) -> str | None:
    """Return what makes `answer` none to `text`, or None."""
    if isinstance(answer, Failure):
        return None
    if not answer.strip():
        return "an empty answer"
    if _PAGE.search(answer) and not _PAGE.search(text):
        return "an HTML page in place of a translation"
    # It would make two documents of one.
    if "\n" in answer.strip() and "\n" not in text:
        return "an answer with a line break that the text has not"
    return None


def _same(text: str, answer: str) -> bool:
    return text.split() == answer.split()


def _batches(items: Sequence[str] | pl.Series, size: int) -> Iterator[list[str]]:
    for start in range(0, len(items), size):
        yield list(items[start : start + size])
