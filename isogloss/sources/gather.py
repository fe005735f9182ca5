"""Bring the files of one folder together: from a mirror, an archive, a list of URLs or the hub."""

import logging
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from isogloss.errors import IsoglossError
from isogloss.sources.access import Access
from isogloss.sources.checksums import read_checksums
from isogloss.sources.content import Content, content_of
from isogloss.sources.download import download
from isogloss.sources.entries import Archive, Download, Folder
from isogloss.sources.fetch import copy, fetch
from isogloss.sources.hub import hub_base, hub_files
from isogloss.sources.kept import take_out
from isogloss.sources.manifest import DataSet

log = logging.getLogger(__name__)


class Gathered(NamedTuple):
    """Files by path in the folder, the revision they are of, and whether some are converted."""

    files: dict[str, Content]
    revision: str | None
    converted: bool = False


def gather(data_set: DataSet, source: str, entry: Folder, part: Path, access: Access) -> Gathered:
    """Write the files of a folder below `part`, which may hold some from an earlier try."""
    if data_set.archive:
        got = _of_archive(data_set.archive, source, entry, part, access)
        return got._replace(revision=data_set.revision)
    if data_set.folders_pinned:
        base = data_set.base or hub_base(data_set.hub or "", data_set.revision or "")
        return Gathered(_listed(base, entry, part, access), data_set.revision)
    return _unpinned(data_set.hub or "", entry, part, access)


def _of_archive(
    archive: Archive, source: str, entry: Folder, part: Path, access: Access
) -> Gathered:
    published, converted = _listed_in(entry.checksums, entry, access), {}
    if access.mirror:
        converted = _listed_in(entry.converted, entry, access)
        got = _of_mirror(published, converted, entry, part, access)
        if got:
            return got
    return Gathered(take_out(archive, source, entry.place, published, part, access), None)


def _listed_in(checksums: str | None, entry: Folder, access: Access) -> dict[str, str]:
    """Return path in the folder -> sha256, of the files in a list that ships."""
    listed = read_checksums(access.root / checksums) if checksums else {}
    places = ((entry.place(path), sha256) for path, sha256 in listed.items())
    return {place: sha256 for place, sha256 in places if place}


def _of_mirror(
    published: Mapping[str, str],
    converted: Mapping[str, str],
    entry: Folder,
    part: Path,
    access: Access,
) -> Gathered | None:
    """Copy the files from the mirror's folder, if it has all that are listed."""
    listed = sorted({**converted, **published})
    found = {path: access.in_mirror(f"{entry.mirror}/{path}") for path in listed}
    missing = [path for path, there in found.items() if there is None]
    if not listed:
        return None  # a mirror's files could not be told from others
    if missing:
        log.warning(
            "%s: the mirror lacks %d of %d files, so the archive is taken",
            *(entry.mirror, len(missing), len(listed)),
        )
        return None
    files = {}
    for path, there in found.items():
        assert there is not None
        files[path] = copy(there, _unknown(entry, path), part / path)
        known = [listing[path] for listing in (published, converted) if path in listing]
        if files[path].sha256 not in known:
            raise IsoglossError(
                f"{there}: wrong content: expected sha256 {' or '.join(known)}, found "
                f"{files[path]}; replace the file in the mirror, or remove it there"
            )
    odd = any(files[path].sha256 != published.get(path) for path in files)
    return Gathered(files, None, converted=odd)


def _listed(base: str, entry: Folder, part: Path, access: Access) -> dict[str, Content]:
    """Fetch the listed files one by one; those that an earlier try has brought stay."""
    assert entry.checksums is not None
    files = {}
    for path, sha256 in read_checksums(access.root / entry.checksums).items():
        place = entry.place(path)
        if place is None:
            continue
        there = part / place
        if there.is_file() and content_of(there).sha256 == sha256:
            files[place] = content_of(there)
            continue
        url = f"{base}/{quote(path)}"
        one = Download(url=url, sha256=sha256, bytes=None, mirror=f"{entry.mirror}/{place}")
        files[place] = fetch(one, there, root=access.root, mirror=access.mirror, retry=access.retry)
    return files


def _unpinned(hub: str, entry: Folder, part: Path, access: Access) -> Gathered:
    """Copy what the mirror's folder has, else download what the hub has now."""
    shutil.rmtree(part)
    mirrored = access.in_mirror(entry.mirror)
    if mirrored:
        files = {}
        for there in sorted(path for path in mirrored.rglob("*") if path.is_file()):
            name = there.relative_to(mirrored).as_posix()
            if entry.holds(name):
                files[name] = copy(there, _unknown(entry, name), part / name)
        return Gathered(files, None)
    commit, paths = hub_files(hub, None)
    places = {path: place for path in paths if (place := entry.place(path))}
    got = download_from_hub(hub, commit, places, entry, part, access)
    return Gathered({place: got[path] for path, place in places.items()}, commit)


def download_from_hub(
    hub: str, commit: str, paths: Iterable[str], entry: Folder, part: Path, access: Access
) -> dict[str, Content]:
    """Download files whose content is not known to below `part`; return path on the hub -> content.

    `entry` must give each path a place.
    """
    got = {}
    for path in paths:
        place = entry.place(path) or path
        target = part / place
        target.parent.mkdir(parents=True, exist_ok=True)
        url = f"{hub_base(hub, commit)}/{quote(path)}"
        one = Download(url=url, sha256=None, bytes=None, mirror=f"{entry.mirror}/{place}")
        got[path] = download(one, target, access.retry)
    return got


def _unknown(entry: Folder, place: str) -> Download:
    """Return the entry of a file whose content is judged by the caller."""
    return Download(url=None, sha256=None, bytes=None, mirror=f"{entry.mirror}/{place}")
