"""What the manifest says of one file, one archive, one folder of files or the pages of a wiki."""

from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
)


def _inside(path: str) -> str:
    parts = PurePosixPath(path)
    if not path or "\\" in path or parts.is_absolute() or ".." in parts.parts:
        raise ValueError("give a relative path with forward slashes and without '..'")
    return path


def _pattern(path: str) -> str:
    if "*" not in path or any(character in path for character in "?[]"):
        raise ValueError("give a path with '*' in it, the only wildcard")
    return path


Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+/\S+$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Bytes = Annotated[int, Field(gt=0)]
RelativePath = Annotated[str, AfterValidator(_inside)]
Pattern = Annotated[RelativePath, AfterValidator(_pattern)]
Hub = Annotated[str, StringConstraints(pattern=r"^[\w.-]+/[\w.-]+$")]

# An archive's format is told by its name, as published.
ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz")


class Strict(BaseModel):
    """A part of the manifest: unknown keys are errors, and values are not coerced."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Download(Strict):
    """A file that is published at a URL. `mirror` is its path inside a mirror folder.

    Without a URL the file can only come from a mirror. Without a checksum it is not pinned, and
    fetched only by permission (`sources.unpinned`). `note` says what else is to be known of the
    bytes that the checksum belongs to.
    """

    url: Url | None
    sha256: Sha256 | None
    bytes: Bytes | None
    mirror: RelativePath
    note: Text | None = None


class Shipped(Strict):
    """A file that is part of this repository, at `path` below its root."""

    path: RelativePath
    sha256: Sha256
    bytes: Bytes


class Member(Strict):
    """A file out of the data set's archive, `member` being its path in there.

    Without a checksum of its own it is pinned by the archive's, and can come from a mirror in the
    archive alone.
    """

    member: RelativePath
    sha256: Sha256 | None
    bytes: Bytes | None
    mirror: RelativePath


def _archive_name(path: str) -> str:
    if not path.endswith(ARCHIVES):
        raise ValueError(f"the name of an archive ends with one of {', '.join(ARCHIVES)}")
    return path


class Archive(Download):
    """An archive that files or folders of a data set are taken from."""

    mirror: Annotated[RelativePath, AfterValidator(_archive_name)]

    @property
    def name(self) -> str:
        """Its file name."""
        return PurePosixPath(self.mirror).name


class Folder(Strict):
    """Many files that are fetched by one job: those whose path matches `take`.

    A `*` stands for one part of a path, and not for a dot at its start; `**` at the end stands for
    all that is below. What comes before the first part with a `*` is left off: with
    `take: data/test/*.csv` the file `data/test/x.csv` is `x.csv` in the folder. `count` and `bytes`
    say how many there are, and how large they are together. `mirror` is the folder's path inside a
    mirror. `checksums` and `converted` are lists in sha256sum's format that ship, with paths as
    `take` has them: of the files as published, and of other bytes that a mirror may hold instead,
    of which `note` says what they are.
    """

    take: Pattern
    mirror: RelativePath
    count: Annotated[int, Field(gt=0)] | None = None
    bytes: Bytes | None = None
    checksums: RelativePath | None = None
    converted: RelativePath | None = None
    note: Text | None = None

    def place(self, path: str) -> str | None:
        """Return where the file at `path` of the source goes in the folder; None if it does not."""
        wanted, parts = self.take.split("/"), path.split("/")
        if wanted[-1] == "**":
            wanted[-1:] = ["*"] * (len(parts) - len(wanted) + 1)
        if len(wanted) != len(parts) or not all(map(_matches, parts, wanted)):
            return None
        return "/".join(parts[self._fixed :])

    def holds(self, place: str) -> bool:
        """Whether a path inside the folder is one that `place` can return."""
        fixed = self.take.split("/")[: self._fixed]
        return self.place("/".join([*fixed, place])) is not None

    @property
    def _fixed(self) -> int:
        return next(i for i, part in enumerate(self.take.split("/")) if "*" in part)


def _matches(part: str, wanted: str) -> bool:
    # As in a shell. Archives made on some systems have a "._x.csv" beside each "x.csv".
    return fnmatchcase(part, wanted) and (wanted[0] == "." or part[0:1] not in (".", ""))


class Wiki(Strict):
    """Pages of a MediaWiki: the address of its API, and the file that lists pages and revisions."""

    api: Url
    pages: RelativePath
    mirror: RelativePath


def _kind(entry: Any) -> str:
    if isinstance(entry, dict):
        return "shipped" if "path" in entry else "member" if "member" in entry else "download"
    return type(entry).__name__.lower()


# The tags of the three kinds, which appear in pydantic's errors.
KINDS = ("download", "shipped", "member")

Entry = Annotated[
    Annotated[Download, Tag("download")]
    | Annotated[Shipped, Tag("shipped")]
    | Annotated[Member, Tag("member")],
    Discriminator(_kind),
]
