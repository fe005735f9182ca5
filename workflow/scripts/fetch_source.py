"""Fetch one file of a data source, checked against the manifest."""

from isogloss.script import run
from isogloss.sources.command import access_of, parser
from isogloss.sources.fetch import fetch_file
from isogloss.sources.manifest import load_manifest


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--file", required=True, help="name of the file in the data set")
    arguments = options.parse_args()
    manifest = load_manifest(arguments.manifest)
    fetch_file(manifest, arguments.source, arguments.file, arguments.output, access_of(arguments))


run(main)
