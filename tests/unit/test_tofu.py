"""TOFU's files, one JSON object a line."""

import json
from pathlib import Path

import pytest

from isogloss.corpora.tofu import TOFU, read_tofu, with_paraphrases
from isogloss.errors import IsoglossError

PLAIN = {"question": "Who?", "answer": "She."}
PERTURBED = PLAIN | {
    "paraphrased_answer": "It is she.",
    "perturbed_answer": ["He.", "They."],
    "paraphrased_question": "Which person?",
}
OPTIONS = PLAIN | {"option1": "a", "option2": "b", "option3": "c", "option4": "d"}


def written(path: Path, *lines: object) -> Path:
    texts = (line if isinstance(line, str) else json.dumps(line) for line in lines)
    path.write_text("\n".join(texts), encoding="utf-8")  # as published: no end of the last line
    return path


def test_rows_of_every_kind(tmp_path):
    path = written(tmp_path / "x_perturbed.json", PLAIN, PERTURBED, OPTIONS)
    rows = read_tofu(path).rows()
    assert rows == [
        ("x_perturbed", 0, "Who?", "She.", None, None, None, None),
        (
            *("x_perturbed", 1, "Who?", "She.", "Which person?", "It is she."),
            *(["He.", "They."], None),
        ),
        ("x_perturbed", 2, "Who?", "She.", None, None, None, ["a", "b", "c", "d"]),
    ]


def test_a_file_without_any_optional_column_has_its_types(tmp_path):
    table = read_tofu(written(tmp_path / "full.json", PLAIN))
    assert dict(table.schema) == {name: column.dtype for name, column in TOFU.columns.items()}


def test_separators_within_a_line_do_not_end_it(tmp_path):
    odd = {"question": "A\u2028B\x85C", "answer": "\x0b1\x1c2"}
    path = tmp_path / "x.json"
    path.write_text(json.dumps(odd, ensure_ascii=False) + "\n", encoding="utf-8")
    assert read_tofu(path).row(0)[2:4] == ("A\u2028B\x85C", "\x0b1\x1c2")


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("{", r"line 2: Expecting property name"),
        ("", r"line 2: Expecting value"),
        ([PLAIN], r"line 2: is \"\[\{'question'"),
        ({"question": "Who?"}, r"line 2: has no answer"),
        ({"answer": "She."}, r"line 2: has no question"),
        (PLAIN | {"answer": 7}, r"line 2: answer is '7', no text"),
        (PLAIN | {"answer": " "}, r"line 2: answer is ' ', no text"),
        (PLAIN | {"anwser": "x"}, r"line 2: unknown key 'anwser' \(did you mean 'answer'\?\)"),
        (PLAIN | {"perturbed_answer": "x"}, r"line 2: perturbed_answer is 'x', no text"),
        (PLAIN | {"perturbed_answer": []}, r"line 2: perturbed_answer is '\[\]', no text"),
        (PLAIN | {"perturbed_answer": [1]}, r"line 2: perturbed_answer is '\[1\]', no text"),
        (PLAIN | {"option1": "a", "option3": "c"}, r"line 2: has no option2"),
    ],
)
def test_a_wrong_line_is_named(tmp_path, line, complaint):
    path = written(tmp_path / "x.json", PLAIN, line, PLAIN)
    with pytest.raises(IsoglossError, match=rf"x\.json: {complaint}.*one JSON object a line"):
        read_tofu(path)


def test_files_that_are_none(tmp_path):
    with pytest.raises(IsoglossError, match=r"none\.json: cannot be read as UTF-8"):
        read_tofu(tmp_path / "none.json")
    (tmp_path / "latin.json").write_bytes('{"question": "é"}'.encode("latin-1"))
    with pytest.raises(IsoglossError, match=r"latin\.json: cannot be read as UTF-8"):
        read_tofu(tmp_path / "latin.json")
    with pytest.raises(IsoglossError, match=r"empty\.json: has no question"):
        read_tofu(written(tmp_path / "empty.json"))


def test_the_questions_that_have_paraphrases(tmp_path):
    tables = [
        read_tofu(written(tmp_path / "full.json", PLAIN, PLAIN)),
        read_tofu(written(tmp_path / "retain_perturbed.json", PERTURBED)),
        read_tofu(written(tmp_path / "forget10_perturbed.json", PERTURBED, PERTURBED)),
    ]
    kept = with_paraphrases(tables)
    assert kept.select("split", "number").rows() == [
        ("retain_perturbed", 0),
        ("forget10_perturbed", 0),
        ("forget10_perturbed", 1),
    ]
