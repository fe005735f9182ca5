"""Write the reference page of data sets, docs/sources.md, from the manifest and its lists."""

from pathlib import Path

from isogloss.sources.checksums import read_checksums
from isogloss.sources.entries import Download, Member
from isogloss.sources.manifest import DataSet, Manifest
from isogloss.sources.wiki_list import read_pages

INTRODUCTION = """\
# Data sets

Written by `python -m isogloss.sources docs` from `resources/sources.yaml`; do not edit.

A file is fetched to `results/sources/DATA_SET/FILE`, all files of a folder by one job to
`results/sources/DATA_SET/FOLDER/`, with their checksums in `FOLDER.json` beside it. Whatever
arrives is compared with its checksum before it gets its name; an interrupted download goes on where
it was. An archive is downloaded once and kept in `results/downloads`, which may be deleted.

**Without internet.** The folder that `ISOGLOSS_MIRROR` (or `sources.mirror`) names is looked at
first, with the same checksums. It has what the last column names: a file, a folder of files, or the
archive (`*.zip`, `*.tar`, `*.tar.gz`) that they come out of. Nothing in a mirror is ever changed.

**Not pinned** is what was published without a checksum that could be looked up. Such a data set is
refused until `python -m isogloss.sources lock DATA_SET` has downloaded it once and written down
what it holds (commit the change), or until `sources.unpinned: accept` takes it as it is published
at the time. Then its checksum is recorded: for a folder in `FOLDER.json`, for the pages of a wiki
in `pages.parquet`, for a file in `FILE.unpinned`. To take a newer version of something pinned, set
its `sha256` or `revision` in the manifest to null and lock it again.
"""


def sources_page(manifest: Manifest, root: Path) -> str:
    """Return the page in Markdown: a table of all data sets, then what is to be known of some."""
    rows = [_row(name, data_set, root) for name, data_set in manifest.root.items()]
    head = ["| data set | what it is | licence | holds | size | pinned | in a mirror |"]
    head.append("| --- | --- | --- | --- | ---: | --- | --- |")
    notes = [
        f"- `{name}`: {note}"
        for name, data_set in manifest.root.items()
        for note in _notes(data_set)
    ]
    return "\n".join([INTRODUCTION, *head, *rows, "", "## Notes", "", *notes, ""])


def _row(name: str, data_set: DataSet, root: Path) -> str:
    title = f"[{data_set.title}]({data_set.homepage})" if data_set.homepage else data_set.title
    cells = (
        *(f"`{name}`", title, data_set.licence, _holds(data_set, root)),
        *(_size(data_set), _pinned(data_set, root), _mirror(data_set)),
    )
    return f"| {' | '.join(cells)} |"


def _holds(data_set: DataSet, root: Path) -> str:
    parts = (
        [f"{len(data_set.files)} file{'s'[: len(data_set.files) - 1]}"] if data_set.files else []
    )
    parts += [
        f"`{name}/` ({folder.count or 'all'} files)" for name, folder in data_set.folders.items()
    ]
    if data_set.wiki:
        parts.append(f"{len(read_pages(root / data_set.wiki.pages))} pages")
    return ", ".join(parts)


def _size(data_set: DataSet) -> str:
    """Return how much is downloaded: the archive, else the files; "?" where it is not known."""
    entries = [*data_set.files.values(), *data_set.folders.values()]
    sizes = [entry.bytes for entry in entries]
    if data_set.archive and data_set.archive.bytes:
        sizes = [data_set.archive.bytes]
    if not sizes or None in sizes:
        return "?"
    total = sum(size or 0 for size in sizes)
    return f"{total / 1e6:.1f} MB" if total >= 1e6 else f"{total / 1e3:.0f} kB"


def _pinned(data_set: DataSet, root: Path) -> str:
    if data_set.wiki:
        pages = read_pages(root / data_set.wiki.pages)
        pinned = sum(page.pinned for page in pages)
        return "yes" if pinned == len(pages) else f"**no** ({pinned} of {len(pages)} pages)"
    done = all(map(data_set.pinned, data_set.files))
    return "yes" if done and (data_set.folders_pinned or not data_set.folders) else "**no**"


def _mirror(data_set: DataSet) -> str:
    if data_set.ships:
        return "ships with the project"
    # What has no checksum of its own can only come in the archive.
    files = [
        entry.mirror
        for entry in data_set.files.values()
        if isinstance(entry, Download) or (isinstance(entry, Member) and entry.sha256)
    ]
    folders = [
        folder.mirror
        for folder in data_set.folders.values()
        if folder.checksums or folder.converted
    ]
    names = [f"`{name}/`" for name in sorted({file.rpartition("/")[0] for file in files})]
    names += [f"`{folder}/`" for folder in folders]
    names += [f"`{one.mirror}`" for one in (data_set.archive, data_set.wiki) if one]
    return ", ".join(names)


def _notes(data_set: DataSet) -> list[str]:
    notes = [data_set.note, *(folder.note for folder in data_set.folders.values())]
    listed: dict[str, list[str]] = {}
    for name, entry in data_set.files.items():
        if note := getattr(entry, "note", None):
            listed.setdefault(note, []).append(f"`{name}`")
    notes += [f"{', '.join(names)}: {note}" for note, names in listed.items()]
    return list(dict.fromkeys(note for note in notes if note))


def check_lists(manifest: Manifest, root: Path) -> None:
    """Read every list that the manifest names and that is there; IsoglossError for a wrong one."""
    for data_set in manifest.root.values():
        for folder in data_set.folders.values():
            for name in (folder.checksums, folder.converted):
                if name and data_set.folders_pinned:
                    read_checksums(root / name)
        if data_set.wiki:
            read_pages(root / data_set.wiki.pages)
