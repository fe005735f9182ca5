"""Declared tables refuse what they did not declare, and write the same bytes for the same rows."""

import polars as pl
import pytest

from isogloss import frames
from isogloss.errors import IsoglossError
from isogloss.frames import Column, Frame

FRAME = Frame(
    "things",
    {"id": Column(pl.String(), "name"), "x": Column(pl.Float64(), "metres", nullable=True)},
    key=("id",),
)


def test_round_trip_puts_columns_in_order(tmp_path):
    FRAME.write(pl.DataFrame({"x": [1.5, None], "id": ["a", "b"]}), tmp_path / "t.parquet")
    frame = FRAME.read(tmp_path / "t.parquet")
    assert frame.columns == ["id", "x"]
    assert frame.rows() == [("a", 1.5), ("b", None)]
    assert [path.name for path in tmp_path.iterdir()] == ["t.parquet"]


def test_same_rows_same_bytes(tmp_path):
    frame = pl.DataFrame({"id": [str(i) for i in range(5000)], "x": [i / 7 for i in range(5000)]})
    FRAME.write(frame, tmp_path / "a.parquet")
    FRAME.write(frame, tmp_path / "b.parquet")
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        ({"id": ["a"]}, r"missing columns \['x'\]"),
        ({"id": ["a"], "x": [1.0], "y": [1]}, r"unknown \['y'\]"),
        ({"id": ["a"], "x": [1]}, "'x' of things has type Int64, expected Float64"),
        ({"id": [None, "b"], "x": [1.0, 2.0]}, "'id' of things has 1 empty values"),
        ({"id": ["a", "a"], "x": [1.0, 2.0]}, r"same key \('a',\)"),
    ],
)
def test_a_wrong_table_is_an_error_and_leaves_no_file(tmp_path, frame, message):
    with pytest.raises(IsoglossError, match=message):
        FRAME.write(pl.DataFrame(frame), tmp_path / "t.parquet")
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_no_table_is_an_error(tmp_path):
    (tmp_path / "t.parquet").write_text("no")
    with pytest.raises(IsoglossError, match=r"t\.parquet: cannot be read as a table of things"):
        FRAME.read(tmp_path / "t.parquet")


def parts(rows, size):
    for start in range(0, len(rows), size):
        yield pl.DataFrame(rows[start : start + size], schema=SCHEMA, orient="row")


SCHEMA = {name: column.dtype for name, column in FRAME.columns.items()}
ROWS = [(f"k{i:04}", float(i)) for i in range(1000)]


@pytest.mark.parametrize("size", [1, 300, 5000])
def test_a_table_in_parts_is_the_whole_table_in_the_same_bytes(tmp_path, size):
    FRAME.write_stream(parts(ROWS, size), tmp_path / "a.parquet")
    assert FRAME.read(tmp_path / "a.parquet").rows() == ROWS
    FRAME.write_stream(parts(ROWS, 77), tmp_path / "b.parquet")
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["a.parquet", "b.parquet"]


def test_a_table_is_read_some_rows_at_a_time(tmp_path, monkeypatch):
    monkeypatch.setattr(frames, "ROWS", 300)
    FRAME.write_stream(parts(ROWS, 77), tmp_path / "a.parquet")
    read = list(FRAME.stream(tmp_path / "a.parquet"))
    assert [len(frame) for frame in read] == [300, 300, 300, 100]
    assert pl.concat(read).rows() == ROWS


@pytest.mark.parametrize("rows", [[("b", 1.0), ("a", 2.0)], [("a", 1.0), ("a", 2.0)]])
@pytest.mark.parametrize("size", [1, 2])
def test_parts_out_of_order_or_with_a_key_twice_leave_no_file(tmp_path, rows, size):
    with pytest.raises(IsoglossError, match=r"not in order of key|have the same key"):
        FRAME.write_stream(parts(rows, size), tmp_path / "a.parquet")
    assert not list(tmp_path.iterdir())


def test_a_stream_of_another_table_is_explained(tmp_path):
    pl.DataFrame({"x": [1]}).write_parquet(tmp_path / "a.parquet")
    with pytest.raises(IsoglossError, match=r"a\.parquet: not a table of"):
        list(FRAME.stream(tmp_path / "a.parquet"))
    (tmp_path / "a.parquet").write_bytes(b"x")
    with pytest.raises(IsoglossError, match=r"a\.parquet: cannot be read as a table of"):
        list(FRAME.stream(tmp_path / "a.parquet"))
