"""The table of translations, and the jobs that make it, against a real server on loopback."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from isogloss.errors import IsoglossError
from isogloss.retry import Retry
from isogloss.translation.job import translate_pairs
from isogloss.translation.memory import Entry
from isogloss.translation.providers.libretranslate import LibreTranslateProvider
from isogloss.translation.tables import COUNTS, TRANSLATIONS, Lookup, counts, table
from tests.translation_server import TranslationServer, translation

QUICK = Retry(tries=2, base=0.005, connect_timeout=5, read_timeout=5)
PAIRS = [("The cat.", "de"), (" The cat. ", "es"), ("A dog\n", "de"), ("Paris", "es"), ("7", "de")]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[TranslationServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    started = TranslationServer()
    yield started
    started.close()


def translated(server: TranslationServer, folder: Path, **options) -> pl.DataFrame:
    provider = LibreTranslateProvider(server.url, QUICK)
    return translate_pairs(PAIRS, provider, folder, retry=QUICK, **options)


class TestTranslatePairs:
    def test_units_of_each_language_once(self, server, tmp_path):
        frame = translated(server, tmp_path)
        assert frame.select("target", "text", "translation").rows() == [
            ("de", "The cat.", translation("The cat.", "de")),
            ("de", "A dog", translation("A dog", "de")),
            ("es", "The cat.", translation("The cat.", "es")),
            ("es", "Paris", translation("Paris", "es")),
        ]
        assert set(frame["status"]) == {"translated"}
        assert set(frame["provider"]) == {"libretranslate"}

    def test_the_second_time_nothing_is_asked_and_the_bytes_are_the_same(self, server, tmp_path):
        TRANSLATIONS.write(translated(server, tmp_path / "memory"), tmp_path / "1.parquet")
        asked = sum(server.seen.values())
        TRANSLATIONS.write(translated(server, tmp_path / "memory"), tmp_path / "2.parquet")
        assert sum(server.seen.values()) == asked == 4
        assert (tmp_path / "1.parquet").read_bytes() == (tmp_path / "2.parquet").read_bytes()

    def test_all_languages_are_tried_before_a_failure_stops(self, server, tmp_path):
        server.always["A dog"] = "500"
        with pytest.raises(IsoglossError, match=r"1 of 4 units failed, .*'A dog' into 'de'"):
            translated(server, tmp_path)
        assert server.seen["Paris"] == 1

    def test_failed_units_are_rows(self, server, tmp_path):
        server.always["A dog"] = "500"
        server.answers["Paris"] = "Paris"
        frame = translated(server, tmp_path, on_failure="leave-out")
        by_text = {(row["target"], row["text"]): row for row in frame.rows(named=True)}
        assert by_text["de", "A dog"]["status"] == "failed"
        assert "500" in by_text["de", "A dog"]["reason"]
        assert by_text["es", "Paris"]["status"] == "unchanged"
        assert counts(frame).rows() == [("de", 2, 1, 0, 1), ("es", 2, 1, 1, 0)]

    def test_a_language_that_the_provider_has_not_stops_before_any_request(self, server, tmp_path):
        provider = LibreTranslateProvider(server.url, QUICK)
        with pytest.raises(IsoglossError, match="'fi'"):
            translate_pairs([*PAIRS, ("The cat.", "fi")], provider, tmp_path, retry=QUICK)
        assert not server.seen

    def test_nothing_to_translate(self, server, tmp_path):
        provider = LibreTranslateProvider(server.url, QUICK)
        frame = translate_pairs([], provider, tmp_path)
        assert TRANSLATIONS.check(frame).is_empty()
        assert COUNTS.check(counts(frame)).is_empty()


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
