"""Folders of many files, fetched by one job each and described by a record beside them.

The record, `NAME.json` beside the folder `NAME`, lists every file with its checksum and stands for
the folder in the workflow. Its content depends on the files and the manifest alone, not on where
the files came from.
"""

import json
import shutil
from pathlib import Path

from isogloss.errors import IsoglossError
from isogloss.sources.access import Access, check_mirror
from isogloss.sources.gather import gather
from isogloss.sources.manifest import Manifest


def fetch_folder(manifest: Manifest, source: str, name: str, record: Path, access: Access) -> None:
    """Fetch a folder of a data set to beside `record`, and write that.

    Files come from a mirror, which may hold the files or their archive, else from the network.
    Raises IsoglossError where a file cannot be had or has the wrong content, or there are not as
    many files as the manifest says; an earlier folder then stays as it is.
    """
    data_set, entry = manifest.data_set(source), manifest.folder(source, name)
    if not data_set.folders_pinned:
        access.permit(f"folder {name!r} of data source {source!r}", source)
    check_mirror(access.mirror)
    folder, part = record.with_suffix(""), record.with_name(f".{name}.part")
    try:
        part.mkdir(parents=True, exist_ok=True)
        got = gather(data_set, source, entry, part, access)
        count, size = len(got.files), sum(content.bytes for content in got.files.values())
        wanted = entry.count or max(count, 1), size if got.converted else entry.bytes or size
        if (count, size) != wanted:
            raise IsoglossError(
                f"folder {name!r} of data source {source!r}: {count} files of {size} bytes match "
                f"{entry.take!r}, expected {wanted[0]} of {wanted[1]}; correct the manifest"
            )
        # What an earlier try left of a file that is not wanted any more.
        for path in (path for path in part.rglob("*") if path.is_file()):
            if path.relative_to(part).as_posix() not in got.files:
                path.unlink()
        shutil.rmtree(folder, ignore_errors=True)
        part.rename(folder)
    except OSError as error:
        raise IsoglossError(f"{folder}: cannot be made: {error}") from error
    content = {
        "source": source,
        "folder": name,
        "licence": data_set.licence,
        "revision": got.revision,
        "pinned": data_set.folders_pinned,
        "note": entry.note if got.converted else None,
        "files": {path: got.files[path]._asdict() for path in sorted(got.files)},
    }
    temporary = record.with_name(record.name + ".part")
    temporary.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    temporary.replace(record)


def folder_files(record: Path) -> dict[str, Path]:
    """Return the files of a fetched folder by their path in it.

    Raises IsoglossError where the record cannot be read, or a file is missing or of another size.
    """
    folder = record.with_suffix("")
    try:
        listed = json.loads(record.read_text(encoding="utf-8"))["files"]
        sizes = {name: int(entry["bytes"]) for name, entry in listed.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise IsoglossError(f"{record}: not the record of a folder: {error!r}") from error
    for name, size in sizes.items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != size:
            raise IsoglossError(
                f"{path}: missing or changed since it was fetched; delete {record} and run again"
            )
    return {name: folder / name for name in sizes}
