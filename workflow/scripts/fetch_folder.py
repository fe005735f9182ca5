"""Fetch one folder of a data source beside its record, checked against the manifest."""

from isogloss.script import run
from isogloss.sources.command import access_of, parser
from isogloss.sources.folders import fetch_folder
from isogloss.sources.manifest import load_manifest


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--folder", required=True, help="name of the folder in the data set")
    arguments = options.parse_args()
    manifest = load_manifest(arguments.manifest)
    fetch_folder(
        manifest, arguments.source, arguments.folder, arguments.output, access_of(arguments)
    )


run(main)
