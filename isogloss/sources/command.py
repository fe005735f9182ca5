"""What the scripts that fetch have in common on their command lines."""

import argparse
from pathlib import Path

from isogloss.sources.access import Access, mirror_of_environment


def parser(description: str | None) -> argparse.ArgumentParser:
    """Return a parser with the options that say which data set, where to, and what is allowed."""
    options = argparse.ArgumentParser(description=description)
    options.add_argument("--manifest", type=Path, required=True)
    options.add_argument("--root", type=Path, required=True, help="where shipped paths start")
    options.add_argument("--source", required=True, help="name of the data set")
    options.add_argument("--output", type=Path, required=True)
    options.add_argument(
        "--unpinned", choices=["refuse", "accept"], default="refuse", help="of content not pinned"
    )
    return options


def access_of(arguments: argparse.Namespace) -> Access:
    """Return what these options, and the variable ISOGLOSS_MIRROR, allow."""
    return Access(
        root=arguments.root,
        mirror=mirror_of_environment(),
        unpinned=arguments.unpinned == "accept",
    )
