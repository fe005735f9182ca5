"""Archives made for tests, well-formed and hostile, and data sets that are taken out of them."""

import gzip
import hashlib
import io
import stat
import tarfile
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any

Member = tuple[tarfile.TarInfo, bytes]


def tar_of(files: Mapping[str, bytes], *more: Member, mode: str = "w") -> bytes:
    """Return a tar archive of the files, in order, then of other members."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
        for info, content in more:
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def tar_gz_of(files: Mapping[str, bytes]) -> bytes:
    """Return a gzipped tar archive, always of the same bytes."""
    return gzip.compress(tar_of(files), mtime=0)


def tar_member(name: str, kind: bytes, leads_to: str = "", content: bytes = b"") -> Member:
    """Return a member that is no plain file."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, leads_to
    return info, content


def zip_of(files: Iterable[tuple[str, bytes]], links: Mapping[str, str] = {}) -> bytes:
    """Return a zip archive of the files, in order, then of symbolic links."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
        for name, leads_to in links.items():
            info = zipfile.ZipInfo(name)
            info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
            archive.writestr(info, leads_to)
    return buffer.getvalue()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def data_set(**keys: Any) -> dict[str, Any]:
    """Return a data set of a manifest, as YAML holds it."""
    base = {
        "title": "A set",
        "licence": "MIT",
        "homepage": "https://example.org/set",
        "revision": "v1",
    }
    return base | keys
