"""TOFU's questions and answers as a table (Maini et al., 2024).

A file has one JSON object a line, though its name ends with .json. Files named `*_perturbed` have
paraphrases and wrong answers beside; two files on real people and facts have options instead.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from isogloss.errors import IsoglossError, nearest
from isogloss.frames import Column, Frame

TOFU = Frame(
    name="TOFU questions",
    columns={
        "split": Column(pl.String(), "name of the file, without its ending"),
        "number": Column(pl.UInt32(), "place in the file, from 0"),
        "question": Column(pl.String(), "question"),
        "answer": Column(pl.String(), "answer"),
        "paraphrased_question": Column(pl.String(), "the question in other words", nullable=True),
        "paraphrased_answer": Column(pl.String(), "the answer in other words", nullable=True),
        "perturbed_answer": Column(
            pl.List(pl.String()), "wrong answers of the same form", nullable=True
        ),
        "options": Column(pl.List(pl.String()), "four answers to choose from", nullable=True),
    },
    key=("split", "number"),
)

_TEXTS = ("question", "answer", "paraphrased_question", "paraphrased_answer")
_OPTIONS = ("option1", "option2", "option3", "option4")
_KEYS = (*_TEXTS, "perturbed_answer", *_OPTIONS)


def read_tofu(path: Path) -> pl.DataFrame:
    """Return TOFU of one file.

    Raises IsoglossError, with the line, where one is no JSON object, has an unknown key, lacks
    question or answer, or a value is no text; and where the file has no line.
    """
    rows = [
        (path.stem, number, *(values.get(key) for key in (*_TEXTS, "perturbed_answer", "options")))
        for number, values in enumerate(_objects(path))
    ]
    if not rows:
        raise IsoglossError(f"{path}: has no question; take the file as published")
    schema = {name: column.dtype for name, column in TOFU.columns.items()}
    return TOFU.check(pl.DataFrame(rows, schema=schema, orient="row"), path)


def _objects(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with path.open(encoding="utf-8", newline="\n") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    yield _checked(json.loads(line))
                except ValueError as error:
                    raise IsoglossError(
                        f"{path}: line {number}: {error}; expected one JSON object a line, as "
                        "published"
                    ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise IsoglossError(f"{path}: cannot be read as UTF-8 text: {error}") from error


def _checked(values: Any) -> dict[str, Any]:
    """Return the values of one line, the options as one list; ValueError where they are wrong."""
    if not isinstance(values, dict):
        raise ValueError(f"is {str(values)[:80]!r}")
    for key, value in values.items():
        if key not in _KEYS:
            raise ValueError(f"unknown key {key!r}{nearest(key, _KEYS)}")
        texts = value if key == "perturbed_answer" else [value]
        if not isinstance(texts, list) or not texts or not all(map(_is_text, texts)):
            raise ValueError(f"{key} is {str(value)[:80]!r}, no text")
    given = [key for key in _OPTIONS if key in values]
    for key in ("question", "answer", *(_OPTIONS if given else ())):
        if key not in values:
            raise ValueError(f"has no {key}")
    return {**values, "options": [values[key] for key in given] or None}


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def with_paraphrases(tables: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Return the rows that have a paraphrased question: those that paper B evaluates on.

    They are `retain_perturbed` and `forget10_perturbed`, 400 rows each.
    """
    return pl.concat(tables).filter(pl.col("paraphrased_question").is_not_null())
