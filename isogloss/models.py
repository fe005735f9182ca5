"""Weights on disk: fetched or made once, described by a manifest of hashes beside them.

The manifest is what rules depend on; it stands for a folder that is too large to compare.
"""

import hashlib
import json
import logging
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from isogloss.errors import IsoglossError

log = logging.getLogger(__name__)

# What inference needs. Weights in pickle formats are left out on purpose: unpickling runs code.
PATTERNS = ("*.json", "*.safetensors", "*.model", "*.spm", "*.txt", "*.jinja", "*.py")
# A second copy of the same weights, in a format of the vendor's own.
LEFT_OUT = ("consolidated*",)


def write_manifest(folder: Path, path: Path, source: Mapping[str, Any]) -> None:
    """Write the manifest of the model in `folder`: its source and the sha256 of every file."""
    files = {file.name: sha256(file) for file in _model_files(folder)}
    if "config.json" not in files:
        raise IsoglossError(f"{folder}: holds no config.json, so no model of transformers")
    if not any(name.endswith(".safetensors") for name in files):
        raise IsoglossError(
            f"{folder}: holds no .safetensors weights; convert the model's weights, pickled ones "
            "are not loaded"
        )
    manifest = {"source": dict(source), "files": dict(sorted(files.items()))}
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".part")
    temporary.write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    temporary.replace(path)


def read_manifest(path: Path, folder: Path) -> dict[str, Any]:
    """Return a manifest after checking that the folder still holds every file it names."""
    manifest = json.loads(path.read_text(encoding="utf-8"))
    for name in manifest["files"]:
        if not (folder / name).is_file():
            raise IsoglossError(
                f"{folder / name}: missing, though {path} lists it; delete {path} and run again"
            )
    return manifest


def weights_identity(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Return name -> sha256 of the files that a model's answers depend on."""
    return {name: digest for name, digest in manifest["files"].items() if name != "README.md"}


def fetch_hub_model(hub: str, revision: str, folder: Path, mirror: Path | None) -> None:
    """Bring a hub model's files into `folder`.

    The mirror (folders `organisation/name`) is looked at first. Files that an earlier call has
    brought are not downloaded again. Raises IsoglossError for a gated or unknown model, and where
    the hub cannot be reached.
    """
    if mirror is not None and (mirror / hub).is_dir():
        log.info("%s: taken from the model mirror", hub)
        _prepare(folder, "mirror")
        for file in _model_files(mirror / hub):
            _link_or_copy(file, folder / file.name)
        return
    from httpx2 import HTTPError
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import (
        GatedRepoError,
        HFValidationError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    try:
        commit = HfApi().model_info(hub, revision=revision).sha
        log.info("%s: downloading commit %s", hub, commit)
        _prepare(folder, commit)
        snapshot_download(
            hub,
            revision=commit,
            local_dir=folder,
            allow_patterns=list(PATTERNS),
            ignore_patterns=list(LEFT_OUT),
        )
    except GatedRepoError as error:
        raise IsoglossError(
            f"{hub}: the model is gated; accept its licence on the hub and set HF_TOKEN"
        ) from error
    except RepositoryNotFoundError as error:
        raise IsoglossError(f"{hub}: no such model, or HF_TOKEN has no access to it") from error
    except RevisionNotFoundError as error:
        raise IsoglossError(
            f"{hub}: no revision {revision!r}; give a commit of the model, or main"
        ) from error
    except HFValidationError as error:
        raise IsoglossError(
            f"{hub!r} is no id of the model hub; give organisation/name ({error})"
        ) from error
    except (HTTPError, OSError) as error:
        raise IsoglossError(
            f"{hub}: cannot be downloaded ({_one_line(error)}); to run without the hub, put its "
            f"files into the folder {hub} of a model mirror (sources.model_mirror)"
        ) from error


def _prepare(folder: Path, origin: str) -> None:
    """Make the folder, without what came from another commit.

    Its files would be loaded as if they were this commit's; huggingface_hub, too, takes an older
    file for the new one when it cannot ask for the new one.
    """
    marker = folder / ".origin"
    if marker.is_file() and marker.read_text(encoding="utf-8") != origin:
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    marker.write_text(origin, encoding="utf-8")


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _model_files(folder: Path) -> list[Path]:
    found = {file for pattern in PATTERNS for file in folder.glob(pattern)}
    return sorted(found - {file for pattern in LEFT_OUT for file in folder.glob(pattern)})


def _link_or_copy(source: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    try:
        target.hardlink_to(source.resolve())
    except OSError:  # another file system
        shutil.copyfile(source, target)


def sha256(path: Path) -> str:
    """Return the sha256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
