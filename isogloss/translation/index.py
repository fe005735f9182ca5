"""Where the answers of a translation memory lie: 33 bytes for each unit, whatever its length."""

import hashlib
from array import array
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from isogloss.store import Place

DIGEST = np.dtype("S16")


def digest(text: str) -> bytes:
    """Return the 16 bytes of BLAKE2b that stand for a text; two texts do not share them."""
    return hashlib.blake2b(text.encode("utf-8"), digest_size=DIGEST.itemsize).digest()


def digests(texts: Iterable[str]) -> NDArray[np.bytes_]:
    """Return the digest of each text, shape (texts,), dtype `DIGEST`."""
    return np.frombuffer(b"".join(map(digest, texts)), DIGEST)


class Index:
    """Texts by digest, each with the place of one record and whether that is an answer.

    Of several records of a text an answer goes before a failure, and a later one before an
    earlier. What is added is sorted in at the next question, so that adding costs little.
    """

    def __init__(self) -> None:
        self._segments: dict[str, int] = {}
        self._digests = np.empty(0, DIGEST)
        # One type for all: mypy's join of four array types differs from run to run.
        self._columns: tuple[NDArray[Any], ...] = (
            np.empty(0, np.uint32),
            np.empty(0, np.uint64),
            np.empty(0, np.uint32),
            np.empty(0, np.bool_),
        )
        self._forget()

    def _forget(self) -> None:
        self._new_digests = bytearray()
        # Segment, offset, length, answered; of the sizes of `_columns`.
        self._new = (array("I"), array("Q"), array("I"), array("B"))

    def add(self, text: str, place: Place, *, answered: bool) -> None:
        """Note the record of a text."""
        self._new_digests += digest(text)
        number = self._segments.setdefault(place.segment, len(self._segments))
        for column, value in zip(self._new, (number, *place[1:], answered), strict=True):
            column.append(value)

    def __len__(self) -> int:
        self._sort_in()
        return len(self._digests)

    def find(self, texts: Iterable[str]) -> NDArray[np.int64]:
        """Return the row of each text, -1 where it is unknown; rows hold until the next `add`."""
        self._sort_in()
        wanted = digests(texts)
        if not len(self._digests):
            return np.full(len(wanted), -1, np.int64)
        rows = np.searchsorted(self._digests, wanted)
        rows[rows == len(self._digests)] = 0
        return np.where(self._digests[rows] == wanted, rows, -1)

    def answered(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return whether each row is known and an answer, shape (rows,)."""
        known = rows >= 0
        found = np.zeros(len(rows), np.bool_)
        found[known] = self._columns[3][rows[known]]
        return found

    def places(self, rows: NDArray[np.int64]) -> list[Place]:
        """Return the place of each known row."""
        names = list(self._segments)
        segments, offsets, lengths = (column[rows].tolist() for column in self._columns[:3])
        return [
            Place(names[segment], offset, length)
            for segment, offset, length in zip(segments, offsets, lengths, strict=True)
        ]

    def _sort_in(self) -> None:
        if not self._new_digests:
            return
        digests = np.concatenate([self._digests, np.frombuffer(self._new_digests, DIGEST)])
        columns = [
            np.concatenate([old, np.frombuffer(new, old.dtype)])
            for old, new in zip(self._columns, self._new, strict=True)
        ]
        self._forget()
        # Stable: of equal texts the last is the latest answer or, without one, the latest failure.
        order = np.lexsort((columns[3], digests))
        digests = digests[order]
        last = np.append(digests[1:] != digests[:-1], True)
        self._digests = digests[last]
        order = order[last]
        segment, offset, length, answered = (column[order] for column in columns)
        self._columns = (segment, offset, length, answered)
