"""Checkpoints that a killed job can trust: only whole ones, and only of the very same training.

A training's folder holds a fingerprint of all that decides its result. Another fingerprint, and the
folder is emptied. A checkpoint counts once its mark is written, after all its files are on disk.
"""

import fcntl
import hashlib
import json
import logging
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from isogloss.errors import IsoglossError

log = logging.getLogger(__name__)

MARK = "whole"
KEPT = 2  # the last one, and the one before: it stands while the last one is written


def fingerprint(content: Mapping[str, Any]) -> str:
    """Return the sha256 of `content` as canonical JSON, in hexadecimal."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def open_folder(folder: Path, content: Mapping[str, Any]) -> None:
    """Make a training's folder, emptied of another training's files, with its fingerprint."""
    path, mine = folder / "fingerprint", fingerprint(content)
    if folder.is_dir() and (not path.is_file() or path.read_text(encoding="utf-8") != mine):
        log.info("%s: of other settings, data or code; deleted", folder)
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(mine, encoding="utf-8")


@contextmanager
def only_process(folder: Path, needed: bool = True) -> Iterator[None]:
    """Hold the folder's lock: a process left over from a killed job must not write beside ours."""
    if not needed:
        yield
        return
    with (folder / "lock").open("w", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise IsoglossError(
                f"{folder}: another process is at this training; wait for it, or end it"
            ) from error
        yield


def mark_whole(checkpoint: Path) -> None:
    """Bring a checkpoint's files to disk, then mark it as whole."""
    for path in (*checkpoint.rglob("*"), checkpoint):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    (checkpoint / MARK).touch()


def last_whole(folder: Path) -> Path | None:
    """Return the newest checkpoint that is whole, or None."""
    whole = [path for path in _checkpoints(folder) if (path / MARK).exists()]
    return max(whole, key=_step, default=None)


def delete_unfinished(folder: Path) -> None:
    """Delete the checkpoints that a killed job left unfinished."""
    for path in _checkpoints(folder):
        if not (path / MARK).exists():
            log.info("%s: unfinished, its job was killed; deleted", path)
            shutil.rmtree(path)


def _checkpoints(folder: Path) -> list[Path]:
    return [path for path in folder.glob("checkpoint-*") if re.fullmatch(r"\d+", path.name[11:])]


def _step(checkpoint: Path) -> int:
    return int(checkpoint.name[11:])
