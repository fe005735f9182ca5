"""Take files out of an archive: streamed, never through a link, never out of the target folder."""

import gzip
import logging
import os
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, NamedTuple, cast

from isogloss.errors import IsoglossError
from isogloss.sources.content import BLOCK

log = logging.getLogger(__name__)


class _Member(NamedTuple):
    """One entry of an archive; `kind` is "file", "folder", or what else it is."""

    name: str
    kind: str
    open: Callable[[], IO[bytes]]


def extract(archive: Path, place: Callable[[str], str | None], folder: Path) -> dict[str, str]:
    """Write the members that `place` gives a path to below `folder`; return member -> that path.

    Members are read one after the other, in blocks. Raises IsoglossError for an archive that is
    damaged, that holds a name which points out of the folder it is unpacked in, or in which a
    wanted member is a link, a device or there twice. Files written before that are left in
    `folder`, which therefore must not be the final place.
    """
    written: dict[str, str] = {}
    try:
        for member in _members(archive):
            name = _safe(member.name, archive)
            target = None if member.kind == "folder" else place(name)
            if target is None:
                continue
            if member.kind != "file":
                raise IsoglossError(
                    f"{archive}: its member {name!r} is a {member.kind}, not a file; nothing is "
                    "taken out of this archive: get it from where it is published"
                )
            if name in written or target in written.values():
                raise IsoglossError(
                    f"{archive}: holds {name!r} twice, and nothing says which one is meant; get "
                    "the archive from where it is published"
                )
            _write(member, folder / target)
            written[name] = target
    except (
        *(tarfile.TarError, zipfile.BadZipFile, gzip.BadGzipFile, zlib.error),
        *(EOFError, NotImplementedError, RuntimeError),  # RuntimeError: an encrypted member
    ) as error:
        raise IsoglossError(
            f"{archive}: damaged, or no archive that can be read: {error}; delete it, and it is "
            "fetched again"
        ) from error
    log.info("%s: %d files taken out", archive, len(written))
    return written


def _members(archive: Path) -> Iterator[_Member]:
    if archive.name.endswith(".zip"):
        with zipfile.ZipFile(archive) as unzipped:
            for info in unzipped.infolist():
                yield _Member(info.filename, _zip_kind(info), partial(unzipped.open, info))
        return
    opened = gzip.open if archive.name.endswith("gz") else open
    with opened(archive, "rb") as stream:
        with tarfile.open(fileobj=stream, mode="r:") as tar:
            for entry in tar:
                # None only for what is no file, which is never opened.
                content = cast(Callable[[], IO[bytes]], partial(tar.extractfile, entry))
                yield _Member(entry.name, _tar_kind(entry), content)
        # The checksum of gzip is behind what ends a tar, and is compared when it is read.
        while stream.read(BLOCK):
            pass


def _zip_kind(info: zipfile.ZipInfo) -> str:
    # The upper half of the attributes is the Unix mode, 0 where the archive is of another system.
    mode = info.external_attr >> 16
    if info.is_dir():
        return "folder"
    return "link" if stat.S_ISLNK(mode) else "file"


def _tar_kind(entry: tarfile.TarInfo) -> str:
    if entry.isreg():
        return "file"
    if entry.isdir():
        return "folder"
    return "link" if entry.issym() or entry.islnk() else "device"


def _safe(name: str, archive: Path) -> str:
    """Return the name without "./"; IsoglossError where it points out of the folder."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name:
        raise IsoglossError(
            f"{archive}: its member {name!r} points out of the folder; nothing is taken out of "
            "this archive: get it from where it is published"
        )
    return str(path)


def _write(member: _Member, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    # A new file: what a link of the same name leads to is not written to.
    target.unlink(missing_ok=True)
    with member.open() as reader, target.open("xb") as writer:
        while block := reader.read(BLOCK):
            writer.write(block)
        writer.flush()
        os.fsync(writer.fileno())
