"""Translation memory: what was translated once is never sent again.

It lies in append-only stores (isogloss.store), one for each provider and pair of languages, so
that a job reads no more than it needs and several jobs may write at once. An answer and a failure
of the same unit have different keys: a later answer replaces a failure in whatever order the
segments of several jobs are read.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from isogloss.errors import IsoglossError
from isogloss.store import Store, content_key
from isogloss.translation.index import Index

T = TypeVar("T")

# Entries that are held as objects at a time, about 2 kB each with a long text.
BATCH = 50_000

TRANSLATED = "translated"
UNCHANGED = "unchanged"
FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of one unit.

    status: "translated"; "unchanged" (the provider gave the unit back as it was, as for names);
    or "failed". translation: None unless translated, so that the source text cannot pass for one.
    version: of the provider or its service. reason: why it failed, else None.
    """

    provider: str
    source: str
    target: str
    text: str
    translation: str | None
    status: str
    version: str
    reason: str | None = None

    def __post_init__(self) -> None:
        """Refuse what contradicts itself."""
        if (
            self.status not in (TRANSLATED, UNCHANGED, FAILED)
            or (self.status == TRANSLATED) != (self.translation is not None)
            or (self.status == FAILED) != (self.reason is not None)
        ):
            raise IsoglossError(
                f"translation memory: unit {self.text[:60]!r} ({self.provider}, {self.source} to "
                f"{self.target}) has status {self.status!r}, which does not go with its "
                f"translation {self.translation!r} and reason {self.reason!r}; a translation goes "
                "with 'translated' alone, a reason with 'failed' alone"
            )

    @property
    def answered(self) -> bool:
        """Whether the provider need not be asked again."""
        return self.status != FAILED


class Memory:
    """The memory of one provider and pair of languages, below `folder`.

    It knows where each unit's entry is, not the entry itself: 33 bytes a unit. What other jobs
    append is seen at the next `refresh`.
    """

    def __init__(self, folder: Path, provider: str, source: str, target: str):
        self.provider, self.source, self.target = provider, source, target
        pair = {"provider": provider, "source": source, "target": target}
        self._store = Store(folder / content_key(pair)[:32])
        self._index: Index | None = None

    def refresh(self) -> None:
        """Note anew where every entry is, which reads the whole memory once."""
        index = Index()
        for place, _, value in self._store.records():
            with _foreign(self._store):
                index.add(value["text"], place, answered=value["status"] != FAILED)
        self._index = index

    @property
    def index(self) -> Index:
        """Where the entries are."""
        if self._index is None:
            self.refresh()
        assert self._index is not None
        return self._index

    def answered(self, texts: Iterable[str]) -> NDArray[np.bool_]:
        """Return whether each text is answered, shape (texts,)."""
        return self.index.answered(self.index.find(texts))

    def entries(self, texts: Iterable[str]) -> Iterator[Entry | None]:
        """Yield what is known of each text, None for nothing; an answer goes before a failure.

        They are read `BATCH` at a time, in the order in which they lie on the disk.
        """
        rest = iter(texts)
        while batch := list(islice(rest, BATCH)):
            rows = self.index.find(batch)
            known = np.flatnonzero(rows >= 0)
            found: list[Entry | None] = [None] * len(batch)
            with _foreign(self._store):
                for number, value in zip(
                    known.tolist(), self._store.read(self.index.places(rows[known])), strict=True
                ):
                    found[number] = _entry(value)
            yield from found

    def append(self, entries: Sequence[Entry]) -> None:
        """Write entries of this provider and pair durably."""
        places = self._store.append([(_key(entry), _value(entry)) for entry in entries])
        if self._index is not None:
            for entry, place in zip(entries, places, strict=True):
                self._index.add(entry.text, place, answered=entry.answered)

    def texts(self) -> pl.Series:
        """Return the text of every unit on the disk, each once, sorted."""
        with _foreign(self._store):
            parts = [
                pl.Series([value["text"] for value in batch], dtype=pl.String())
                for batch in _batches(value for _, _, value in self._store.records())
            ]
        whole: pl.Series = pl.concat(parts) if parts else pl.Series(dtype=pl.String())
        return whole.unique().sort()

    def load(self) -> dict[str, Entry]:
        """Return what is known of each unit, by its text: all of it, for small memories."""
        self.refresh()
        return {entry.text: entry for entry in self.entries(self.texts()) if entry is not None}


def load_all(folder: Path) -> Iterator[Entry]:
    """Yield all entries below `folder`, ordered by provider, languages and text.

    The texts of one provider and pair are held at a time.
    """
    pairs = []
    for path in folder.iterdir() if folder.is_dir() else ():
        store = Store(path)
        with _foreign(store):
            for _, _, value in store.records():
                pairs.append((value["provider"], value["source"], value["target"]))
                break
    for pair in sorted(pairs):
        memory = Memory(folder, *pair)
        yield from (entry for entry in memory.entries(memory.texts()) if entry is not None)


def add(folder: Path, entries: Iterable[Entry]) -> tuple[int, int]:
    """Add entries from elsewhere; return how many were added and how many were known.

    What the memory holds stays: an answer is not replaced, a failure only by an answer.
    """
    memories: dict[tuple[str, str, str], Memory] = {}
    added = known = 0
    for batch in _batches(entries):
        of_pair: dict[tuple[str, str, str], list[Entry]] = {}
        for entry in batch:
            of_pair.setdefault((entry.provider, entry.source, entry.target), []).append(entry)
        for pair, group in of_pair.items():
            memory = memories.setdefault(pair, Memory(folder, *pair))
            new = _new(memory, group)
            memory.append(new)
            added, known = added + len(new), known + len(group) - len(new)
    return added, known


def _new(memory: Memory, entries: Sequence[Entry]) -> list[Entry]:
    """Return the entries that tell more than the memory and those before them."""
    rows = memory.index.find(entry.text for entry in entries)
    held = dict(
        zip((entry.text for entry, row in zip(entries, rows, strict=True) if row >= 0),
            memory.index.answered(rows[rows >= 0]).tolist(), strict=True)
    )  # fmt: skip
    new = []
    for entry in entries:
        answered = held.get(entry.text)
        if answered is None or (entry.answered and not answered):
            held[entry.text] = entry.answered
            new.append(entry)
    return new


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(items)
    while batch := list(islice(rest, BATCH)):
        yield batch


@contextmanager
def _foreign(store: Store) -> Iterator[None]:
    """Explain records that other programs put there."""
    try:
        yield
    except (KeyError, TypeError) as error:
        raise IsoglossError(
            f"{store.folder}: holds a record that is none of a translation memory (missing "
            f"{error}); remove what was put there by another program"
        ) from error


def _entry(value: Any) -> Entry:
    return Entry(
        # The same few words in millions of entries: one copy of each.
        provider=sys.intern(value["provider"]),
        source=sys.intern(value["source"]),
        target=sys.intern(value["target"]),
        text=value["text"],
        translation=value["translation"],
        status=sys.intern(value["status"]),
        version=sys.intern(value["version"]),
        reason=value["reason"],
    )


def _value(entry: Entry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in Entry.__slots__}


def _key(entry: Entry) -> str:
    return content_key(
        {
            "provider": entry.provider,
            "source": entry.source,
            "target": entry.target,
            "text": entry.text,
            "failed": not entry.answered,
        }
    )
