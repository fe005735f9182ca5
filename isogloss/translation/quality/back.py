"""A sample of translations, translated back: what is left of the text."""

import logging
from pathlib import Path

import polars as pl

from isogloss.errors import IsoglossError
from isogloss.retry import Retry
from isogloss.translation.memory import FAILED, TRANSLATED, Entry, Memory
from isogloss.translation.providers.by_target import for_target
from isogloss.translation.providers.protocol import Provider
from isogloss.translation.quality.draw import sample
from isogloss.translation.quality.frames import BACK, PAIR, UNAVAILABLE
from isogloss.translation.translate import translate
from isogloss.translation.units import core

log = logging.getLogger(__name__)


def chosen(units: pl.DataFrame, size: int, seed: int) -> pl.DataFrame:
    """Return `size` of the translated units of each provider and pair, drawn by `seed`.

    units: with the columns of `isogloss.translation.export.MEMORY`.
    """
    parts = []
    translated = units.filter(status=TRANSLATED)
    for (_, source, target), part in translated.group_by(PAIR, maintain_order=True):
        texts = sample(part["text"], size, seed, "back", str(source), str(target))
        parts.append(part.filter(pl.col("text").is_in(list(texts))))
    return pl.concat([translated.clear(), *parts])


def translate_back(
    units: pl.DataFrame,
    provider: Provider,
    folder: Path,
    *,
    size: int,
    seed: int,
    jobs: int = 4,
    retry: Retry | None = None,
) -> pl.DataFrame:
    """Return BACK of a sample of `units`, by the provider that translated them.

    folder: of the memory, which keeps these answers, too. A pair that the provider does not
    translate in this direction gives rows with status `unavailable` and the reason, so that it is
    reported and not passed over. Raises IsoglossError as `translate` does when a service is down.
    """
    parts = [BACK.empty()]
    sampled = chosen(units, size, seed)
    for (name, source, target), part in sampled.group_by(PAIR, maintain_order=True):
        try:
            provider.check(str(target), str(source))
            same = for_target(provider, str(target)).name == name
        except IsoglossError as error:
            log.warning("nothing is translated back: %s", error)
            why = f"{name} does not translate from {target!r} to {source!r}"
            parts.append(_frame(part, {}, why))
            continue
        if not same:
            why = f"{name} is not the provider {provider.name} of this run"
            parts.append(_frame(part, {}, why))
            continue
        found = translate(
            *(part["translation"], provider, str(target), str(source), folder),
            jobs=jobs,
            retry=retry,
            on_failure="leave-out",
        )
        parts.append(_frame(part, found.entries, None))
    return BACK.check(pl.concat(parts))


def from_memory(units: pl.DataFrame, folder: Path, size: int, seed: int) -> pl.DataFrame:
    """Return BACK of `size` translations of one pair, of those that a memory has the way back of.

    No request is made; see `translate_back`.
    """
    translated = units.filter(status=TRANSLATED)
    if translated.is_empty():
        return BACK.empty()
    provider, source, target = translated.select("provider", "source", "target").row(0)
    memory = Memory(folder, provider, target, source)
    known = memory.index.find(core(text)[1] for text in translated["translation"]) >= 0
    sampled = chosen(translated.filter(pl.Series(known)), size, seed)
    inner = (core(text)[1] for text in sampled["translation"])
    found = {entry.text: entry for entry in memory.entries(inner) if entry is not None}
    return _frame(sampled, found, None)


def _frame(units: pl.DataFrame, known: dict[str, Entry], unavailable: str | None) -> pl.DataFrame:
    names = ("provider", "source", "target", "text", "translation")
    rows = []
    for row in units.select(names).iter_rows():
        answer: tuple[str | None, str, str | None] = (None, UNAVAILABLE, unavailable)
        if unavailable is None:
            entry = known.get(core(row[-1])[1])
            answer = (row[-1], TRANSLATED, None)  # unchanged, or without letters and never sent
            if entry is not None and entry.status == FAILED:
                answer = (None, FAILED, entry.reason)
            elif entry is not None and entry.translation is not None:
                answer = (entry.translation, TRANSLATED, None)
        rows.append((*row, *answer))
    schema = {name: column.dtype for name, column in BACK.columns.items()}
    return pl.DataFrame(rows, schema=schema, orient="row")
