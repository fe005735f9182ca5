"""The archive's description as a Workflow RO-Crate: what it is, its files and where they are from.

Profiles: Workflow RO-Crate 1.0, and Workflow Run RO-Crate 0.5 with its parts Process Run and
Provenance Run Crate (https://www.researchobject.org/workflow-run-crate/).
"""

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from isogloss.archive.about import About
from isogloss.archive.entities import add, reference
from isogloss.archive.jobs import MadeBy
from isogloss.archive.run import MAIN, MAIN_TYPES, SCRIPT_TYPES, add_run
from isogloss.sources.content import Content
from isogloss.sources.manifest import DataSet, Manifest

if TYPE_CHECKING:
    from rocrate.rocrate import ROCrate

DESCRIPTION = (
    "Snakemake workflow with the inputs and outputs of all its jobs: data, prompts, responses, "
    "scores, tables and figures, and what made each. docs/archive.md says how to check and use it."
)
METADATA = "ro-crate-metadata.json"
# The version that the profiles of workflow runs are made on.
VERSION = "1.1"
PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": ("Process Run Crate", "0.5"),
    "https://w3id.org/ro/wfrun/workflow/0.5": ("Workflow Run Crate", "0.5"),
    "https://w3id.org/ro/wfrun/provenance/0.5": ("Provenance Run Crate", "0.5"),
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0": ("Workflow RO-Crate", "1.0"),
}
TERMS = {"sha256": "https://w3id.org/ro/terms/workflow-run#sha256"}
# Those of the system differ between systems.
MEDIA_TYPES = {
    ".parquet": "application/vnd.apache.parquet",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".json": "application/json",
    ".yaml": "application/yaml",
    ".toml": "application/toml",
    ".svg": "image/svg+xml",
    ".pdf": "application/pdf",
    ".html": "text/html",
    ".md": "text/markdown",
    ".rst": "text/x-rst",
    ".tex": "application/x-tex",
    ".py": "text/x-python",
    ".smk": "text/x-python",
    ".txt": "text/plain",
}
README = "README.md"
SOURCES = "results/sources/"


def describe(
    about: About, files: Mapping[str, Content], jobs: Sequence[MadeBy], manifest: Manifest
) -> dict[str, Any]:
    """Return the content of ro-crate-metadata.json.

    `files` are all that it describes, by path; `jobs` come each after those that it depends on.
    """
    from rocrate.rocrate import ROCrate

    crate = ROCrate(version=VERSION)
    crate.metadata.extra_terms = dict(TERMS)
    types = dict.fromkeys((job.script for job in jobs), SCRIPT_TYPES) | {MAIN: MAIN_TYPES}
    identifiers = _add_files(crate, files, types, manifest)
    _add_root(crate, about)
    add_run(crate, jobs, identifiers, about)
    return crate.metadata.generate()


def _add_root(crate: "ROCrate", about: About) -> None:
    licence = f"https://spdx.org/licenses/{about.licence}"
    add(crate, licence, "CreativeWork", name=about.licence, identifier=licence)
    for identifier, (name, version) in PROFILES.items():
        add(crate, identifier, "CreativeWork", name=name, version=version)
    authors = [reference(f"#author-{number}") for number in range(len(about.authors))]
    for author, name in zip(authors, about.authors, strict=True):
        add(crate, author["@id"], "Organization", name=name)
    root = {
        "name": about.title,
        "description": DESCRIPTION,
        "datePublished": about.date,
        "license": reference(licence),
        "author": authors[0] if len(authors) == 1 else authors,
        "keywords": list(about.keywords),
        "version": about.version,
        "conformsTo": [reference(profile) for profile in PROFILES],
        "mainEntity": reference(MAIN),
    }
    for key, value in root.items():
        crate.root_dataset[key] = value
    if readme := crate.dereference(README):
        readme["about"] = reference("./")
    crate.metadata["conformsTo"] = [
        reference(f"https://w3id.org/ro/crate/{VERSION}"),
        reference("https://w3id.org/workflowhub/workflow-ro-crate/1.0"),
    ]


def _add_files(
    crate: "ROCrate",
    files: Mapping[str, Content],
    types: Mapping[str, Sequence[str]],
    manifest: Manifest,
) -> dict[str, str]:
    """Describe each file, of `types` too where it has such; return the identifiers by path."""
    identifiers: dict[str, str] = {}
    used: dict[str, DataSet] = {}
    for name, content in files.items():
        properties: dict[str, Any] = {
            "@type": ["File", *types[name]] if name in types else "File",
            "name": name,
            "contentSize": str(content.bytes),
            "sha256": content.sha256,
            "encodingFormat": media_type(name),
        }
        source = name.removeprefix(SOURCES).partition("/")[0] if name.startswith(SOURCES) else None
        if source in manifest.root:
            used[source] = manifest.root[source]
            properties["isBasedOn"] = reference(f"#source-{source}")
        identifiers[name] = crate.add_file(dest_path=name, source=name, properties=properties).id
    for name, data_set in sorted(used.items()):
        add(crate, f"#source-{name}", "CreativeWork", **_told(data_set))
    return identifiers


def _told(data_set: DataSet) -> dict[str, Any]:
    told = {
        "name": data_set.title,
        "license": data_set.licence,
        "version": data_set.revision,
        "url": data_set.homepage and str(data_set.homepage),
        "description": data_set.note,
    }
    return {key: value for key, value in told.items() if value is not None}


def media_type(name: str) -> str:
    """Return the media type of a file by its name's ending."""
    return MEDIA_TYPES.get(PurePosixPath(name).suffix, "application/octet-stream")
