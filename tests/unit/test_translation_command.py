"""The command for people, run as people run it."""

import subprocess
import sys
from pathlib import Path

import pytest
from translate.storage import tmx

from isogloss.translation.memory import Entry, add, load_all

ROOT = Path(__file__).parents[2]
ENTRIES = [
    Entry("google", "en", "de", "cat", "Katze", "translated", "1"),
    Entry("google", "en", "de", "dog", None, "failed", "1", "HTTP status 500 (6 tries)"),
    Entry("google", "en", "de", "fox", None, "failed", "1", "HTTP status 500 (6 tries)"),
    Entry("google", "en", "de", "owl", None, "failed", "1", "an empty answer (6 tries)"),
    Entry("google", "en", "es", "Paris", None, "unchanged", "1"),
    Entry("people", "en", "de", "cat", "Kater", "translated", "2"),
]


@pytest.fixture
def memory(tmp_path):
    assert add(tmp_path / "memory", ENTRIES) == (6, 0)
    return tmp_path / "memory"


def run(*arguments, code=0):
    done = subprocess.run(
        [sys.executable, "-m", "isogloss.translation", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


def test_the_report_counts_and_says_why(memory):
    assert [line.split() for line in run("report", "--memory", memory).splitlines()] == [
        ["provider", "languages", "units", "translated", "unchanged", "failed"],
        ["google", "en", "de", "4", "1", "0", "3"],
        ["failed", "2:", "HTTP", "status", "500", "(6", "tries)"],
        ["failed", "1:", "an", "empty", "answer", "(6", "tries)"],
        ["google", "en", "es", "1", "0", "1", "0"],
        ["people", "en", "de", "1", "1", "0", "0"],
    ]


@pytest.mark.parametrize("kind", ["tmx", "parquet"])
def test_what_is_exported_can_be_imported(memory, tmp_path, kind):
    file = tmp_path / f"out.{kind}"
    count = 2 if kind == "tmx" else 6
    assert f"out.{kind}: {count} units" in run("export", "--memory", memory, f"--{kind}", file)
    other = tmp_path / "other"
    assert f"{count} units added, 0 were known" in run(
        "import", "--memory", other, f"--{kind}", file
    )
    assert f"0 units added, {count} were known" in run(
        "import", "--memory", other, f"--{kind}", file
    )
    kept = [entry for entry in ENTRIES if kind == "parquet" or entry.status == "translated"]
    assert list(load_all(other)) == kept


def test_a_part_can_be_exported(memory, tmp_path):
    file = tmp_path / "out.tmx"
    chosen = ["--provider", "people", "--target", "de", "fr"]
    assert "1 units" in run("export", "--memory", memory, "--tmx", file, *chosen)
    with file.open("rb") as opened:
        units = tmx.tmxfile(opened, "en", "de").units
    assert [(unit.source, unit.target) for unit in units] == [("cat", "Kater")]


def test_mistakes_are_explained(memory, tmp_path):
    missing = run("report", "--memory", tmp_path / "none", code=1)
    assert f"error: --memory: no folder {tmp_path / 'none'}" in missing
    assert "Traceback" not in missing
    both = ["--memory", memory, "--parquet", tmp_path / "x", "--provider", "p"]
    assert "--provider: goes with --tmx" in run("import", *both, code=1)
    assert "one of the arguments --tmx --parquet is required" in run(
        "export", "--memory", memory, code=2
    )
    for command in ("report", "export", "import"):
        assert "folder of the memory" in run(command, "--help")
