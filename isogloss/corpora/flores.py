"""FLORES-101: the same sentences in many languages, one a line, a file per language."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from isogloss.errors import IsoglossError
from isogloss.frames import Column, Frame

FLORES = Frame(
    name="FLORES sentences",
    columns={
        "language": Column(pl.String(), "language, by our code"),
        "number": Column(pl.UInt32(), "place in the file, from 0; the same in every language"),
        "text": Column(pl.String(), "the sentence"),
    },
    key=("language", "number"),
)

# The languages of paper B's translations, by the codes of FLORES-101's file names (ISO 639-3).
CODES = {"en": "eng", "de": "deu", "es": "spa", "fr": "fra", "it": "ita"}


def read_parallel(files: Mapping[str, Path]) -> pl.DataFrame:
    """Return FLORES of one file per language.

    Raises IsoglossError where a file cannot be read or has a blank line, or where two files have
    different numbers of lines: their sentences would not be translations of each other.
    """
    rows: list[tuple[str, int, str]] = []
    counts: dict[str, int] = {}
    for language, path in files.items():
        lines = _lines(path)
        counts[language] = len(lines)
        rows += [(language, number, line) for number, line in enumerate(lines)]
    for language, count in counts.items():
        first = next(iter(counts))
        if count != counts[first]:
            raise IsoglossError(
                f"{files[language]}: has {count} lines, but {files[first]} has {counts[first]}; "
                "both must hold the same sentences: take them of one version"
            )
    schema = {name: column.dtype for name, column in FLORES.columns.items()}
    return FLORES.check(pl.DataFrame(rows, schema=schema, orient="row"))


def _lines(path: Path) -> list[str]:
    try:
        # newline="\n": other characters that end a line in Python may occur in a sentence.
        with path.open(encoding="utf-8", newline="\n") as file:
            lines = [line.rstrip("\r\n") for line in file]
    except (OSError, UnicodeDecodeError) as error:
        raise IsoglossError(f"{path}: cannot be read as UTF-8 text: {error}") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            raise IsoglossError(f"{path}: line {number} is blank; expected a sentence a line")
    if not lines:
        raise IsoglossError(f"{path}: has no line; expected a sentence a line")
    return lines
