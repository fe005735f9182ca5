"""The manifest of data sources: what each data set is, and which bytes each of its files has."""

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field, RootModel, ValidationError, model_validator

from isogloss.errors import IsoglossError, nearest
from isogloss.sources.entries import (
    KINDS,
    Archive,
    Download,
    Entry,
    Folder,
    Hub,
    Member,
    Name,
    Shipped,
    Strict,
    Text,
    Url,
    Wiki,
)

# What a wiki's pages become: as the API gives them, and as plain text.
WIKI_FILES = ("pages.parquet", "passages.txt")


class DataSet(Strict):
    """One data set. `licence` is an SPDX identifier where there is one.

    `files` are fetched one by one, each of the `folders` by one job. Members and folders come out
    of the `archive`; folders can also come from files below the URL `base`, or from a data set
    `hub` of the model hub. `revision` is the commit or version that the files were taken from. It
    and `homepage` are needed unless every file ships with the project. A data set of the hub
    without a revision is not pinned.
    """

    title: Text
    licence: Text
    homepage: Url | None = None
    revision: Text | None = None
    note: Text | None = None
    archive: Archive | None = None
    base: Url | None = None
    hub: Hub | None = None
    wiki: Wiki | None = None
    files: dict[Name, Entry] = Field(default_factory=dict)
    folders: dict[Name, Folder] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _consistent(self) -> "DataSet":
        origins = [key for key in ("archive", "base", "hub", "wiki") if getattr(self, key)]
        members = any(isinstance(entry, Member) for entry in self.files.values())
        if len(origins) > 1:
            raise ValueError(f"{origins[0]} and {origins[1]} exclude each other; give one")
        if self.wiki and (self.files or self.folders):
            raise ValueError(
                "a wiki has no other files or folders; make them a data set of their own"
            )
        if not (self.wiki or self.files or self.folders):
            raise ValueError("there are no files; give files, folders or a wiki")
        if self.folders and not origins:
            raise ValueError("folders need an archive, a base or a hub that they come from")
        if members and not self.archive:
            raise ValueError("archive is missing; files with a member need it")
        if self.archive and not (members or self.folders):
            raise ValueError(
                "nothing is taken out of the archive; give folders, or files with a member"
            )
        for name, folder in self.folders.items():
            if name in self.files or f"{name}.json" in self.files:
                raise ValueError(f"the folder {name} and a file have the same name")
            if not self.archive and folder.checksums is None:
                raise ValueError(
                    f"folders.{name}.checksums is missing: it lists the folder's files"
                )
        return self

    @model_validator(mode="after")
    def _published_files_have_an_origin(self) -> "DataSet":
        for key in () if self.ships else ("homepage", "revision"):
            # Revisions of a wiki are those of its pages; a hub's may still have to be locked.
            unneeded = key == "revision" and (self.wiki or self.hub)
            if getattr(self, key) is None and not unneeded:
                raise ValueError(f"{key} is missing; files with a url need it")
        return self

    @property
    def ships(self) -> bool:
        """Whether all of it is part of this repository."""
        entries = self.files.values()
        return bool(entries) and all(isinstance(entry, Shipped) for entry in entries)

    def pinned(self, name: str) -> bool:
        """Whether the checksum of a single file, or of what it is taken out of, is known."""
        entry = self.files[name]
        of_archive = self.archive.sha256 if isinstance(entry, Member) and self.archive else None
        return (entry.sha256 or of_archive) is not None

    @property
    def folders_pinned(self) -> bool:
        """Whether the content of the folders is known. Files below a base are listed one by one."""
        if self.archive:
            return self.archive.sha256 is not None
        return self.hub is None or self.revision is not None

    @property
    def file_names(self) -> list[str]:
        """The names of its single files, those made of a wiki included."""
        return [*self.files, *(WIKI_FILES if self.wiki else ())]


class Manifest(RootModel[dict[Name, DataSet]]):
    """All data sets by name."""

    def data_set(self, source: str) -> DataSet:
        """Return the data set; IsoglossError for an unknown name."""
        if source not in self.root:
            raise IsoglossError(f"no data source {source!r}{nearest(source, self.root)}")
        return self.root[source]

    def folder(self, source: str, name: str) -> Folder:
        """Return one folder of a data set; IsoglossError for an unknown name."""
        folders = self.data_set(source).folders
        if name not in folders:
            raise IsoglossError(
                f"no folder {name!r} in data source {source!r}{nearest(name, folders)}"
            )
        return folders[name]

    def entry(self, source: str, file: str) -> Download | Shipped | Member:
        """Return one file's entry; IsoglossError for an unknown name."""
        files = self.data_set(source).files
        if file not in files:
            raise IsoglossError(f"no file {file!r} in data source {source!r}{nearest(file, files)}")
        return files[file]


class UniqueKeyLoader(yaml.CSafeLoader):
    """YAML allows a key twice and keeps the last; of two checksums neither can be trusted."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Return the mapping; ConstructorError for a key that is given twice."""
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    problem=f"key {key.value!r} is given twice", problem_mark=key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def load_manifest(path: Path | str) -> Manifest:
    """Read and validate the manifest; IsoglossError names the file and each wrong key and value."""
    try:
        content = yaml.load(Path(path).read_text(encoding="utf-8"), UniqueKeyLoader)
    except (OSError, UnicodeDecodeError) as error:
        raise IsoglossError(f"{path}: the manifest of sources cannot be read: {error}") from error
    except yaml.YAMLError as error:
        raise IsoglossError(f"{path}: not valid YAML: {' '.join(str(error).split())}") from error
    return _checked(content, path)


def checked(source: str, content: Any) -> DataSet:
    """Validate one data set as read from YAML; IsoglossError as `load_manifest` raises it."""
    return _checked({source: content}, "manifest").data_set(source)


def _checked(content: Any, path: Path | str) -> Manifest:
    try:
        return Manifest.model_validate(content)
    except ValidationError as error:
        problems = "; ".join(_describe(problem) for problem in error.errors())
        raise IsoglossError(f"{path}: {problems}") from error


def _describe(problem: Any) -> str:
    """Return "key.path: value: what is wrong" for one of pydantic's errors."""
    # The tag that tells the kinds of files apart is no key of the manifest; it always follows the
    # file's name: data set, "files", file, tag.
    location = [str(part) for part in problem["loc"]]
    if len(location) > 3 and location[3] in KINDS:
        del location[3]
    key = ".".join(location) or "(whole file)"
    message = problem["msg"].removeprefix("Value error, ")
    if problem["type"] == "missing":
        return f"{key}: this key is missing"
    if problem["type"] == "extra_forbidden":
        return f"{key}: unknown key, with value {_short(problem['input'])}; remove or correct it"
    if isinstance(problem["input"], dict):
        return f"{key}: {message}"
    return f"{key}: value {_short(problem['input'])}: {message}"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 100 else text[:97] + "..."
