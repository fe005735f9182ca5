"""Apertium's own programs and data, as Debian has them.

Where a test says that they are missing, so does the error: it names the packages to install.
"""

import contextlib
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from isogloss.errors import IsoglossError
from isogloss.retry import Interrupted, Retry
from isogloss.translation.providers import apertium_modes
from isogloss.translation.providers.apertium import ApertiumProvider
from isogloss.translation.providers.apertium_stream import Unreadable, decode, encode
from isogloss.translation.providers.protocol import Failure
from isogloss.translation.translate import translate
from tests.demo_text import demo_units

# With a word that the tagger was not trained on ("light blue"), after which it took unknown words
# for something else, for as long as it ran.
SPOILING = "The away kit included light blue shirts with white sleeves"
SPOILED = "Taft was sent back to Leicester after he fell behind McGurk"


@pytest.fixture(scope="module")
def provider() -> Iterator[ApertiumProvider]:
    made = ApertiumProvider()
    for target in ("es", "fr", "it"):
        made.check("en", target)
    yield made
    made.close()


@pytest.fixture(scope="module")
def units() -> list[str]:
    return demo_units()


def spaced(text: str) -> str:
    return " ".join(text.split())


def official(text: str, *modes: str) -> str:
    """Translate with the command that the package brings, one process for one text."""
    for mode in modes:
        text = subprocess.run(
            ["apertium", "-u", mode], input=text, capture_output=True, text=True, check=True
        ).stdout
    return spaced(text)


def test_it_answers_as_the_command_of_the_package(provider, units):
    chosen = [u for u in random.Random(3).sample(units, 25) if u[-1].isalpha() and "@" not in u]
    assert len(chosen) > 15
    for target, *modes in (("es", "eng-spa"), ("fr", "eng-spa", "es-fr")):
        answers = provider.translate(chosen, "en", target)
        assert [spaced(answer) for answer in answers] == [official(u, *modes) for u in chosen]


@pytest.mark.parametrize(("target", "last"), [("es", "del"), ("fr", "du"), ("it", "del")])
def test_the_last_words_of_a_chunk_are_not_lost(provider, target, last):
    (answer,) = provider.translate(["Davies missed only five of the"], "en", target)
    assert answer.split()[-1] == last


@pytest.mark.parametrize("target", ["es", "fr", "it"])
def test_many_units_at_once_are_not_mixed_up(provider, units, tmp_path, target):
    """Four at a time, in batches: each answer is that to its unit alone, in another order."""
    some = units[:2000]
    found = translate(some, provider, "en", target, tmp_path, jobs=4, on_failure="leave-out")
    assert list(found.entries) == some
    # The same words alone, by other programs that have seen other texts before.
    fresh = ApertiumProvider()
    check = random.Random(5).sample(some, 300)
    for unit, answer in zip(
        check, (fresh.translate([u], "en", target)[0] for u in check), strict=True
    ):
        entry = found.entries[unit]
        if isinstance(answer, Failure):
            assert entry.reason == answer.reason
        else:
            assert answer == (entry.translation or unit)
    fresh.close()


@pytest.mark.parametrize("target", ["es", "fr", "it"])
def test_no_mark_and_no_code_of_the_programs_is_left(provider, units, target):
    plain = [unit for unit in units if not re.search(r"[*@#~<>^$/\\\[\]{}]", unit)]
    assert len(plain) > 3000
    answers = provider.translate(plain, "en", target)
    lost = [answer for answer in answers if isinstance(answer, Failure)]
    assert len(lost) < 5
    for answer in answers:
        if isinstance(answer, str):
            assert not re.search(r"[*@#~<>^$/\\\[\]{}\ue000-\uf8ff]", answer)
            assert answer == spaced(answer)


def test_words_are_counted_by_what_became_of_them():
    fresh = ApertiumProvider()
    fresh.translate(["I saw the qwertzu dog in the 1960s by zxcvbn"], "en", "es")
    counts = fresh.counts["eng-spa"]
    assert counts == {"words": 10, "unknown": 2, "untranslated": 1}
    assert fresh.remarks() == [
        "apertium eng-spa: 10 words, of which 2 unknown, 1 untranslated, 0 uninflected"
    ]
    fresh.close()


@pytest.mark.parametrize("target", ["es", "fr", "it"])
@pytest.mark.parametrize(
    "format",
    [
        *("@-@", "@,@", "@.@", "<unk>", "[", "]", "^", "$", "/", "\\", "{", "}", "*", "@", "#"),
        *("~", "+", "<", ">", "\\n", "<b>", "</b>", "^x$", "[0]", "]]", "[[", "a*b", "C#", "C++"),
        *("x@y.org", "&amp;", "\n", "\t", "  ", "\r\n", "\xa0", "\u2028", "😀", "猫", "\u200b"),
    ],
)
def test_special_characters_survive(provider, format, target):
    """All of them, in the order of the text."""
    special = {character for character in format if not character.isalnum() and character != " "}
    dog = {"es": "perro", "fr": "chien", "it": "cane"}[target]
    for text in (f"the dog {format} the house", f"dog{format}house", f"{format} the dog {format}"):
        (answer,) = provider.translate([text.strip()], "en", target)
        kept = [character for character in answer if character in special]
        assert kept == [character for character in text.strip() if character in special]
        assert dog in answer or "dog" not in text.split()


def test_white_space_stays_as_it_is(provider):
    (answer,) = provider.translate(["the dog  sleeps\n\tthe house"], "en", "es")
    assert answer == "El perro  duerme\n\tla casa"


@pytest.mark.parametrize("character", ["\0", "\uf8f0", "\ud800"])
def test_what_cannot_be_sent_is_a_failure(provider, character):
    answers = provider.translate(["the dog", f"the {character} dog", "the house"], "en", "es")
    assert answers == [
        "El perro",
        Failure(f"the character U+{ord(character):04X} cannot be sent to apertium"),
        "La casa",
    ]


def test_a_unit_of_which_nothing_is_left_is_a_failure(provider):
    answers = provider.translate(["will", "the dog"], "en", "fr")
    assert answers == [Failure("eng-spa: no word is left of it"), "Le chien"]


def test_answers_do_not_depend_on_what_came_before(provider):
    (alone,) = provider.translate([SPOILED], "en", "es")
    fresh = ApertiumProvider()
    assert fresh.translate([SPOILING, SPOILED], "en", "es")[1] == alone
    assert fresh.translate([SPOILED], "en", "es") == [alone]
    assert official(SPOILED, "eng-spa") == alone
    fresh.close()


def test_a_moved_blank_is_seen():
    unit = encode("the dog  sleeps", 3)
    assert unit == "[3]the dog[  ]sleeps[].[]"
    assert decode("[3]el perro[  ]duerme[].[]", unit).text == "el perro  duerme"
    for answer in ("[3]el perro duerme[].[]", "[  ]el perro[3]duerme[].[]", "[3]el[  ]perro[]."):
        with pytest.raises(Unreadable, match="lost or moved"):
            decode(answer, unit)


def children(name: str) -> list[int]:
    """Return the running children of this process with this name."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # ended meanwhile
            pid, command, state, parent = re.match(
                r"(\d+) \((.*)\) (\S) (\d+)", path.read_text()
            ).groups()
            if command == name[:15] and int(parent) == os.getpid() and state != "Z":
                found.append(int(pid))
    return found


@pytest.mark.parametrize("program", ["lt-proc", "apertium-tagger", "lrx-proc", "apertium-transfer"])
def test_killed_programs_are_replaced(provider, units, tmp_path, program):
    some = units[:2500]
    expected = provider.translate(some, "en", "es")
    victim = ApertiumProvider()
    killed = []
    done = threading.Event()
    others = set(children(program))

    def kill() -> None:
        # Twice, after some progress: a third time could be too often for one unit.
        while not done.wait(0.02) and len(killed) < 2:
            sent = victim.counts.get("eng-spa", {}).get("words", 0)
            for child in sorted(set(children(program)) - others)[-1:]:
                if sent > 1000 * (1 + len(killed)):
                    with contextlib.suppress(ProcessLookupError):  # replaced meanwhile
                        os.kill(child, signal.SIGKILL)
                        killed.append(child)

    killer = threading.Thread(target=kill)
    killer.start()
    quick = Retry(tries=20, base=0.01)
    found = translate(
        some, victim, "en", "es", tmp_path, jobs=2, retry=quick, on_failure="leave-out"
    )
    done.set()
    killer.join()
    victim.close()
    assert len(killed) == 2
    for unit, answer in zip(some, expected, strict=True):
        entry = found.entries[unit]
        assert entry.reason == (answer.reason if isinstance(answer, Failure) else None)
        if isinstance(answer, str):
            assert (entry.translation or unit) == answer


FAULTY = """#!{python}
import os, signal, sys, time
for line in iter(lambda: sys.stdin.buffer.read1(65536), b""):
    if b"crashword" in line:
        os.kill(os.getpid(), signal.SIGSEGV)
    if b"hangword" in line:
        time.sleep(60)
    if b"doubleword" in line:
        line = b"\\0" + line
    sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()
"""


@pytest.fixture
def faulty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ApertiumProvider]:
    """A provider one of whose programs goes wrong by the words it reads."""
    program = tmp_path / "bin/apertium-pretransfer"
    program.parent.mkdir()
    program.write_text(FAULTY.format(python=sys.executable))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    made = ApertiumProvider(timeout=2)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("crashword", "eng-spa: apertium-pretransfer ended by SIGSEGV"),
        ("hangword", "eng-spa: no answer for 2 s"),
        ("doubleword", "eng-spa: answers that are not one to each text"),
    ],
)
def test_a_text_that_breaks_the_programs_fails_alone(faulty, word, reason):
    texts = ["the dog", f"the {word} dog", "the house"]
    assert faulty.translate(texts, "en", "es") == ["El perro", Failure(reason), "La casa"]
    with pytest.raises(Interrupted, match=reason):
        faulty.translate([texts[1]], "en", "es")
    with pytest.raises(Interrupted, match=reason):
        faulty.translate([texts[1]] * 2, "en", "es")
    assert faulty.translate(["the dog"], "en", "es") == ["El perro"]


def test_no_program_is_left_running(units):
    before = set(children("lt-proc"))
    made = ApertiumProvider()
    made.translate(units[:10], "en", "es")
    assert set(children("lt-proc")) > before
    made.close()
    assert set(children("lt-proc")) == before
    made.translate(units[:10], "en", "es")
    del made
    deadline = time.monotonic() + 30
    while set(children("lt-proc")) > before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert set(children("lt-proc")) == before


@pytest.mark.parametrize("locale", ["C", "POSIX", "de_DE.ISO-8859-1"])
def test_the_locale_does_not_matter(provider, monkeypatch, locale):
    text = ["the dog – “naïve” – sleeps in the café"]
    monkeypatch.setenv("LC_ALL", locale)
    fresh = ApertiumProvider()
    assert fresh.translate(text, "en", "es") == provider.translate(text, "en", "es")
    fresh.close()


@pytest.mark.parametrize(("source", "target"), [("en", "de"), ("de", "en"), ("en", "en")])
def test_other_languages_are_an_error(provider, source, target):
    with pytest.raises(IsoglossError, match=f"from '{source}' to '{target}', only between en, es"):
        provider.check(source, target)


def test_back_translation_is_possible(provider):
    for source, text in (("es", "El perro duerme."), ("fr", "Le chien dort."), ("it", "Il cane.")):
        provider.check(source, "en")
        (answer,) = provider.translate([text], source, "en")
        assert "dog" in answer


def test_a_missing_package_is_named_with_the_command_to_install_it(tmp_path, monkeypatch):
    command = "apt-get install apertium-eng-spa apertium-fr-es apertium-spa-ita cg3"
    empty = ApertiumProvider(tmp_path)
    with pytest.raises(
        IsoglossError, match=rf"eng-spa.mode is missing.* apertium-eng-spa .*{command}"
    ):
        empty.check("en", "fr")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(IsoglossError, match=rf"lt-proc is missing.* package lttoolbox .*{command}"):
        ApertiumProvider().check("en", "es")


def test_a_mode_with_a_missing_file_or_another_form_is_an_error(tmp_path):
    text = (Path(apertium_modes.FOLDER) / "modes/eng-spa.mode").read_text()
    mode = tmp_path / "modes/eng-spa.mode"
    mode.parent.mkdir()
    for changed, message in (
        (text.replace("eng-spa.prob", "gone.prob"), r"gone\.prob is missing"),
        (text.replace("| apertium-pretransfer", "| tr a b"), "tr a b: not known to answer"),
        (text.replace("| apertium-pretransfer", "> out"), "not known to answer"),
    ):
        mode.write_text(changed)
        with pytest.raises(IsoglossError, match=message):
            ApertiumProvider(tmp_path).check("en", "es")


def test_the_version_holds_the_packages_or_the_files(provider, tmp_path):
    for package in ("apertium", "apertium-eng-spa", "apertium-fr-es", "apertium-spa-ita"):
        query = ["dpkg-query", "--show", "--showformat=${Version}", package]
        number = subprocess.run(query, capture_output=True, text=True, check=True).stdout
        assert f"{package} {number}" in provider.version.split(", ")
    mode = tmp_path / "modes/eng-spa.mode"
    mode.parent.mkdir()
    text = (Path(apertium_modes.FOLDER) / "modes/eng-spa.mode").read_text()
    mode.write_text(text)
    first = ApertiumProvider(tmp_path)
    assert re.fullmatch("apertium, files with sha256 [0-9a-f]{64}", first.version)
    assert ApertiumProvider(tmp_path).version == first.version
    mode.write_text(text.replace("lrx-proc -m", "lrx-proc"))
    assert ApertiumProvider(tmp_path).version != first.version
    assert first.translate(["the dog"], "en", "es") == ["El perro"]
    first.close()


def test_long_texts_do_not_fit(provider):
    assert provider.fits("a" * 5000)
    assert not provider.fits("a" * 5001)
