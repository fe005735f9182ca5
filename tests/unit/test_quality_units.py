"""Tables of translations as the quality report takes them."""

from pathlib import Path

import pytest

from isogloss.errors import IsoglossError
from isogloss.translation.memory import Entry
from isogloss.translation.quality.units import of_each_language
from isogloss.translation.tables import TRANSLATIONS, table


def entry(target: str, text: str, status: str = "translated") -> Entry:
    made = f"[{target}] {text}" if status == "translated" else None
    reason = "HTTP status 500" if status == "failed" else None
    return Entry("p", "en", target, text, made, status, "1", reason)


def written(path: Path, *entries: Entry) -> Path:
    TRANSLATIONS.write(table(entries), path)
    return path


def test_one_language_at_a_time_each_unit_once(tmp_path):
    first = written(tmp_path / "1", entry("fr", "a"), entry("de", "b"), entry("de", "a", "failed"))
    second = written(tmp_path / "2", entry("de", "a"), entry("de", "b", "unchanged"))
    frames = list(of_each_language([first, second]))
    assert [set(frame["target"]) for frame in frames] == [{"de"}, {"fr"}]
    # The answer goes before the failure, and of two answers the first table's.
    assert frames[0].select("text", "status").rows() == [("a", "translated"), ("b", "translated")]
    assert set(frames[0]["source"]) == {"en"}


def test_the_order_of_rows_does_not_matter(tmp_path):
    entries = [entry("de", text) for text in "bca"]
    one = written(tmp_path / "1", *entries)
    two = written(tmp_path / "2", *reversed(entries))
    assert next(of_each_language([one])).equals(next(of_each_language([two])))


def test_no_table(tmp_path):
    (tmp_path / "x").write_text("x")
    with pytest.raises(IsoglossError, match="x: cannot be read as a table of translations"):
        list(of_each_language([tmp_path / "x"]))


def test_nothing_translated(tmp_path):
    assert list(of_each_language([written(tmp_path / "1")])) == []
