"""The published quiz is read as it is published, whatever the hub's file format."""

from pathlib import Path

import polars as pl
import pytest

from isogloss.corpora.hp_published import read_published
from isogloss.corpora.hp_quiz import QUIZ
from isogloss.errors import IsoglossError

# The published columns, in their order; texts in the manner of the real ones.
HEADER = "question,A,B,C,D,GT"
ENGLISH = f"""{HEADER}
What is the hair color of Harry Potter?,Black,Blond,Red,Brown,A
"Which house, of the four, is None in?",None,NA,1e5,Slytherin,D
"""
FRENCH = f"""{HEADER}
Quelle est la couleur des cheveux de Harry Potter ?,Noir,Blond,Roux,Brun,A
"À quelle maison, parmi les quatre, None appartient-il ?",None,NA,1e5,Serpentard,D
"""


def written(folder: Path, **files: str) -> list[Path]:
    paths = [folder / f"{name}.csv" for name in files]
    for path, text in zip(paths, files.values(), strict=True):
        path.write_text(text, encoding="utf-8")
    return paths


def test_csv(tmp_path: Path) -> None:
    paths = written(tmp_path, English=ENGLISH, French=FRENCH)
    quiz = read_published(paths, ["fr", "en"])
    assert quiz.columns == list(QUIZ.columns)
    assert quiz["id"].to_list() == ["0001", "0002"] * 2
    assert quiz["language"].to_list() == ["fr", "fr", "en", "en"]
    assert quiz["answer"].to_list() == ["A", "D", "A", "D"]
    last = quiz.row(3, named=True)
    assert last["question"] == "Which house, of the four, is None in?"
    # Words that readers of data take for missing values or numbers are options here.
    assert [last[x] for x in "ABCD"] == ["None", "NA", "1e5", "Slytherin"]
    assert {last[x] for x in ("topic", "subject", "attribute")} == {"unknown"}
    assert last["in_name"] is None
    assert quiz.row(1, named=True)["D"] == "Serpentard"


@pytest.mark.parametrize("index", [None, "Unnamed: 0", "__index_level_0__"])
def test_parquet_and_json_lines_give_the_same(tmp_path: Path, index: str | None) -> None:
    expected = read_published(written(tmp_path, en=ENGLISH, fr=FRENCH), ["en", "fr"])
    for code, name in (("en", "English"), ("fr", "French")):
        frame = pl.read_csv(tmp_path / f"{code}.csv", infer_schema=False)
        if index:
            frame = frame.with_row_index(index)
        frame.write_parquet(tmp_path / f"{name}-00000-of-00001.parquet")
        frame.write_ndjson(tmp_path / f"{name}.jsonl")
    for pattern in ("*.parquet", "*.jsonl"):
        assert read_published(sorted(tmp_path.glob(pattern)), ["en", "fr"]).equals(expected)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("French", FRENCH.replace(",GT", ",answer"), r"columns are .*'answer'.*expected .*'GT'"),
        ("French", FRENCH.replace(",D\n", ",E\n"), "question 2 is 'E', not a letter"),
        ("French", FRENCH.replace(",Roux,", ",,"), "question 1 has an empty text"),
        (
            "French",
            FRENCH.replace(",D\n", ",C\n"),
            r"2 rows, whose answers are not those of .*Engl",
        ),
        ("French", "\n".join(FRENCH.splitlines()[:2]), r"1 rows, .*\(2 rows\)"),
        ("French", HEADER + "\n", "has no question"),
        ("French", "", "cannot be read"),
        ("Dutch", FRENCH, "its name must begin with its language, one of en, fr"),
        ("en", FRENCH, r"English\.csv is the file of English, too"),
        ("Italian", FRENCH, r"no file of French among \['English.csv', 'Italian.csv'\]"),
    ],
)
def test_mistakes(tmp_path: Path, name: str, text: str, message: str) -> None:
    paths = written(tmp_path, **{"English": ENGLISH, name: text})
    with pytest.raises(IsoglossError, match=message):
        read_published(paths, ["en", "fr"])


def test_other_languages_and_formats(tmp_path: Path) -> None:
    paths = written(tmp_path, English=ENGLISH)
    with pytest.raises(IsoglossError, match=r"'fi' is not one .*valid: de, en, es, fr, it"):
        read_published(paths, ["en", "fi"])
    arrow = tmp_path / "English.arrow"
    arrow.write_bytes(b"")
    with pytest.raises(IsoglossError, match=r"must end in one of \.csv, \.parquet, \.jsonl"):
        read_published([arrow], ["en"])
    broken = tmp_path / "English.parquet"
    broken.write_bytes(b"PAR1")
    with pytest.raises(IsoglossError, match=r"English\.parquet: the published quiz cannot be read"):
        read_published([broken], ["en"])
    with pytest.raises(IsoglossError, match=r"French\.csv: the published quiz cannot be read"):
        read_published([tmp_path / "French.csv"], ["fr"])
