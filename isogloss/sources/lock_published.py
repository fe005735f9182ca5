"""What is published now: downloaded once, to learn its checksums."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from isogloss.errors import IsoglossError
from isogloss.sources.access import Access
from isogloss.sources.checksums import write_checksums
from isogloss.sources.content import Content
from isogloss.sources.download import download
from isogloss.sources.entries import ARCHIVES, Download
from isogloss.sources.gather import download_from_hub
from isogloss.sources.hub import hub_files
from isogloss.sources.manifest import checked


def lock_download(source: str, entry: Mapping[str, Any], access: Access) -> Content:
    """Download a file and return what it holds. An archive is kept, for what is fetched next."""
    name = Path(str(entry.get("mirror"))).name
    target = access.kept / source / name
    target.parent.mkdir(parents=True, exist_ok=True)
    one = Download(url=entry["url"], sha256=None, bytes=None, mirror=name)
    found = download(one, target, access.retry)
    if not name.endswith(ARCHIVES):
        target.unlink()
    return found


def lock_hub(source: str, raw: Mapping[str, Any], root: Path, access: Access) -> tuple[str, int]:
    """Write the lists of checksums of a data set of the hub; return the commit, and how many files.

    No files where there is a revision and every list; the commit is the revision, if there is one,
    else the newest.
    """
    data_set = checked(source, raw)
    assert data_set.hub is not None
    lists = {root / str(folder.checksums) for folder in data_set.folders.values()}
    if data_set.revision and all(path.is_file() for path in lists):
        return data_set.revision, 0
    commit, paths = hub_files(data_set.hub, data_set.revision)
    listed: dict[Path, dict[str, str]] = {path: {} for path in lists}
    for name, folder in data_set.folders.items():
        part = access.kept / source / name
        wanted = [path for path in paths if folder.place(path)]
        if len(wanted) != (folder.count or len(wanted)) or not wanted:
            raise IsoglossError(
                f"{data_set.hub}: {len(wanted)} files match {folder.take!r} of folder {name!r}, "
                f"expected {folder.count or 'at least one'}; it has {', '.join(paths[:20])}"
            )
        got = download_from_hub(data_set.hub, commit, wanted, folder, part, access)
        listed[root / str(folder.checksums)] |= {path: got[path].sha256 for path in wanted}
        shutil.rmtree(part, ignore_errors=True)
    for path, sha256 in listed.items():
        write_checksums(path, sha256, f"{data_set.hub} of the model hub, at commit {commit}")
    return commit, sum(map(len, listed.values()))
