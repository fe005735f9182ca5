"""The driver, against a server that fails as services do."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from deep_translator.constants import BASE_URLS

from isogloss.calls import LOST_IN_A_ROW
from isogloss.errors import IsoglossError
from isogloss.retry import Interrupted, Retry
from isogloss.translation.memory import Entry, Memory
from isogloss.translation.providers.google import GoogleProvider
from isogloss.translation.providers.libretranslate import LibreTranslateProvider
from isogloss.translation.providers.protocol import Failure, Provider
from isogloss.translation.translate import Translations, translate
from tests.translation_server import FAULTS, TranslationServer, translation

ROOT = Path(__file__).parents[2]
QUICK = Retry(tries=4, base=0.005, connect_timeout=5, read_timeout=5)
WORDS = ["the", "a", "cat", "dog", "house", "sees", "under", "green", "old", "river", "letter"]


def made_units(count: int) -> list[str]:
    draw = random.Random(7)
    return [f"{' '.join(draw.choices(WORDS, k=8))} u{number}x." for number in range(count)]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[TranslationServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    started = TranslationServer()
    monkeypatch.setitem(BASE_URLS, "GOOGLE_TRANSLATE", started.url + "/m")
    yield started
    started.close()


def provider_of(name: str, server: TranslationServer) -> Provider:
    if name == "google":
        return GoogleProvider(QUICK)
    return LibreTranslateProvider(server.url, QUICK)


@pytest.mark.parametrize(("name", "count"), [("google", 1000), ("libretranslate", 5000)])
def test_thirty_percent_faults(server, tmp_path, name, count):
    server.faults = 0.3
    units = made_units(count)
    provider = provider_of(name, server)
    found = translate(
        units, provider, "en", "de", tmp_path, jobs=8, retry=QUICK, on_failure="leave-out"
    )
    requests = sum(server.seen.values())
    assert set(found.entries) == set(units)
    for unit, entry in found.entries.items():
        if entry.status == "translated":
            assert entry.translation == translation(unit, "de")
        else:
            assert (entry.status, entry.translation) == ("failed", None)
            assert "(4 tries)" in (entry.reason or "")
            assert server.seen[unit] == QUICK.tries
    # A share of 0.26 (a delay harms nobody) to the fourth power is lost.
    assert found.count("failed") <= count // 100
    assert all(server.made[fault] > 0 for fault in FAULTS)
    assert requests == found.requests <= count + found.retries
    assert max(server.seen.values()) <= QUICK.tries
    assert server.most_at_once <= 8
    assert Memory(tmp_path, name, "en", "de").load() == found.entries


JOB = """
import sys
from pathlib import Path
from isogloss.retry import Retry
from isogloss.translation.providers.libretranslate import LibreTranslateProvider
from isogloss.translation.translate import translate
url, folder, units = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]).read_text().splitlines()
retry = Retry(tries=12, base=0.005)
translate(units, LibreTranslateProvider(url, retry), "en", "de", folder, jobs=4, retry=retry)
"""


def test_after_sigkill_only_what_is_missing_is_sent(server, tmp_path):
    server.faults = 0.3
    units = made_units(600)
    (tmp_path / "units").write_text("\n".join(units))
    job = [sys.executable, "-c", JOB, server.url, str(tmp_path / "tm"), str(tmp_path / "units")]
    process = subprocess.Popen(job, cwd=ROOT, stderr=subprocess.DEVNULL)
    while len(server.seen) < 200 and process.poll() is None:
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    process.wait(60)
    memory = Memory(tmp_path / "tm", "libretranslate", "en", "de")
    kept = set(memory.load())
    assert 100 < len(kept) < 400
    # All that was answered is there, but for what was under way in the four threads.
    assert len(set(server.seen) - kept) <= 2 * 4
    server.seen.clear()
    assert subprocess.run(job, cwd=ROOT, stderr=subprocess.DEVNULL, timeout=120).returncode == 0
    assert set(server.seen) == set(units) - kept
    server.seen.clear()
    assert subprocess.run(job, cwd=ROOT, stderr=subprocess.DEVNULL, timeout=120).returncode == 0
    assert not server.seen
    assert {u: e.translation for u, e in memory.load().items()} == {
        unit: translation(unit, "de") for unit in units
    }


def run(server: TranslationServer, folder: Path, *texts: str, **how: object) -> Translations:
    provider = LibreTranslateProvider(server.url, QUICK)
    return translate(texts, provider, "en", "de", folder, retry=QUICK, **how)  # type: ignore[arg-type]


def test_units_go_out_once_and_only_if_there_is_something_to_translate(server, tmp_path):
    found = run(server, tmp_path, "cat ", "cat", " 42 ", "...", "\n", "dog", " cat")
    assert server.seen == Counter({"cat": 1, "dog": 1})
    assert [found.of(text) for text in (" cat\n", " 42 ", "dog")] == [
        " [de] tac\n",
        " 42 ",
        "[de] god",
    ]


def test_an_answer_equal_to_the_source_is_unchanged_and_no_translation(server, tmp_path):
    server.answers["Harry Potter"] = " Harry  Potter"
    found = run(server, tmp_path, "Harry Potter")
    assert found.of("Harry Potter") is None
    assert found.entries["Harry Potter"].status == "unchanged"
    run(server, tmp_path, "Harry Potter")
    assert server.seen == Counter({"Harry Potter": 1})


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("empty", "an empty answer"),
        ("page-as-translation", "an HTML page in place of a translation"),
        ("page", "not JSON"),
        ("429", "HTTP status 429"),
    ],
)
def test_a_lost_unit_stops_the_job_after_the_others_and_is_asked_again(
    server, tmp_path, fault, reason
):
    server.always["cat"] = fault
    with pytest.raises(IsoglossError, match=rf"1 of 3 units failed, the first 'cat': .*{reason}"):
        run(server, tmp_path, "cat", "dog", "bird")
    assert server.seen == Counter({"cat": QUICK.tries, "dog": 1, "bird": 1})
    del server.always["cat"]
    assert run(server, tmp_path, "cat", "dog", "bird").of("cat") == "[de] tac"
    assert server.seen == Counter({"cat": QUICK.tries + 1, "dog": 1, "bird": 1})


def test_a_lost_unit_can_be_left_out(server, tmp_path):
    server.always["cat"] = "400"
    found = run(server, tmp_path, "cat", "dog", on_failure="leave-out")
    assert found.of("cat") is None
    assert (found.count("failed"), found.count("translated")) == (1, 1)
    assert server.seen["cat"] == 1  # a refusal is not asked again


def test_html_in_the_source_is_no_error_page(server, tmp_path):
    assert run(server, tmp_path, "the <title> tag").of("the <title> tag") == "[de] eht >eltit< gat"


def test_long_units_go_out_in_pieces(server, tmp_path):
    server.limit = 40
    unit = "One cat sat on a mat. 12. Two dogs ran off, and off. " + "x" * 50
    found = run(server, tmp_path, unit)
    assert all(len(text) <= 40 for text in server.seen)
    assert found.of(unit) == (
        "[de] enO tac tas no a .tam .21 [de] owT sgod nar ,ffo dna .ffo "
        f"[de] {'x' * 39}[de] {'x' * 11}"
    )
    assert found.requests == 4


def test_a_piece_that_fails_or_comes_back_fails_its_unit(server, tmp_path):
    server.limit = 20
    server.always["Two dogs."] = "400"
    server.answers["Four birds."] = "Four birds."
    lost, same = "One cat came here. Two dogs.", "Three cats came up. Four birds."
    found = run(server, tmp_path, lost, same, on_failure="leave-out")
    assert (found.entries[lost].reason or "").startswith("piece of 9 characters: HTTP status 400")
    assert found.entries[same].reason == "piece of 11 characters: came back unchanged"


def test_a_pause_asked_of_one_holds_for_all(server, tmp_path):
    server.always["cat"], server.retry_after = "429", "1"
    start = time.monotonic()
    retry = Retry(tries=2, base=0.005)
    provider = LibreTranslateProvider(server.url)
    translate(["cat", *made_units(20)], provider, "en", "de", tmp_path, jobs=1, retry=retry,
              on_failure="leave-out")  # fmt: skip
    assert 2.0 <= time.monotonic() - start < 5


def test_a_pause_that_is_too_long_stops_the_job_and_keeps_what_is_done(server, tmp_path):
    units = made_units(50)
    server.always[units[30]], server.retry_after = "429", "86400"
    with pytest.raises(IsoglossError, match="asks to wait 86400 s, longer than the 600 s allowed"):
        run(server, tmp_path, *units)
    kept = set(Memory(tmp_path, "libretranslate", "en", "de").load())
    assert kept == set(server.seen) - {units[30]}
    assert len(kept) >= 29


def test_a_service_that_is_down_stops_the_job_soon(server, tmp_path):
    units = made_units(500)
    server.always = dict.fromkeys(units, "500")
    with pytest.raises(IsoglossError, match=r"failed in a row for good.*HTTP status 500"):
        run(server, tmp_path, *units)
    assert len(server.seen) <= LOST_IN_A_ROW + 8


class Batched:
    """A local provider that takes three texts at a time and loses answers by plan."""

    name, version, batch = "batched", "1", 3

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def check(self, source: str, target: str) -> None:
        pass

    def fits(self, text: str) -> bool:
        return True

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[str | Failure]:
        self.asked.append(list(texts))
        if len(self.asked) == 1:
            raise Interrupted("later")
        first: str | Failure = "" if len(self.asked) == 2 else Failure("repeats itself")
        return [first if text == "a" else text.upper() + "!" for text in texts]


def test_of_a_batch_only_what_is_open_is_asked_again(tmp_path):
    provider = Batched()
    found = translate(
        "abcd", provider, "en", "de", tmp_path, jobs=1, retry=QUICK, on_failure="leave-out"
    )
    assert provider.asked == [["a", "b", "c"], ["a", "b", "c"], ["a"], ["d"]]
    assert [found.of(text) for text in "abcd"] == [None, "B!", "C!", "D!"]
    assert found.entries["a"] == Entry(
        "batched", "en", "de", "a", None, "failed", "1", "repeats itself"
    )
    assert (found.requests, found.retries) == (4, 2)


def test_a_language_is_not_translated_into_itself(tmp_path):
    with pytest.raises(IsoglossError, match="source and target language are both 'en'"):
        translate(["cat"], Batched(), "en", "en", tmp_path)
