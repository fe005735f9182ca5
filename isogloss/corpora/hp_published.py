"""The authors' Harry Potter quiz, as published on the Hugging Face hub in five languages."""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import polars as pl

from isogloss.corpora.hp_quiz import table
from isogloss.corpora.hp_words import check_languages
from isogloss.corpora.mmlu import LETTERS, TEXTS
from isogloss.errors import IsoglossError
from isogloss.languages import NAMES, QUIZ

LANGUAGES = QUIZ[:5]
COLUMNS = (*TEXTS, "GT")
# Row numbers, which pandas adds when it writes CSV or Parquet.
_ROW_NUMBERS = ("", "Unnamed: 0", "__index_level_0__")
_READERS: Mapping[str, Callable[[Path], pl.DataFrame]] = {
    # No inferred types: "None" and "1e5" would be answers, not values.
    ".csv": lambda path: pl.read_csv(path, infer_schema=False),
    ".parquet": pl.read_parquet,
    ".jsonl": pl.read_ndjson,
}


def read_published(paths: Sequence[Path], languages: Sequence[str]) -> pl.DataFrame:
    """Return QUIZ of the published files, one per language, with the columns COLUMNS.

    A file's name begins with its language ("English-00000-of-00001.parquet", "fr.csv"); those of
    other languages are not read. Questions are numbered from 0001 in the files' order, which is the
    same in all of them. Topic, subject and attribute are not published, and read "unknown".
    Raises IsoglossError for a language without a file or with two, a wrong column, an empty text,
    an answer that is no letter, and files whose rows do not belong together.
    """
    check_languages(languages, LANGUAGES)
    files = _by_language(paths)
    rows: list[tuple[object, ...]] = []
    first = languages[0]
    answers: list[str] = []
    for language in languages:
        if language not in files:
            raise IsoglossError(
                f"published quiz: no file of {NAMES[language]} among "
                f"{[path.name for path in paths]}; add it to the source manifest"
            )
        path = files[language]
        read = _read(path)
        found = [row[-1] for row in read]
        answers = answers or found
        if found != answers:
            raise IsoglossError(
                f"{path}: {len(found)} rows, whose answers are not those of {files[first]} "
                f"({len(answers)} rows); the files must have the same questions in the same order"
            )
        rows += [
            (f"{n:04d}", language, "unknown", "unknown", "unknown", *row, None)
            for n, row in enumerate(read, start=1)
        ]
    return table(rows)


def _by_language(paths: Sequence[Path]) -> dict[str, Path]:
    codes = {code: code for code in LANGUAGES} | {NAMES[c].casefold(): c for c in LANGUAGES}
    files: dict[str, Path] = {}
    for path in paths:
        language = codes.get(re.split(r"[^A-Za-z]", path.name)[0].casefold())
        if language is None:
            raise IsoglossError(
                f"{path}: its name must begin with its language, one of {', '.join(codes)}"
            )
        if language in files:
            raise IsoglossError(f"{path}: {files[language]} is the file of {NAMES[language]}, too")
        files[language] = path
    return files


def _read(path: Path) -> list[tuple[str, ...]]:
    if path.suffix not in _READERS:
        raise IsoglossError(f"{path}: its name must end in one of {', '.join(_READERS)}")
    try:
        frame = _READERS[path.suffix](path)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise IsoglossError(f"{path}: the published quiz cannot be read: {error}") from error
    frame = frame.drop(_ROW_NUMBERS, strict=False)
    if sorted(frame.columns) != sorted(COLUMNS):
        raise IsoglossError(f"{path}: its columns are {frame.columns}, expected {list(COLUMNS)}")
    rows = frame.select(COLUMNS).rows()
    for number, row in enumerate(rows, start=1):
        if not all(isinstance(cell, str) and cell.strip() for cell in row):
            raise IsoglossError(f"{path}: question {number} has an empty text: {row!r}")
        if row[-1] not in LETTERS:
            raise IsoglossError(
                f"{path}: the answer of question {number} is {row[-1]!r}, not a letter from A to D"
            )
    if not rows:
        raise IsoglossError(f"{path}: the published quiz has no question")
    return rows
