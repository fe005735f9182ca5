"""Write a zip whose bytes depend on the files alone: sorted, without times and owners."""

import hashlib
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path

from isogloss.archive.files import Content
from isogloss.errors import IsoglossError
from isogloss.sources.content import BLOCK, content_of
from isogloss.sources.content import Content as Measured

# The earliest time that the format knows. All files get it, so that none looks newer than another.
TIME = (1980, 1, 1, 0, 0, 0)
# Compressed already.
STORED = (".parquet", ".pdf", ".png", ".zip", ".gz", ".safetensors")


def measure(files: Mapping[str, Content]) -> dict[str, Measured]:
    """Return checksum and size of each file, in the order of their names."""
    return {
        name: (
            Measured(hashlib.sha256(content).hexdigest(), len(content))
            if isinstance(content, bytes)
            else content_of(content)
        )
        for name, content in sorted(files.items())
    }


def write_zip(files: Mapping[str, Content], output: Path) -> None:
    """Write `files` by their names in the archive, whole or not at all; `name/` is a folder.

    Raises IsoglossError where a file cannot be read or the archive cannot be written.
    """
    part = output.with_name(output.name + ".part")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(part, "w") as archive:
            for name in sorted(files):
                _add(archive, name, files[name])
        part.replace(output)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise IsoglossError(f"{output}: cannot be written: {error}") from error


def _add(archive: zipfile.ZipFile, name: str, content: Content) -> None:
    entry = zipfile.ZipInfo(name, TIME)
    entry.create_system = 3  # Unix, on every system
    if entry.is_dir():
        entry.external_attr = 0o40755 << 16 | 0x10
        archive.writestr(entry, b"")
        return
    entry.external_attr = 0o100644 << 16
    if not name.endswith(STORED):
        entry.compress_type = zipfile.ZIP_DEFLATED
    if isinstance(content, bytes):
        archive.writestr(entry, content)
        return
    entry.file_size = content.stat().st_size  # tells whether the format for large files is needed
    with content.open("rb") as reader, archive.open(entry, "w") as writer:
        shutil.copyfileobj(reader, writer, BLOCK)
