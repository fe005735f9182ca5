"""Archives are downloaded once, kept, and taken out of as often as needed, by any job."""

import fcntl
import logging
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from isogloss.errors import IsoglossError
from isogloss.sources.access import Access
from isogloss.sources.archive import extract
from isogloss.sources.content import Content, agrees, content_of, expected
from isogloss.sources.download import download
from isogloss.sources.entries import Archive

log = logging.getLogger(__name__)


def take_out(
    archive: Archive,
    source: str,
    place: Callable[[str], str | None],
    listed: Mapping[str, str],
    folder: Path,
    access: Access,
) -> dict[str, Content]:
    """Write the members that `place` gives a path to below the new `folder`; return what they hold.

    `listed` has the sha256 of some or all of these paths. The archive comes from the mirror, or
    from the network, once: it stays in `access.kept`, in a folder of its data set `source`, where
    several jobs wait for the one that downloads it. An archive whose checksum is not known does not
    stay when it is damaged or a member is not as listed. Raises IsoglossError then.
    """
    kept = access.kept / source
    kept.mkdir(parents=True, exist_ok=True)
    path = access.in_mirror(archive.mirror) or _kept(archive, kept, access)
    _check(archive, path)
    shutil.rmtree(folder, ignore_errors=True)  # of a job that was killed
    try:
        members = extract(path, place, folder)
        found = {target: content_of(folder / target) for target in members.values()}
        for member, target in members.items():
            if found[target].sha256 != listed.get(target, found[target].sha256):
                raise IsoglossError(
                    f"{path}: its member {member!r} has the wrong content: expected sha256 "
                    f"{listed[target]}, found {found[target]}; the archive may have changed where "
                    "it is published: compare it with the manifest's revision"
                )
    except IsoglossError:
        shutil.rmtree(folder, ignore_errors=True)
        if archive.sha256 is None and path.parent == kept:
            path.unlink()
        raise
    return found


def _kept(archive: Archive, folder: Path, access: Access) -> Path:
    path = folder / archive.name
    if access.mirror is not None:
        log.warning("%s: not in the mirror %s", archive.mirror, access.mirror)
    with (folder / f"{archive.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.is_file():
            download(archive, path, access.retry)
    return path


def _check(archive: Archive, path: Path) -> None:
    found = content_of(path) if archive.sha256 else None
    if found and not agrees(archive, found):
        raise IsoglossError(
            f"{path}: wrong content: expected {expected(archive)}, found {found}; replace the "
            "archive, or remove it there to download it"
        )
