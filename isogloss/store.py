"""Append-only, content-addressed store: what was paid for once survives any crash.

A store is a folder of segment files, one per writing process, so that several jobs write at the
same time without locks. A record is one line of JSON, `{"key": ..., "value": ...}`; a line is
appended in a single write and synced. A process that is killed can leave at most an unfinished
last line, which readers skip.
"""

import hashlib
import json
import logging
import os
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from isogloss.errors import IsoglossError

log = logging.getLogger(__name__)


def content_key(content: Mapping[str, Any]) -> str:
    """Return the sha256 of `content` as canonical JSON, in hexadecimal."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


class Place(NamedTuple):
    """Where a record is: file name of its segment, first byte and length of its line in bytes."""

    segment: str
    offset: int
    length: int


class Store:
    """One folder of records. Reading is from all segments, writing to a segment of its own."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._segment: Path | None = None

    def records(self) -> Iterator[tuple[Place, str, Any]]:
        """Yield place, key and value of every record, segment by segment; holds one at a time.

        Raises IsoglossError for a damaged line.
        """
        for segment in sorted(self.folder.glob("*.jsonl")):
            offset = 0
            with segment.open("rb") as lines:
                for number, line in enumerate(lines, start=1):
                    if not line.endswith(b"\n"):
                        log.warning(
                            "%s: unfinished last record skipped (its job was killed)", segment.name
                        )
                        break
                    try:
                        record = json.loads(line)
                        key, value = record["key"], record["value"]
                    except (ValueError, KeyError, TypeError) as error:
                        raise IsoglossError(
                            f"{segment}: line {number} is damaged ({error}); delete that line, and "
                            "its record is made again"
                        ) from error
                    yield Place(segment.name, offset, len(line)), key, value
                    offset += len(line)

    def load(self) -> dict[str, Any]:
        """Return all records; a key written twice has one content by construction."""
        return {key: value for _, key, value in self.records()}

    def read(self, places: Sequence[Place]) -> list[Any]:
        """Return the values of the records at `places`, in their order.

        Each segment is opened once and read from its start to its end. Raises IsoglossError where
        a segment is not what it was when its places were noted.
        """
        of_segment: dict[str, list[int]] = defaultdict(list)
        for number, place in enumerate(places):
            of_segment[place.segment].append(number)
        values: list[Any] = [None] * len(places)
        for segment, numbers in of_segment.items():
            path = self.folder / segment
            try:
                with path.open("rb", buffering=0) as file:
                    for number in sorted(numbers, key=lambda number: places[number].offset):
                        _, offset, length = places[number]
                        line = os.pread(file.fileno(), length, offset)
                        values[number] = json.loads(line)["value"]
            except (OSError, ValueError, KeyError, TypeError) as error:
                raise IsoglossError(
                    f"{path}: was changed while a job read it ({error}); run the job again"
                ) from error
        return values

    def append(self, records: Iterable[tuple[str, Any]]) -> list[Place]:
        """Write records durably: when this returns they survive a crash of machine or process.

        Returns the place of each.
        """
        if self._segment is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._segment = self.folder / f"{uuid.uuid4().hex}.jsonl"
        lines = [
            json.dumps({"key": key, "value": value}, ensure_ascii=False).encode("utf-8") + b"\n"
            for key, value in records
        ]
        descriptor = os.open(self._segment, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            offset = os.fstat(descriptor).st_size
            data = b"".join(lines)
            while data:
                data = data[os.write(descriptor, data) :]
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        places = []
        for line in lines:
            places.append(Place(self._segment.name, offset, len(line)))
            offset += len(line)
        return places
