"""Pin what is not pinned: write checksums and revisions into the manifest, in place.

Files that ship are locked anew each time. What is published is locked once; to take what is
published by now, set its `sha256` or `revision` to null and lock again.
"""

from pathlib import Path
from typing import Any

import yaml

from isogloss.errors import IsoglossError, nearest
from isogloss.sources.access import Access
from isogloss.sources.content import content_of
from isogloss.sources.lock_published import lock_download, lock_hub
from isogloss.sources.wiki_lock import lock_pages

_Edit = tuple[int, int, str]


def lock(manifest: Path, source: str, *, root: Path, access: Access | None = None) -> int:
    """Lock one data set; return how many files, or pages of a wiki, it has now locked.

    Works on the text, so that comments, order and layout of the manifest stay; keys that are
    missing are added. Lists of checksums and of pages are written where the manifest names them.
    What is published is downloaded for this, never taken from a mirror. Raises IsoglossError when
    the data set is not there or has nothing to lock, when a file cannot be had, or when keys are
    missing in an entry that is written in braces.
    """
    access = access or Access(root)
    try:
        text = manifest.read_text(encoding="utf-8")
        nodes = _mapping(yaml.compose(text, yaml.SafeLoader))
        content = yaml.safe_load(text)
    except (OSError, yaml.YAMLError) as error:
        raise IsoglossError(f"{manifest}: cannot be read as YAML: {error}") from error
    if source not in nodes:
        raise IsoglossError(f"{manifest}: no data source {source!r}{nearest(source, nodes)}")
    node, data_set = _mapping(nodes[source]), content[source]
    if not isinstance(data_set, dict):
        raise IsoglossError(f"{manifest}: {source} holds no data set; give its keys")
    edits: list[_Edit] = []
    count = 0
    files = {**(data_set.get("files") or {}), "": data_set.get("archive")}
    file_nodes = {**_mapping(node.get("files")), "": node.get("archive")}
    for name, entry in files.items():
        values = _values(entry, source, root, access)
        if values:
            edits += _edits(file_nodes[name], values, "path" if "path" in entry else "url")
            count += 1
    if data_set.get("hub"):
        commit, listed = lock_hub(source, data_set, root, access)
        edits += _edits(nodes[source], {"revision": commit}, "hub") if listed else []
        count += listed
    if data_set.get("wiki"):
        count += lock_pages(data_set["wiki"]["api"], root / data_set["wiki"]["pages"], access.retry)
    if not count:
        raise IsoglossError(
            f"{manifest}: data source {source!r} has no files with a path to lock, and nothing "
            "else that is not pinned"
        )
    for start, end, replacement in sorted(edits, reverse=True):
        text = text[:start] + replacement + text[end:]
    temporary = manifest.with_name(manifest.name + ".part")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(manifest)
    return count


def _mapping(node: yaml.Node | None) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        return {}
    return {key.value: value for key, value in node.value}


def _values(entry: Any, source: str, root: Path, access: Access) -> dict[str, str]:
    """Return the keys to write for a file that ships, or is published and not pinned."""
    if not isinstance(entry, dict):
        return {}
    if "path" in entry:
        path = root / str(entry["path"])
        try:
            found = content_of(path)
        except OSError as error:
            raise IsoglossError(f"{path}: cannot be read to lock it: {error}") from error
    elif entry.get("url") and not entry.get("sha256"):
        found = lock_download(source, entry, access)
    else:
        return {}
    return {"sha256": found.sha256, "bytes": str(found.bytes)}


def _edits(node: yaml.Node | None, values: dict[str, str], after: str) -> list[_Edit]:
    """Return (start, end, new text) for each place of the manifest that a node's values change."""
    entry, edits = _mapping(node), []
    for key, value in values.items():
        if key in entry:
            start, end = entry[key].start_mark.index, entry[key].end_mark.index
            edits.append((start, end, value if start < end else f" {value}"))  # `key:` alone
    added = [key for key in values if key not in entry]
    if added and isinstance(node, yaml.MappingNode):
        if node.flow_style:
            raise IsoglossError(
                f"{entry[after].value}: its entry in the manifest has no {added[0]}; add the key"
            )
        line = "\n" + " " * node.start_mark.column
        end = entry[after].end_mark.index
        edits.append((end, end, "".join(f"{line}{key}: {values[key]}" for key in added)))
    return edits
