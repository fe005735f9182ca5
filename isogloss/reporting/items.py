"""What the index shows: items of studies, as rules name them (`--items`)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from isogloss.errors import IsoglossError, nearest
from isogloss.script import json_value

# What an item's files must hold besides what is only copied and linked:
# claims       a Markdown table (.md) and its rows (.csv), with a column `verdict`
# figure       a drawing (.svg) and a caption
# table, comparison, corpus
#              Markdown (.md) whose first line is the title
# sample       SAMPLES (.parquet) and a caption
# quiz         QUIZ (.parquet) and a caption
KINDS = ("claims", "figure", "table", "comparison", "corpus", "sample", "quiz")
KEYS = {"study", "kind", "name", "files", "caption"}


@dataclass(frozen=True)
class Item:
    """Something to show: its study, kind, name (unique in the study), files and caption."""

    study: str
    kind: str
    name: str
    files: Sequence[Path]
    caption: Path | None

    def file(self, suffix: str) -> Path:
        """Return the item's file with that suffix; raise IsoglossError where it has none."""
        for path in self.files:
            if path.suffix == suffix:
                return path
        raise IsoglossError(f"--items: {self.name!r} of kind {self.kind} needs a {suffix} file")


def parse_items(text: str, studies: Iterable[str]) -> list[Item]:
    """Read the JSON list of `--items`: objects with study, kind, name, files and caption (or null).

    Raises IsoglossError for anything else, and for two items of a study with the same name or
    with files of the same name.
    """
    studies = list(studies)
    items = []
    for entry in json_value(text):
        if not isinstance(entry, dict) or set(entry) != KEYS:
            raise IsoglossError(f"--items: {entry!r} must be an object with keys {sorted(KEYS)}")
        for key, valid in (("kind", KINDS), ("study", studies)):
            if entry[key] not in valid:
                raise IsoglossError(
                    f"--items: {key} {entry[key]!r} of {entry['name']!r} is unknown"
                    f"{nearest(str(entry[key]), valid)}"
                )
        caption = Path(entry["caption"]) if entry["caption"] else None
        files = tuple(Path(file) for file in entry["files"])
        items.append(Item(entry["study"], entry["kind"], entry["name"], files, caption))
    for what, values in (
        ("name", [(item.study, item.name) for item in items]),
        ("file name", [(item.study, path.name) for item in items for path in item.files]),
    ):
        twice = [value for value, number in Counter(values).items() if number > 1]
        if twice:
            study, name = twice[0]
            raise IsoglossError(f"--items: two items of study {study} have the {what} {name!r}")
    return items
