"""Files of corpora, read as a stream: a document on each line, plain or as TOFU's records.

TOFU's files have a JSON object on each line, with a question, its answer and, in some files,
further keys. Such a document has two texts, the question and the answer.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from isogloss.errors import IsoglossError

Kind = Literal["lines", "tofu"]
TOFU_TEXTS = ("question", "answer")


class Document(NamedTuple):
    """A line with its end, and its texts; a plain line is its own text, a blank one, too."""

    line: str
    texts: tuple[str, ...]


def read_documents(
    path: Path, kind: Kind = "lines", first: int | None = None
) -> Iterator[Document]:
    """Yield the lines of a corpus as documents, line ends kept, one at a time.

    Only a line feed ends a line. Blank lines come, too, but do not count among the `first`.
    Raises IsoglossError where the file is not UTF-8 or not there, holds fewer than `first`
    documents or none, or, for TOFU, a line is no record.
    """
    count = 0
    try:
        # newline="\n": neither "\r\n" is changed nor is a lone "\r" taken for a line's end.
        with path.open(encoding="utf-8", newline="\n") as lines:
            for number, line in enumerate(lines, start=1):
                blank = not line.strip()
                yield Document(
                    line, (line,) if blank or kind == "lines" else _pair(path, number, line)
                )
                count += not blank
                if count == first:
                    return
    except (OSError, UnicodeDecodeError) as error:
        raise IsoglossError(f"{path}: cannot be read as UTF-8 text: {error}") from error
    if first is not None or not count:
        wanted = "" if first is None else f", of which the first {first} are wanted"
        raise IsoglossError(
            f"{path}: the corpus has {count} documents (lines that are not blank){wanted}"
        )


def _pair(path: Path, number: int, line: str) -> tuple[str, ...]:
    try:
        record = json.loads(line)
        texts = tuple(record[key] for key in TOFU_TEXTS)
    except (ValueError, KeyError, TypeError) as error:
        raise IsoglossError(
            f"{path}: line {number} is no JSON object with {' and '.join(TOFU_TEXTS)} ({error!r}); "
            "give a file in TOFU's format, or take `documents: tofu` out of the corpus"
        ) from error
    if not all(isinstance(text, str) and text.strip() for text in texts):
        raise IsoglossError(
            f"{path}: line {number}: question and answer must be texts that are not empty, they "
            f"are {texts}"
        )
    return texts


def line_with(document: Document, kind: Kind, texts: Sequence[str]) -> str:
    """Return the document's line with other texts; with its own it is the line, byte for byte.

    A record keeps its keys, their order and the values of all but question and answer.
    """
    if tuple(texts) == document.texts:
        return document.line
    if kind == "lines":
        (text,) = texts
        return text
    record = json.loads(document.line) | dict(zip(TOFU_TEXTS, texts, strict=True))
    body = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    end = document.line[len(document.line.rstrip("\r\n")) :]
    return body + end
