"""Translations looked up in a table, text by text."""

import pytest

from isogloss.errors import IsoglossError
from isogloss.translation.memory import Entry
from isogloss.translation.tables import Lookup, table


def entry(text: str, translation: str | None, status: str) -> Entry:
    reason = "HTTP status 500" if status == "failed" else None
    return Entry("p", "en", "de", text, translation, status, "1", reason)


FRAME = table(
    [
        entry("a cat", "eine Katze", "translated"),
        entry("Paris", None, "unchanged"),
        entry("lost", None, "failed"),
    ]
)


class TestLookup:
    def test_white_space_goes_round_the_translation(self):
        lookup = Lookup(FRAME)
        assert lookup.get((" a cat\n", "de")) == " eine Katze\n"
        assert lookup.get(("a cat", "fr")) is None
        assert lookup.get(("a  cat", "de")) is None

    @pytest.mark.parametrize(("unchanged", "found"), [("accept", "Paris"), ("leave-out", None)])
    def test_unchanged_units(self, unchanged, found):
        assert Lookup(FRAME, unchanged).get(("Paris", "de")) == found

    def test_the_english_never_stands_in_for_a_failure(self):
        assert Lookup(FRAME, "accept").get(("lost", "de")) is None

    def test_another_table_is_refused(self):
        with pytest.raises(IsoglossError, match="not a table of translations"):
            Lookup(FRAME.drop("status"))
