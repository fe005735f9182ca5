"""Manifests of data sets that tests read, lock and fetch from."""

import hashlib
from pathlib import Path

from isogloss.sources.entries import Download

ROOT = Path(__file__).resolve().parents[1]
CONTENT = "Ein Satz, שתי מילים, 两个词\n".encode()
SHA256 = hashlib.sha256(CONTENT).hexdigest()
# Nothing listens on the discard port of loopback: a download from here fails.
NOWHERE = "http://127.0.0.1:9/file.json"

MANIFEST = f"""\
# A comment that stays.
published:
  title: A published set
  licence: CC-BY-SA-4.0
  homepage: https://example.org/set
  revision: 0123abc
  files:
    one.json:
      url: https://example.org/0123abc/one.json
      sha256: {SHA256}
      bytes: {len(CONTENT)}
      mirror: set/one.json
shipped:
  title: A set that ships
  licence: MIT
  files:
    two.json:
      path: data/two.json
      sha256: {SHA256}
      bytes: {len(CONTENT)}
    three.json:
      path: data/three.json  # without checksum
"""
ORIGINS = """\
taken:
  title: A set out of an archive
  licence: MIT
  homepage: https://example.org/set
  revision: v1
  archive:
    url: https://example.org/x.zip
    sha256: null
    bytes: null
    mirror: taken/x.zip
  files:
    four.txt:
      member: x/four.txt
      sha256: null
      bytes: null
      mirror: taken/four.txt
  folders:
    five:
      take: x/five/*.csv
      mirror: taken/five
wiki:
  title: A wiki
  licence: CC-BY-SA-3.0
  homepage: https://example.org/wiki
  wiki:
    api: https://example.org/api.php
    pages: pages.yaml
    mirror: wiki/pages.parquet
"""
LOCKED = MANIFEST.replace(
    "  # without checksum", f"\n      sha256: {SHA256}\n      bytes: {len(CONTENT)}"
)


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "sources.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def published(sha256: str = SHA256) -> Download:
    return Download(url=NOWHERE, sha256=sha256, bytes=len(CONTENT), mirror="set/one.json")


def placed(folder: Path, name: str, content: bytes = CONTENT) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path
