"""What a file holds, compared with what the manifest says of it."""

import hashlib
from pathlib import Path
from typing import NamedTuple

from isogloss.sources.entries import Download, Member, Shipped

BLOCK = 1 << 20


class Content(NamedTuple):
    """A file's checksum in hexadecimal, and its size in bytes."""

    sha256: str
    bytes: int

    def __str__(self) -> str:
        return f"sha256 {self.sha256}, {self.bytes} bytes"


def content_of(path: Path) -> Content:
    """Return what a file holds, read block by block."""
    with path.open("rb") as file:
        return Content(hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size)


def agrees(entry: Download | Shipped | Member, found: Content) -> bool:
    """Whether `found` is the entry's content, as far as the entry tells."""
    return found == (entry.sha256 or found.sha256, entry.bytes or found.bytes)


def expected(entry: Download | Shipped | Member) -> str:
    """Return the entry's checksum and size in words."""
    told = (entry.sha256 and f"sha256 {entry.sha256}", entry.bytes and f"{entry.bytes} bytes")
    return ", ".join(part for part in told if part)
