"""FLORES-101's files, parallel by line."""

import pytest

from isogloss.corpora.flores import FLORES, read_parallel
from isogloss.errors import IsoglossError


def written(tmp_path, **texts):
    files = {}
    for language, text in texts.items():
        files[language] = tmp_path / f"{language}.devtest"
        files[language].write_text(text, encoding="utf-8", newline="")
    return files


def test_lines_are_sentences(tmp_path):
    files = written(tmp_path, en="One.\nTwo.\n", de="Eins.\r\nZwei.\r\n")
    table = read_parallel(files)
    assert table.rows() == [
        ("en", 0, "One."),
        ("en", 1, "Two."),
        ("de", 0, "Eins."),
        ("de", 1, "Zwei."),
    ]
    assert dict(table.schema) == {name: column.dtype for name, column in FLORES.columns.items()}


def test_separators_within_a_sentence_do_not_end_it(tmp_path):
    files = written(tmp_path, en="One\u2028.\x85\n", de="Eins.\n")
    assert read_parallel(files)["text"].to_list() == ["One\u2028.\x85", "Eins."]


def test_files_that_are_not_parallel(tmp_path):
    files = written(tmp_path, en="1\n2\n", de="1\n2\n", fr="1\n")
    with pytest.raises(IsoglossError, match=r"fr\.devtest: has 1 lines, but .*en\.devtest has 2"):
        read_parallel(files)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [("1\n\n3\n", "line 2 is blank"), ("1\n \t\n", "line 2 is blank"), ("", "has no line")],
)
def test_lines_that_are_none(tmp_path, text, complaint):
    with pytest.raises(IsoglossError, match=rf"de\.devtest: {complaint}"):
        read_parallel(written(tmp_path, de=text))


def test_a_file_that_is_none(tmp_path):
    with pytest.raises(IsoglossError, match=r"xx: cannot be read as UTF-8"):
        read_parallel({"en": tmp_path / "xx"})
