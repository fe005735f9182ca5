"""MMLU as a folder in the layout of the authors' release, with a manifest of hashes beside it."""

import hashlib
import json
import shutil
from pathlib import Path

import polars as pl

from isogloss.corpora.mmlu import write_layout


def export(questions: pl.DataFrame, folder: Path, manifest: Path) -> None:
    """Write QUESTIONS as `folder`, whole or not at all, and the sha256 of its files as JSON.

    What an earlier run left in the folder goes. The manifest maps paths below the folder to
    hashes; the same questions give the same bytes.
    """
    temporary = folder.with_name(folder.name + ".part")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    hashes = {
        path.relative_to(temporary).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in write_layout(questions, temporary)
    }
    shutil.rmtree(folder, ignore_errors=True)
    temporary.rename(folder)
    text = json.dumps(dict(sorted(hashes.items())), indent=1) + "\n"
    part = manifest.with_name(manifest.name + ".part")
    part.write_text(text, encoding="utf-8", newline="\n")
    part.replace(manifest)
