"""A corpus's units through the real driver, against a server on loopback that fails by plan."""

import json
from collections import Counter
from collections.abc import Iterator

import polars as pl
import pytest

from isogloss.errors import IsoglossError
from isogloss.retry import Retry
from isogloss.translation import corpus as corpus_module
from isogloss.translation.corpus import translate_corpus, write_report
from isogloss.translation.providers.libretranslate import LibreTranslateProvider
from isogloss.translation.tables import TRANSLATIONS
from tests.translation_server import TranslationServer, translation

QUICK = Retry(tries=2, base=0.005, connect_timeout=5, read_timeout=5)
UNITS = {"es": ["the dog", "a cat", "Paris"], "de": ["the dog", "a bird"]}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[TranslationServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    started = TranslationServer()
    yield started
    started.close()


def run(server, folder, units=UNITS, **options):
    series = {code: pl.Series(texts, dtype=pl.String()) for code, texts in units.items()}
    provider = LibreTranslateProvider(server.url, QUICK)
    output = folder / "out/translations.parquet"
    return translate_corpus(series, provider, folder / "tm", output, retry=QUICK, **options)


def rows(folder):
    frame = TRANSLATIONS.read(folder / "out/translations.parquet")
    return frame.select("target", "text", "translation", "status").rows()


def test_the_table_is_in_order_and_its_counts_are_returned(server, tmp_path):
    server.answers["Paris"] = "Paris"
    report = run(server, tmp_path)
    assert rows(tmp_path) == [
        ("de", "a bird", translation("a bird", "de"), "translated"),
        ("de", "the dog", translation("the dog", "de"), "translated"),
        ("es", "Paris", None, "unchanged"),
        ("es", "a cat", translation("a cat", "es"), "translated"),
        ("es", "the dog", translation("the dog", "es"), "translated"),
    ]
    assert report == {
        "provider": "libretranslate",
        "languages": {
            "de": {"units": 2, "characters": 13, "translated": 2, "unchanged": 0, "failed": 0},
            "es": {"units": 3, "characters": 17, "translated": 2, "unchanged": 1, "failed": 0},
        },
    }
    write_report(report, tmp_path / "report.json")
    assert json.loads((tmp_path / "report.json").read_text()) == report


def test_a_second_run_asks_nothing_and_writes_the_same_bytes(server, tmp_path, monkeypatch):
    report = run(server, tmp_path)
    first = (tmp_path / "out/translations.parquet").read_bytes()
    server.seen.clear()
    monkeypatch.setattr(corpus_module, "ROWS", 1)
    assert run(server, tmp_path) == report
    assert not server.seen
    assert (tmp_path / "out/translations.parquet").read_bytes() == first


def test_an_added_language_and_an_added_unit_ask_for_themselves_alone(server, tmp_path):
    run(server, tmp_path, {"de": ["the dog"]})
    server.seen.clear()
    run(server, tmp_path, {"de": ["the dog", "a bird"], "es": ["the dog"]})
    assert server.seen == Counter({"a bird": 1, "the dog": 1})


def test_failures_stop_the_job_after_all_were_tried_with_counts_and_reasons(server, tmp_path):
    server.always |= {"the dog": "400", "a cat": "empty"}
    with pytest.raises(IsoglossError) as error:
        run(server, tmp_path)
    message = str(error.value)
    assert "libretranslate: 3 of 5 units failed (de 1 of 2, es 2 of 3)" in message
    assert "most often: HTTP status 400 (planned 400) (2, such as 'the dog' into 'de')" in message
    assert "an empty answer (2 tries) (1, such as 'a cat' into 'es')" in message
    assert not (tmp_path / "out").exists()
    assert set(server.seen) == {"the dog", "a cat", "Paris", "a bird"}
    server.always.clear()
    server.seen.clear()
    run(server, tmp_path)
    assert server.seen == Counter({"the dog": 2, "a cat": 1})


def test_failures_can_be_left_out_and_are_counted(server, tmp_path, caplog):
    server.always["a bird"] = "400"
    report = run(server, tmp_path, on_failure="leave-out")
    assert report["languages"]["de"]["failed"] == 1
    assert ("de", "a bird", None, "failed") in rows(tmp_path)
    assert "1 of 5 units failed (de 1 of 2)" in caplog.text


def test_a_language_that_the_provider_has_not_stops_the_job_before_any_request(server, tmp_path):
    with pytest.raises(IsoglossError, match="does not translate from 'en' to 'fi'"):
        run(server, tmp_path, UNITS | {"fi": ["the dog"]})
    assert not server.seen


def test_an_answer_with_a_line_break_is_none(server, tmp_path):
    server.answers["a bird"] = "ein\nVogel"
    with pytest.raises(IsoglossError, match="a line break that the text has not"):
        run(server, tmp_path, {"de": ["a bird"]})
    server.answers["two\nlines"] = "zwei\nZeilen"
    assert run(server, tmp_path, {"de": ["two\nlines"]})["languages"]["de"]["translated"] == 1
