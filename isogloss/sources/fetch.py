"""Bring one file of the manifest to where the workflow wants it, from the nearest place."""

import hashlib
import logging
import os
from pathlib import Path

from isogloss.errors import IsoglossError
from isogloss.retry import Retry
from isogloss.sources.access import Access, check_mirror
from isogloss.sources.content import BLOCK, Content, agrees, expected
from isogloss.sources.download import discard, download, part_of
from isogloss.sources.entries import Archive, Download, Member, Shipped
from isogloss.sources.kept import take_out
from isogloss.sources.manifest import Manifest

log = logging.getLogger(__name__)


def fetch_file(manifest: Manifest, source: str, file: str, target: Path, access: Access) -> Content:
    """Write one file of a data set to `target`: see `fetch` and `fetch_member`.

    A file without any checksum is refused unless `access.unpinned` accepts it. Then what was got is
    also written to `target` with ".unpinned" at its end, as a line of sha256sum.
    """
    entry, data_set = manifest.entry(source, file), manifest.data_set(source)
    if not data_set.pinned(file):
        access.permit(f"{file} of data source {source!r}", source)
    if isinstance(entry, Member):
        assert data_set.archive is not None  # the manifest sees to it
        got = fetch_member(entry, data_set.archive, source, target, access)
    else:
        got = fetch(entry, target, root=access.root, mirror=access.mirror, retry=access.retry)
    record = target.with_name(target.name + ".unpinned")
    record.unlink(missing_ok=True)
    if not data_set.pinned(file):
        log.warning("%s: is not pinned; got %s", target, got)
        record.write_text(f"{got.sha256}  {target.name}\n", encoding="utf-8")
    return got


def fetch(
    entry: Download | Shipped,
    target: Path,
    *,
    root: Path,
    mirror: Path | None = None,
    retry: Retry | None = None,
) -> Content:
    """Write the file of `entry` to `target`, checked against its checksum, whole or not at all.

    A shipped file is copied from below `root`. Any other is copied from the folder `mirror` where
    it is there, else downloaded; see `isogloss.sources.download`. Returns what the file holds.
    Raises IsoglossError when the file cannot be had or has the wrong content.
    """
    check_mirror(mirror)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(entry, Shipped):
            source = root / entry.path
            if not source.is_file():
                raise IsoglossError(f"{source}: this file ships with the project; restore it")
            return copy(source, entry, target, _REMEDY_SHIPPED)
        if mirror is not None and (mirror / entry.mirror).is_file():
            return copy(mirror / entry.mirror, entry, target)
        if mirror is not None:
            log.warning("%s: not in the mirror %s, downloading", entry.mirror, mirror)
        return download(entry, target, retry or Retry())
    except OSError as error:
        raise IsoglossError(f"{target}: cannot be made: {error}") from error


def fetch_member(
    entry: Member, archive: Archive, source: str, target: Path, access: Access
) -> Content:
    """Write a member of the archive of data source `source` to `target`, whole or not at all.

    A mirror may hold the archive, or the file itself. Where the archive's checksum alone is known,
    nothing tells whether such a file is the right one, and the archive is taken.
    """
    check_mirror(access.mirror)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        found = access.in_mirror(entry.mirror)
        if found and (entry.sha256 or not archive.sha256):
            return copy(found, entry, target)
        if found:
            log.warning("%s: the manifest has no checksum for it, so the archive is taken", found)
        folder = target.with_name(f".{target.name}.taken")

        def place(name: str) -> str | None:
            return target.name if name == entry.member else None

        listed = {target.name: entry.sha256} if entry.sha256 else {}
        taken = take_out(archive, source, place, listed, folder, access)
        if target.name not in taken:
            raise IsoglossError(
                f"{archive.mirror}: has no member {entry.member!r}; correct the manifest"
            )
        (folder / target.name).replace(target)
        folder.rmdir()
        return taken[target.name]
    except OSError as error:
        raise IsoglossError(f"{target}: cannot be made: {error}") from error


_REMEDY_SHIPPED = (
    "restore the file, or, if it was changed on purpose, run "
    "`python -m isogloss.sources lock DATA_SET`"
)
_REMEDY_MIRROR = "replace the file in the mirror, or remove it there to download it"


def copy(
    source: Path,
    entry: Download | Shipped | Member,
    target: Path,
    remedy: str = _REMEDY_MIRROR,
) -> Content:
    """Copy a file that is here, whole or not at all; IsoglossError where its content is wrong."""
    target.parent.mkdir(parents=True, exist_ok=True)
    discard(target)  # what an earlier, interrupted download left is of no more use
    part = part_of(target)
    digest = hashlib.sha256()
    with source.open("rb") as reader, part.open("wb") as writer:
        while block := reader.read(BLOCK):
            digest.update(block)
            writer.write(block)
        writer.flush()
        os.fsync(writer.fileno())
        got = Content(digest.hexdigest(), writer.tell())
    if not agrees(entry, got):
        part.unlink()
        raise IsoglossError(
            f"{source}: wrong content: expected {expected(entry)}, found {got}; {remedy}"
        )
    part.replace(target)
    log.info("copied %s (%s)", source, "sha256 checked" if entry.sha256 else "not pinned")
    return got
