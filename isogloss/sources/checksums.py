"""Lists of checksums in sha256sum's format: one file a line, and comments after `#`."""

import re
from collections.abc import Mapping
from pathlib import Path

from isogloss.errors import IsoglossError

_LINE = re.compile(r"([0-9a-f]{64}) [ *](\S.*)")


def read_checksums(path: Path) -> dict[str, str]:
    """Return path -> sha256, in the order of the list.

    Raises IsoglossError where the list cannot be read or a line is wrong: no checksum, a path that
    is not relative and inside, or one that is listed twice.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise IsoglossError(f"{path}: the list of checksums cannot be read: {error}") from error
    listed: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if not match:
            raise IsoglossError(
                f"{path}: line {number} is {line[:100]!r}; expected a sha256, two spaces and a path"
            )
        sha256, name = match.groups()
        if name in listed or name.startswith("/") or ".." in name.split("/") or "\\" in name:
            raise IsoglossError(
                f"{path}: line {number}: {name!r} is listed twice or is no relative path inside; "
                "correct the line"
            )
        listed[name] = sha256
    if not listed:
        raise IsoglossError(f"{path}: the list of checksums has no line; write it anew")
    return listed


def write_checksums(path: Path, listed: Mapping[str, str], heading: str) -> None:
    """Write a list that `read_checksums` and `sha256sum -c` read, whole or not at all."""
    lines = [f"# {line}\n" for line in heading.splitlines()]
    lines += [f"{sha256}  {name}\n" for name, sha256 in sorted(listed.items())]
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".part")
    temporary.write_text("".join(lines), encoding="utf-8")
    temporary.replace(path)
