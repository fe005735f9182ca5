"""Locking a manifest, and files that come from the repository or a mirror."""

import hashlib
import logging
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from isogloss.errors import IsoglossError
from isogloss.progress import progress
from isogloss.sources.access import Access
from isogloss.sources.entries import Shipped
from isogloss.sources.fetch import fetch
from isogloss.sources.lock import lock
from isogloss.sources.manifest import load_manifest
from tests.archives import zip_of
from tests.download_server import Server
from tests.manifests import (
    CONTENT,
    LOCKED,
    MANIFEST,
    ORIGINS,
    ROOT,
    SHA256,
    placed,
    published,
    written,
)

# Locking shipped files


def test_lock_changes_checksums_and_nothing_else(tmp_path: Path) -> None:
    path = written(tmp_path, MANIFEST)
    placed(tmp_path, "data/two.json", b"changed")
    placed(tmp_path, "data/three.json")
    assert lock(path, "shipped", root=tmp_path) == 2
    changed = (
        f"path: data/two.json\n      sha256: {hashlib.sha256(b'changed').hexdigest()}\n"
        "      bytes: 7\n"
    )
    before, after = LOCKED.split("    two.json:\n")
    expected = (
        before
        + "    two.json:\n      "
        + changed
        + "    three.json:\n"
        + after.split("    three.json:\n")[1]
    )
    text = path.read_text(encoding="utf-8")
    # The comment behind a path moves to the end of what is added there.
    assert text.replace("  # without checksum", "") == expected
    assert load_manifest(path).entry("shipped", "three.json").sha256 == SHA256
    assert lock(path, "shipped", root=tmp_path) == 2
    assert path.read_text(encoding="utf-8") == text


def test_lock_explains_what_it_cannot_do(tmp_path: Path) -> None:
    path = written(tmp_path, MANIFEST)
    with pytest.raises(IsoglossError, match=r"'shiped' \(did you mean 'shipped'"):
        lock(path, "shiped", root=tmp_path)
    with pytest.raises(IsoglossError, match=r"'published' has no files with a path"):
        lock(path, "published", root=tmp_path)
    with pytest.raises(IsoglossError, match=r"data/two\.json: cannot be read"):
        lock(path, "shipped", root=tmp_path)
    placed(tmp_path, "data/two.json")
    braces = written(tmp_path, "shipped: {files: {two.json: {path: data/two.json}}}\n")
    with pytest.raises(IsoglossError, match=r"no sha256; add the key"):
        lock(braces, "shipped", root=tmp_path)


def test_lock_pins_what_is_published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    packed = zip_of([("x/four.txt", CONTENT)])
    with Server() as server:
        server.files = {"/x.zip": packed, "/one.json": CONTENT}
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        text = ORIGINS.replace("https://example.org/x.zip", f"{server.root}/x.zip")
        text += MANIFEST.split("shipped:")[0]
        text = text.replace("https://example.org/0123abc", server.root)
        loose = re.sub(rf"{SHA256}\n      bytes: \d+", "null  # later\n      bytes: null", text)
        path = written(tmp_path, loose)
        access = Access(tmp_path, kept=tmp_path / "kept")
        assert lock(path, "taken", root=tmp_path, access=access) == 1
        assert lock(path, "published", root=tmp_path, access=access) == 1
        for source in ("taken", "published"):
            with pytest.raises(IsoglossError, match="nothing else that is not pinned"):
                lock(path, source, root=tmp_path, access=access)
        server.shutdown()
    pins = f"sha256: {hashlib.sha256(packed).hexdigest()}\n    bytes: {len(packed)}\n"
    expected = text.replace("sha256: null\n    bytes: null\n", pins, 1)
    assert path.read_text(encoding="utf-8").replace("  # later", "") == expected
    assert load_manifest(path).data_set("taken").pinned("four.txt")


def test_lock_command(tmp_path: Path) -> None:
    path = written(tmp_path, MANIFEST)
    placed(tmp_path, "data/two.json")
    placed(tmp_path, "data/three.json")
    command = [sys.executable, "-m", "isogloss.sources", "lock", "shipped"]
    command += ["--manifest", str(path), "--root", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert "2 files of shipped locked" in done.stderr
    assert load_manifest(path).entry("shipped", "three.json").bytes == len(CONTENT)


# Files from the repository and from a mirror


def test_a_shipped_file_is_copied(tmp_path: Path) -> None:
    placed(tmp_path, "data/two.json")
    entry = Shipped(path="data/two.json", sha256=SHA256, bytes=len(CONTENT))
    target = tmp_path / "results/deep/two.json"
    fetch(entry, target, root=tmp_path)
    assert target.read_bytes() == CONTENT
    assert list(target.parent.iterdir()) == [target]


def test_a_changed_or_missing_shipped_file_is_an_error(tmp_path: Path) -> None:
    entry = Shipped(path="data/two.json", sha256=SHA256, bytes=len(CONTENT))
    with pytest.raises(IsoglossError, match=r"data/two\.json: .*restore it"):
        fetch(entry, tmp_path / "out/two.json", root=tmp_path)
    placed(tmp_path, "data/two.json", b"changed")
    with pytest.raises(IsoglossError, match=r"data/two\.json: wrong content.*isogloss\.sources"):
        fetch(entry, tmp_path / "out/two.json", root=tmp_path)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_mirror_is_used_before_the_network(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    source = placed(tmp_path / "mirror", "set/one.json")
    target = tmp_path / "out/one.json"
    # Left by an interrupted download, before there was a mirror.
    placed(target.parent, "one.json.part", b"half")
    placed(target.parent, "one.json.part.json", b"{}")
    fetch(published(), target, root=tmp_path, mirror=tmp_path / "mirror")
    assert target.read_bytes() == CONTENT
    assert list(target.parent.iterdir()) == [target]
    assert f"copied {source}" in caplog.text


def test_a_wrong_file_in_the_mirror_is_an_error(tmp_path: Path) -> None:
    source = placed(tmp_path / "mirror", "set/one.json", CONTENT.replace(b"Satz", b"Wort"))
    found = hashlib.sha256(source.read_bytes()).hexdigest()
    with pytest.raises(IsoglossError) as caught:
        fetch(published(), tmp_path / "out/one.json", root=tmp_path, mirror=tmp_path / "mirror")
    for part in (str(source), f"expected sha256 {SHA256}", f"found sha256 {found}", "replace the"):
        assert part in str(caught.value)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_mirror_that_is_no_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(IsoglossError, match=r"ISOGLOSS_MIRROR: .*absent does not exist"):
        fetch(published(), tmp_path / "one.json", root=tmp_path, mirror=tmp_path / "absent")


def test_a_target_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    placed(tmp_path / "mirror", "set/one.json")
    placed(tmp_path, "out", b"a file, not a folder")
    with pytest.raises(IsoglossError, match=r"out/one\.json: cannot be made: "):
        fetch(published(), tmp_path / "out/one.json", root=tmp_path, mirror=tmp_path / "mirror")


# Progress


def test_progress_in_a_log_is_plain_and_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(progress([3, 4, 5], "items")) == [3, 4, 5]
    with progress(4_000_000, "bytes", "B", initial=1_000_000) as bar:
        bar.update(3_000_000)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.isascii()
    assert "3/3" in captured.err
    assert "4.00M/4.00M" in captured.err
    assert max(len(line) for line in captured.err.replace("\r", "\n").splitlines()) <= 88
