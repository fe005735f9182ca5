"""What the configuration and the rules ask of the manifest of data sets."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from isogloss.config.barrier import Barrier
from isogloss.config.tofu import LAB, check_lab_files
from isogloss.errors import IsoglossError, nearest
from isogloss.sources.entries import Member, Shipped
from isogloss.sources.manifest import Manifest
from isogloss.sources.wiki_list import read_pages


@dataclass(frozen=True)
class SourceSettings:
    """The manifest of data sets, the project's folder, and what to do with unpinned content."""

    manifest: Manifest
    root: Path
    unpinned: str

    def having(self, key: str) -> list[str]:
        """Return the data sets that have `files`, `folders` or a `wiki`."""
        return [name for name, data_set in self.manifest.root.items() if getattr(data_set, key)]

    def shipped(self, source: str, file: str) -> list[str]:
        """Return where in this repository a file is; nothing if it is published."""
        entry = self.manifest.entry(source, file)
        return [entry.path] if isinstance(entry, Shipped) else []

    def lists(self, source: str, folder: str) -> list[str]:
        """Return the lists of checksums that ship and that a folder is checked against."""
        entry = self.manifest.folder(source, folder)
        pinned = self.manifest.data_set(source).folders_pinned
        return [name for name in (entry.checksums, entry.converted) if name and pinned]

    def pages(self, source: str) -> str:
        """Return the list of pages of a wiki."""
        wiki = self.manifest.data_set(source).wiki
        if wiki is None:
            raise IsoglossError(f"data source {source!r} is no wiki")
        return wiki.pages

    def file_entry(self, source: str, file: str) -> Mapping[str, Any]:
        """Return what the manifest says of a file: a new checksum must fetch it again."""
        entry, data_set = self.manifest.entry(source, file), self.manifest.data_set(source)
        if isinstance(entry, Member) and data_set.archive:
            return {**entry.model_dump(), "archive": data_set.archive.model_dump()}
        return entry.model_dump()

    def folder_entry(self, source: str, folder: str) -> Mapping[str, Any]:
        """Return what the manifest says of a folder and of where its files come from."""
        keys = {"archive", "base", "hub", "revision", "licence"}
        origin = self.manifest.data_set(source).model_dump(include=keys)
        return {**origin, "folder": self.manifest.folder(source, folder).model_dump()}

    def unpinned_option(self, source: str, file: str | None = None) -> str:
        """Return the option on unpinned content; nothing where all is pinned.

        `file` is one of the data set's files; without it, its folders or its wiki are meant.
        """
        data_set = self.manifest.data_set(source)
        if data_set.wiki:
            pinned = all(page.pinned for page in read_pages(self.root / data_set.wiki.pages))
        else:
            pinned = data_set.pinned(file) if file else data_set.folders_pinned
        return "" if pinned else f"--unpinned {self.unpinned}"


def check_files(barrier: Barrier, manifest: Manifest, name: str) -> None:
    """Raise IsoglossError where study barrier names a data set or file that manifest `name` lacks.

    What section `mmlu` or `quiz` needs is not named in the configuration.
    """
    wanted = {}
    for key, corpus in barrier.corpora.items():
        if corpus.documents == "tofu" and corpus.source == LAB:
            check_lab_files(f"corpora.{key}.file", [str(corpus.file)])
        elif corpus.source and corpus.file:
            wanted[f"corpora.{key}"] = corpus.source, corpus.file
    if barrier.tofu.source == LAB:
        check_lab_files("tofu.files", barrier.tofu.files)
    if barrier.selection:
        named = {"query": barrier.selection.query, "published": barrier.selection.published}
        wanted |= {f"selection.{key}": (one.source, one.file) for key, one in named.items() if one}
    for where, (source, file) in wanted.items():
        if source not in manifest.root:
            raise IsoglossError(
                f"barrier.{where}.source: {source!r} is not in {name}"
                f"{nearest(source, manifest.root)}"
            )
        files = manifest.root[source].file_names
        if file not in files:
            raise IsoglossError(
                f"barrier.{where}.file: {file!r} is no file of {source}{nearest(file, files)}"
            )
