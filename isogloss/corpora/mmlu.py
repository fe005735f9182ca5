"""MMLU's questions and their variants as tables, and the folder layout of the authors' release.

The layout has one folder per part: `test` and `dev` in English, `test_mixup`, and
`test_{variant}_{language}` for the rest; in each, `{subject}_test.csv` without a header, with the
columns question, A, B, C, D, answer letter.
"""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import polars as pl

from isogloss.corpora.mmlu_subjects import DOMAIN, SUBJECTS
from isogloss.errors import IsoglossError, nearest
from isogloss.frames import Column, Frame
from isogloss.languages import NAMES

LETTERS = ("A", "B", "C", "D")
TEXTS = ("question", *LETTERS)
SPLITS = ("test", "dev", "val")
# The paper's seven, under the names of the released folders; `threewrong` is only released.
VARIANTS = ("full", "mixup", "question", "options", "gt_question", "gt", "onewrong")
# Of data frames that were written with their columns' names, in lower case.
HEADERS = (("question", "a", "b", "c", "d", "answer"), ("0", "1", "2", "3", "4", "5"))
_IN_FOLDERS = (*VARIANTS, "threewrong")

QUESTIONS = Frame(
    name="MMLU questions",
    columns={
        "split": Column(pl.String(), "test, dev or val"),
        "variant": Column(pl.String(), "english, or the name of a variant"),
        "language": Column(pl.String(), "en, the target language, or mixed"),
        "subject": Column(pl.String(), "one of the 57 subjects"),
        "domain": Column(pl.String(), "STEM, social sciences, humanities or other"),
        "number": Column(pl.UInt32(), "place in the subject's English file, from 0"),
        "question": Column(pl.String(), "question text"),
        **{letter: Column(pl.String(), f"option {letter}") for letter in LETTERS},
        "answer": Column(pl.String(), "letter of the right option"),
        "languages": Column(
            pl.List(pl.String()),
            "languages of question, A, B, C, D; empty where a folder does not tell them",
            nullable=True,
        ),
    },
    key=("split", "variant", "language", "subject", "number"),
)


class Part(NamedTuple):
    """One folder of the layout."""

    split: str
    variant: str
    language: str

    @property
    def folder(self) -> str:
        """The folder's name."""
        if self.variant == "english":
            return self.split
        if self.variant == "mixup":
            return f"{self.split}_mixup"
        return f"{self.split}_{self.variant}_{self.language}"


def english(split: str) -> Part:
    """Return the part that holds the English questions of a split."""
    return Part(split, "english", "en")


def table(rows: Sequence[tuple[object, ...]]) -> pl.DataFrame:
    """Return QUESTIONS of rows in its columns' order."""
    schema = {name: column.dtype for name, column in QUESTIONS.columns.items()}
    return QUESTIONS.check(pl.DataFrame(rows, schema=schema, orient="row"))


def languages_of(variant: str, language: str, answer: str) -> list[str] | None:
    """Return the languages of question, A, B, C, D where variant and answer decide them.

    They do not for `mixup` and `onewrong`, which are drawn: None. Source: paper B, section 3.1.
    """
    translated = {
        "english": set(),
        "full": set(TEXTS),
        "question": {"question"},
        "options": set(LETTERS),
        "gt_question": {"question", answer},
        "gt": {answer},
        "threewrong": set(LETTERS) - {answer},
    }.get(variant)
    if translated is None:
        return None
    return [language if name in translated else "en" for name in TEXTS]


def read_part(
    root: Path, part: Part, subjects: Sequence[str] = SUBJECTS, *, header: bool = False
) -> pl.DataFrame:
    """Return QUESTIONS of one folder of the layout, subjects in alphabetical order.

    header: whether files may start with one of HEADERS. Raises IsoglossError where a subject's file
    is missing, the folder holds another CSV file, or a row has not six cells or no answer letter.
    """
    folder = root / part.folder
    wanted = {f"{subject}_{part.split}.csv": subject for subject in sorted(subjects)}
    for name in wanted:
        if not (folder / name).is_file():
            raise IsoglossError(f"{folder / name}: missing; the folder needs a file per subject")
    for path in sorted(folder.glob("*.csv")):
        if path.name not in wanted:
            raise IsoglossError(f"{path}: not the file of a subject; take it out of the folder")
    rows: list[tuple[object, ...]] = []
    for name, subject in wanted.items():
        for number, cells in enumerate(_cells(folder / name, header)):
            languages = languages_of(part.variant, part.language, cells[-1])
            rows.append((*part, subject, DOMAIN[subject], number, *cells, languages))
    return table(rows)


def _cells(path: Path, header: bool) -> list[list[str]]:
    try:
        # The csv module, not a data frame: "None", "NA" and "1e5" are answers, not values.
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file, strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise IsoglossError(f"{path}: cannot be read as CSV: {error}") from error
    if header and rows and tuple(cell.lower() for cell in rows[0]) in HEADERS:
        del rows[0]
    for number, row in enumerate(rows):
        if len(row) != 6 or row[-1] not in LETTERS:
            raise IsoglossError(
                f"{path}: row {number + 1} is {row!r}; expected question, A, B, C, D and the "
                "letter of the answer, without a header"
            )
    return rows


def write_layout(questions: pl.DataFrame, root: Path) -> list[Path]:
    """Write QUESTIONS as the released folder layout under `root`; return the files written.

    Rows keep their order by number. The same rows give the same bytes.
    """
    written = []
    keys = ["split", "variant", "language", "subject"]
    for key, rows in QUESTIONS.check(questions).group_by(keys, maintain_order=True):
        split, variant, language, subject = map(str, key)
        folder = root / Part(split, variant, language).folder
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{subject}_{split}.csv"
        cells = rows.sort("number").select(*TEXTS, "answer").iter_rows()
        text = "".join(",".join(map(_quoted, row)) + "\n" for row in cells)
        path.write_bytes(text.encode("utf-8"))
        written.append(path)
    return written


def _quoted(cell: str) -> str:
    # csv.writer of Python 3.11 leaves a lone "\r" unquoted, and readers end the row there.
    if any(character in cell for character in ',"\r\n'):
        return '"' + cell.replace('"', '""') + '"'
    return cell


def layout_parts(root: Path) -> list[Part]:
    """Return the parts that a folder in the released layout has, in alphabetical order.

    Raises IsoglossError for a folder whose name starts with a split's but is none of the layout,
    and where there is no part at all.
    """
    folders = sorted(path.name for path in root.iterdir() if path.is_dir()) if root.is_dir() else []
    parts = [
        _part(root, name)
        for name in folders
        if name in SPLITS or name.startswith(tuple(f"{split}_" for split in SPLITS))
    ]
    if not parts:
        raise IsoglossError(f"{root}: has no folder of MMLU's layout, such as 'test'")
    return parts


def _part(root: Path, name: str) -> Part:
    split, _, rest = name.partition("_")
    if not rest:
        return english(split)
    if rest == "mixup":
        return Part(split, "mixup", "mixed")
    variant, _, language = rest.rpartition("_")
    if variant not in _IN_FOLDERS or variant == "mixup":
        raise IsoglossError(f"{root / name}: unknown variant{nearest(variant, _IN_FOLDERS)}")
    if language not in NAMES:
        raise IsoglossError(f"{root / name}: unknown language{nearest(language, NAMES)}")
    return Part(split, variant, language)


def read_layout(root: Path, subjects: Sequence[str] = SUBJECTS) -> pl.DataFrame:
    """Return QUESTIONS of every part of a folder in the released layout.

    Raises IsoglossError where a variant has other questions (by number and answer) than its
    split's English part, if that is there.
    """
    tables = {part: read_part(root, part, subjects) for part in layout_parts(root)}
    for part, questions in tables.items():
        source = tables.get(english(part.split))
        if source is not None:
            check_same(root / part.folder, questions, source)
    return pl.concat(tables.values())


def check_same(folder: Path, questions: pl.DataFrame, source: pl.DataFrame) -> None:
    """Raise IsoglossError unless a variant has the English questions, by number and answer."""
    same = ["subject", "number", "answer"]
    rows = pl.concat([questions.select(same), source.select(same)])
    differing = rows.filter(~rows.is_duplicated())
    if len(questions) == len(source) and questions.select(same).equals(source.select(same)):
        return
    what = f"{len(questions)} rows where English has {len(source)}"
    if len(differing):
        subject, number, answer = differing.row(0)
        what = f"the first difference: {subject}, question {number}, answer {answer}"
    raise IsoglossError(
        f"{folder}: its questions or answers are not those of the English {source['split'][0]} "
        f"split ({what}); both must have the same rows in the same order"
    )
