"""`python -m isogloss.sources`: `lock DATA_SET` pins a data set, `docs` writes docs/sources.md."""

import argparse
import logging
from pathlib import Path

from isogloss.script import run
from isogloss.sources.docs import check_lists, sources_page
from isogloss.sources.lock import lock
from isogloss.sources.manifest import load_manifest


def main() -> None:
    """Lock one data set or write the page of all; both check the whole manifest."""
    parser = argparse.ArgumentParser(prog="python -m isogloss.sources", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    locking = commands.add_parser(
        "lock", help="write checksums and revisions: of shipped files, and of what is not pinned"
    )
    locking.add_argument("source", metavar="DATA_SET", help="name of a data set in the manifest")
    for command in (locking, commands.add_parser("docs", help="write docs/sources.md")):
        command.add_argument("--manifest", type=Path, default=Path("resources/sources.yaml"))
        command.add_argument("--root", type=Path, default=Path(), help="the repository's root")
    arguments = parser.parse_args()
    if arguments.command == "lock":
        count = lock(arguments.manifest, arguments.source, root=arguments.root)
        logging.info("%s: %d files of %s locked", arguments.manifest, count, arguments.source)
    manifest = load_manifest(arguments.manifest)
    check_lists(manifest, arguments.root)
    if arguments.command == "docs":
        page = arguments.root / "docs/sources.md"
        page.write_text(sources_page(manifest, arguments.root), encoding="utf-8")


run(main)
