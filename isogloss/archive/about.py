"""What the archive says of itself, beyond its files."""

import importlib.metadata
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from isogloss.config.load import read_yaml
from isogloss.errors import IsoglossError

CITATION = "CITATION.cff"


class About(NamedTuple):
    """Title, authors and the like, and which run it is."""

    title: str
    authors: Sequence[str]
    keywords: Sequence[str]
    licence: str  # SPDX identifier
    version: str
    date: str  # YYYY-MM-DD
    snakemake: str  # version
    targets: Sequence[str]
    config: str  # path of the whole configuration


def read_about(root: Path, targets: Sequence[str], config: str, published: str | None) -> About:
    """Return what CITATION.cff says; `published` is a date in place of the release's.

    Raises IsoglossError where an entry is missing there, or the date is none.
    """
    path = root / CITATION
    content = read_yaml(path)
    try:
        authors = [
            author.get("name") or f"{author['given-names']} {author['family-names']}"
            for author in content["authors"]
        ]
        day = date.fromisoformat(published or str(content["date-released"])).isoformat()
        return About(
            title=content["title"],
            authors=authors,
            keywords=content.get("keywords", []),
            licence=content["license"],
            version=content["version"],
            date=day,
            snakemake=importlib.metadata.version("snakemake"),
            targets=targets,
            config=config,
        )
    except ValueError as error:
        raise IsoglossError(f"--date, or date-released in {path}: {error}") from error
    except (KeyError, TypeError) as error:
        raise IsoglossError(f"{path}: {error!r} is missing; the archive needs it") from error
