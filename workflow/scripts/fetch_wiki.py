"""Fetch the pages of a wiki that a data source lists, by the wiki's API."""

from isogloss.script import run
from isogloss.sources.command import access_of, parser
from isogloss.sources.manifest import load_manifest
from isogloss.sources.wiki_pages import fetch_pages


def main() -> None:
    arguments = parser(__doc__).parse_args()
    manifest = load_manifest(arguments.manifest)
    fetch_pages(manifest, arguments.source, arguments.output, access_of(arguments))


run(main)
