"""Folders that tests fetch, and where from: an archive, a list of URLs, the hub, a mirror."""

import json
from pathlib import Path
from typing import Any

from isogloss.retry import Retry
from isogloss.sources.folders import folder_files
from isogloss.sources.manifest import Manifest
from tests.archives import data_set, sha256, tar_of
from tests.download_server import Server

QUICK = Retry(tries=3, base=0.01, connect_timeout=5, read_timeout=5)
FILES = {f"data/test/{name}_test.csv": f"{name},1,2,3,4,A\n".encode() for name in "abc"}
TAR = tar_of(FILES | {"data/README": b"read me"})
CONVERTED = {path: content.replace(b",A", b',"A"') for path, content in FILES.items()}
COMMIT = "c" * 40


def listed(tmp_path: Path, name: str, files: dict[str, bytes]) -> str:
    """Write a list of checksums; return its path."""
    lines = [f"{sha256(content)}  {path}\n" for path, content in files.items()]
    (tmp_path / name).write_text("# What it is.\n\n" + "".join(lines))
    return name


def manifest(origin: dict[str, Any], **folder: Any) -> Manifest:
    entry = {"take": "data/test/*_test.csv", "count": 3, "mirror": "set/test"} | folder
    return Manifest.model_validate({"set": data_set(**origin, folders={"test": entry})})


def archive(server: Server, **changes: Any) -> dict[str, Any]:
    server.files = {"/x.tar": TAR}
    entry = {"url": f"{server.root}/x.tar", "sha256": sha256(TAR), "bytes": len(TAR)}
    return {"archive": entry | {"mirror": "set/x.tar"} | changes}


def tree(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


WANTED = {path.removeprefix("data/test/"): content for path, content in FILES.items()}


def was_fetched(record: Path, content: dict[str, bytes] = WANTED) -> dict[str, Any]:
    """Check that the folder has just these files, and the record says so; return the record."""
    assert tree(record.with_suffix("")) == content
    assert {path.name for path in record.parent.iterdir()} == {"test", "test.json"}
    said = json.loads(record.read_text())
    assert said["files"] == {
        path: {"sha256": sha256(text), "bytes": len(text)} for path, text in sorted(content.items())
    }
    assert folder_files(record) == {path: record.with_suffix("") / path for path in sorted(content)}
    return said
