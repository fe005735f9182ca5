"""Where files may come from: this repository, a mirror, the network, pinned or not."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from isogloss.errors import IsoglossError
from isogloss.retry import Retry


@dataclass(frozen=True)
class Access:
    """What fetching may use.

    `root` is the repository, where files that ship start. `mirror` is a folder that is looked at
    before any download. `kept` is the folder where downloaded archives stay, so that the next file
    out of one costs no download. `unpinned` is whether bytes of unknown checksum are accepted.
    """

    root: Path
    mirror: Path | None = None
    kept: Path = Path("results/downloads")
    unpinned: bool = False
    retry: Retry = field(default_factory=Retry)

    def in_mirror(self, path: str) -> Path | None:
        """Return the file or folder at `path` of the mirror, if it is there."""
        found = self.mirror / path if self.mirror else None
        return found if found and found.exists() else None

    def permit(self, what: str, source: str) -> None:
        """Raise IsoglossError unless unpinned bytes are accepted."""
        if not self.unpinned:
            raise IsoglossError(
                f"{what}: its content is not pinned, so it could be anything; run "
                f"`python -m isogloss.sources lock {source}`, which writes what is published now "
                "into the manifest, or set sources.unpinned: accept"
            )


def mirror_of_environment() -> Path | None:
    """Return the folder that the variable ISOGLOSS_MIRROR names."""
    mirror = os.environ.get("ISOGLOSS_MIRROR")
    return Path(mirror) if mirror else None


def check_mirror(mirror: Path | None) -> None:
    """Raise IsoglossError for a mirror that is no folder."""
    if mirror is not None and not mirror.is_dir():
        raise IsoglossError(
            f"ISOGLOSS_MIRROR: the mirror folder {mirror} does not exist; "
            "correct the variable or unset it to download instead"
        )
