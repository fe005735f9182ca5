"""Downloads against a real server on loopback that misbehaves on request."""

import hashlib
import itertools
import json
import logging
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path

import pytest
import yaml

from isogloss.errors import IsoglossError
from isogloss.sources.download import CHUNK, Retry
from isogloss.sources.fetch import fetch
from isogloss.sources.manifest import Download
from tests.download_server import CONTENT, Answer, Server

ROOT = Path(__file__).resolve().parents[2]
OTHER = random.Random(2).randbytes(len(CONTENT))
HALF = 5 * CHUNK
QUICK = Retry(tries=4, base=0.01, connect_timeout=5, read_timeout=5)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv("ISOGLOSS_MIRROR", raising=False)
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "out" / "data.bin"


def entry(server: Server) -> Download:
    return Download(
        url=server.url,
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        bytes=len(CONTENT),
        mirror="set/data.bin",
    )


def got(server: Server, target: Path, retry: Retry = QUICK) -> None:
    """Fetch, and check that the right file is there and nothing else."""
    fetch(entry(server), target, root=target.parent, retry=retry)
    assert target.read_bytes() == CONTENT
    assert list(target.parent.iterdir()) == [target]


def failed(server: Server, target: Path, message: str, retry: Retry = QUICK) -> None:
    with pytest.raises(IsoglossError, match=message):
        fetch(entry(server), target, root=target.parent, retry=retry)
    assert not target.exists()


def until_part_has(target: Path, size: int) -> None:
    part = target.with_name("data.bin.part")
    end = time.monotonic() + 20
    while not (part.exists() and part.stat().st_size >= size):
        if time.monotonic() > end:
            raise TimeoutError(f"{part} did not reach {size} bytes")
        time.sleep(0.005)


def left(target: Path, content: bytes, **note: str | None) -> None:
    """Put there what an interrupted download would have left."""
    target.parent.mkdir(exist_ok=True)
    target.with_name("data.bin.part").write_bytes(content)
    if note:
        target.with_name("data.bin.part.json").write_text(json.dumps(note))


def note_of(server: Server, etag: str | None = '"v1"') -> dict[str, str | None]:
    return {"url": server.url, "sha256": entry(server).sha256, "etag": etag}


def test_a_good_server_is_asked_once(server: Server, target: Path) -> None:
    got(server, target)
    assert [(seen.range, seen.sent) for seen in server.seen] == [(None, len(CONTENT))]


# Interruptions within one run


@pytest.mark.parametrize("reset", [True, False], ids=["reset", "truncated"])
def test_only_missing_bytes_are_sent_again(server: Server, target: Path, reset: bool) -> None:
    half = Answer(stop_after=HALF, before_stop=lambda: until_part_has(target, HALF), reset=reset)
    server.plan = [half]
    got(server, target)
    first, second = server.seen
    assert (first.range, first.sent) == (None, HALF)
    assert (second.range, second.if_range) == (f"bytes={HALF}-", '"v1"')
    assert second.sent == len(CONTENT) - HALF


def test_progress_over_many_interruptions(server: Server, target: Path) -> None:
    server.plan = [Answer(stop_after=3 * CHUNK) for _ in range(3)]
    got(server, target)
    assert len(server.seen) == 4
    starts = [int((seen.range or "bytes=0-")[6:-1]) for seen in server.seen]
    assert starts == sorted(set(starts))


def test_tries_are_bounded_and_the_part_is_kept(server: Server, target: Path) -> None:
    server.plan = [Answer(stop_after=HALF)] + [Answer(stop_after=0) for _ in range(3)]
    failed(server, target, r"not downloaded after 4 tries, .*as set/data\.bin and set ISOGLOSS")
    assert len(server.seen) == 4
    part = target.with_name("data.bin.part")
    assert CONTENT.startswith(part.read_bytes())
    kept = part.stat().st_size
    assert kept >= HALF - CHUNK
    got(server, target)
    assert server.seen[-1].sent == len(CONTENT) - kept


def test_a_stalled_server_is_asked_again(server: Server, target: Path) -> None:
    wait = threading.Event()

    def stall() -> None:
        until_part_has(target, HALF)
        wait.wait(20)

    server.plan = [Answer(stop_after=HALF, before_stop=stall)]
    got(server, target, Retry(tries=2, base=0.01, read_timeout=1.0))
    wait.set()
    assert server.seen[1].sent == len(CONTENT) - HALF


def test_no_server_at_all(server: Server, target: Path) -> None:
    nowhere = Download(
        url="http://127.0.0.1:9/data.bin", sha256="0" * 64, bytes=1, mirror="data.bin"
    )
    with pytest.raises(IsoglossError, match=r"127\.0\.0\.1:9/.*after 2 tries.*refused"):
        fetch(nowhere, target, root=target.parent, retry=Retry(tries=2, base=0.01))
    assert list(target.parent.iterdir()) == []


# Statuses


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_server_errors_pass(
    server: Server, target: Path, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    server.plan = [Answer(status=status, content=b"sorry") for _ in range(2)]
    got(server, target)
    assert len(server.seen) == 3
    assert f"HTTP status {status}" in caplog.text
    assert "try 3 of 4" in caplog.text


def test_back_off_grows(server: Server, target: Path) -> None:
    server.plan = [Answer(status=500, content=b"") for _ in range(3)]
    got(server, target, Retry(tries=4, base=0.2))
    times = [seen.time for seen in server.seen]
    pauses = [after - before for before, after in itertools.pairwise(times)]
    for pause, least in zip(pauses, [0.1, 0.2, 0.4], strict=True):
        assert pause >= least


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_honoured(server: Server, target: Path, status: int, form: str) -> None:
    # A date has whole seconds, so that 2 s ahead is at least 1 s ahead.
    value = "1" if form == "seconds" else formatdate(time.time() + 2, usegmt=True)
    server.plan = [Answer(status=status, headers={"Retry-After": value}, content=b"")]
    got(server, target)
    first, second = server.seen
    assert 0.9 <= second.time - first.time < 5


def test_retry_after_that_is_too_long_is_an_error(server: Server, target: Path) -> None:
    server.plan = [Answer(status=429, headers={"Retry-After": "86400"}, content=b"")]
    failed(server, target, r"HTTP status 429 .* asks to wait 86400 s, longer than the 600 s")
    assert len(server.seen) == 1


@pytest.mark.parametrize("status", [204, 400, 401, 403, 404, 410])
def test_other_statuses_fail_at_once(server: Server, target: Path, status: int) -> None:
    server.plan = [Answer(status=status, content=b"")]
    failed(server, target, rf"v1/data\.bin: HTTP status {status} .*check the url")
    assert len(server.seen) == 1
    assert list(target.parent.iterdir()) == []


# Wrong content


def test_a_wrong_checksum_leaves_nothing(server: Server, target: Path) -> None:
    server.plan = [Answer(content=OTHER)]
    found = hashlib.sha256(OTHER).hexdigest()
    failed(server, target, rf"wrong content: expected sha256 {entry(server).sha256}.*{found}")
    assert len(server.seen) == 1
    assert list(target.parent.iterdir()) == []


@pytest.mark.parametrize("content", [CONTENT[:-1], CONTENT + b"!"], ids=["shorter", "longer"])
def test_a_wrong_size_is_noticed_before_the_body(
    server: Server, target: Path, content: bytes
) -> None:
    server.plan = [Answer(content=content)]
    failed(server, target, rf"expected {len(CONTENT)} bytes, found {len(content)} bytes")
    assert list(target.parent.iterdir()) == []


def test_a_compressed_answer_is_refused(server: Server, target: Path) -> None:
    server.plan = [Answer(headers={"Content-Encoding": "gzip"})]
    failed(server, target, r"sent with Content-Encoding gzip")


# What an earlier process left


def test_an_earlier_process_is_continued(server: Server, target: Path) -> None:
    left(target, CONTENT[:1000], **note_of(server))
    got(server, target)
    assert [seen.sent for seen in server.seen] == [len(CONTENT) - 1000]


def test_a_complete_part_needs_no_request(server: Server, target: Path) -> None:
    left(target, CONTENT, **note_of(server))
    got(server, target)
    assert server.seen == []


def test_a_server_without_ranges_starts_from_zero(
    server: Server, target: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    left(target, OTHER[:1000], **note_of(server))
    server.plan = [Answer(ranges=False)]
    got(server, target)
    assert (server.seen[0].range, server.seen[0].sent) == ("bytes=1000-", len(CONTENT))
    assert "sends the whole file, starting from zero" in caplog.text


@pytest.mark.parametrize("field_", ["url", "sha256"])
def test_a_part_of_another_version_is_dropped(server: Server, target: Path, field_: str) -> None:
    left(target, OTHER[:1000], **(note_of(server) | {field_: "another"}))
    got(server, target)
    assert [(seen.range, seen.sent) for seen in server.seen] == [(None, len(CONTENT))]


@pytest.mark.parametrize("note", [None, '{"url": "htt', "[]"], ids=["none", "torn", "other"])
def test_a_part_of_unknown_origin_is_dropped(
    server: Server, target: Path, note: str | None
) -> None:
    left(target, OTHER[:1000])
    if note is not None:
        target.with_name("data.bin.part.json").write_text(note)
    got(server, target)
    assert [seen.range for seen in server.seen] == [None]


def test_a_part_that_is_too_long_is_dropped(server: Server, target: Path) -> None:
    left(target, CONTENT + b"!", **note_of(server))
    got(server, target)
    assert [seen.range for seen in server.seen] == [None]


def test_if_range_keeps_versions_apart(server: Server, target: Path) -> None:
    left(target, OTHER[:1000], **note_of(server, '"v0"'))
    got(server, target)
    (seen,) = server.seen
    assert (seen.range, seen.if_range, seen.sent) == ("bytes=1000-", '"v0"', len(CONTENT))


@pytest.mark.parametrize("etag", ['"v0"', 'W/"v0"'])
def test_a_changed_etag_restarts(
    server: Server, target: Path, etag: str, caplog: pytest.LogCaptureFixture
) -> None:
    left(target, OTHER[:1000], **note_of(server, etag))
    server.plan = [Answer(if_range=False)]
    got(server, target)
    assert "the file changed at the server" in caplog.text
    assert [seen.range for seen in server.seen] == ["bytes=1000-", None]
    assert server.seen[0].if_range == (None if etag.startswith("W/") else etag)


def test_a_range_that_starts_elsewhere_restarts(
    server: Server, target: Path, caplog: pytest.LogCaptureFixture
) -> None:
    left(target, CONTENT[:1000], **note_of(server))
    server.plan = [Answer(status=206)]
    got(server, target)
    assert "the file changed at the server" in caplog.text
    assert [seen.range for seen in server.seen] == ["bytes=1000-", None]


def test_status_416_restarts(server: Server, target: Path) -> None:
    left(target, CONTENT[:1000], **note_of(server))
    server.plan = [Answer(status=416, content=b"")]
    got(server, target)
    assert [seen.range for seen in server.seen] == ["bytes=1000-", None]


def test_wrong_joined_bytes_are_not_the_last_word(server: Server, target: Path) -> None:
    left(target, OTHER[:1000], **note_of(server, None))
    server.plan = [Answer(etag=None)]
    got(server, target)
    assert [seen.range for seen in server.seen] == ["bytes=1000-", None]


# The script, killed


def test_a_killed_process_is_continued(server: Server, target: Path, tmp_path: Path) -> None:
    data_set = {
        "title": "A set",
        "licence": "MIT",
        "homepage": "https://example.org/set",
        "revision": "v1",
        "files": {"data.bin": entry(server).model_dump()},
    }
    manifest = tmp_path / "sources.yaml"
    manifest.write_text(yaml.safe_dump({"set": data_set}))
    (tmp_path / "mirror").mkdir()
    command = [sys.executable, str(ROOT / "workflow/scripts/fetch_source.py")]
    command += ["--manifest", str(manifest), "--root", str(ROOT), "--source", "set"]
    command += ["--file", "data.bin", "--output", str(target)]
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "ISOGLOSS_MIRROR": str(tmp_path / "mirror"),
    }
    stalled = threading.Event()
    server.plan = [Answer(stop_after=HALF, before_stop=lambda: stalled.wait(60))]

    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:
        until_part_has(target, HALF)
        process.send_signal(signal.SIGKILL)
    stalled.set()
    assert process.returncode == -signal.SIGKILL
    assert not target.exists()

    second = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert second.returncode == 0, second.stderr
    assert target.read_bytes() == CONTENT
    assert sorted(target.parent.iterdir()) == [target]
    assert [seen.range for seen in server.seen] == [None, f"bytes={HALF}-"]
    assert server.seen[1].sent == len(CONTENT) - HALF
    assert "set/data.bin: not in the mirror" in second.stderr
    assert "sha256 checked" in second.stderr

    server.plan = [Answer(status=404, content=b"")]
    target.unlink()
    third = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert third.returncode == 1
    assert f"error: {server.url}: HTTP status 404" in third.stderr
    assert "Traceback" not in third.stderr


# Entries that do not tell everything


def loose(server: Server, sha256: str | None = None) -> Download:
    return Download(url=server.url, sha256=sha256, bytes=None, mirror="set/data.bin")


def test_the_server_is_told_who_asks(server: Server, target: Path) -> None:
    got(server, target)
    assert (server.seen[0].agent or "").startswith("Isogloss/")


def test_a_file_of_unknown_size_is_resumed_and_checked(server: Server, target: Path) -> None:
    sha256 = hashlib.sha256(CONTENT).hexdigest()
    server.plan = [Answer(stop_after=HALF)]
    assert fetch(loose(server, sha256), target, root=target.parent, retry=QUICK) == (
        sha256,
        len(CONTENT),
    )
    assert [seen.range is None for seen in server.seen] == [True, False]
    target.unlink()
    server.plan = [Answer(content=OTHER)]
    with pytest.raises(IsoglossError, match=rf"wrong content: expected sha256 {sha256}, found"):
        fetch(loose(server, sha256), target, root=target.parent, retry=QUICK)
    assert list(target.parent.iterdir()) == []


def test_a_whole_part_of_unknown_size_is_not_downloaded_again(server: Server, target: Path) -> None:
    left(target, CONTENT, url=server.url, sha256=None, etag='"v1"')
    fetch(loose(server), target, root=target.parent, retry=QUICK)
    assert target.read_bytes() == CONTENT
    assert [(seen.range, seen.sent) for seen in server.seen] == [(f"bytes={len(CONTENT)}-", 0)]


@pytest.mark.parametrize("etag", ['"v1"', 'W/"v1"', None])
def test_only_a_strong_etag_joins_parts_of_unknown_content(
    server: Server, target: Path, etag: str | None
) -> None:
    server.plan = [Answer(stop_after=HALF, etag=etag), Answer(etag=etag)]
    fetch(loose(server), target, root=target.parent, retry=QUICK)
    assert target.read_bytes() == CONTENT
    assert (server.seen[1].range is not None) == (etag == '"v1"')


def test_a_short_body_of_unknown_content_is_noticed(server: Server, target: Path) -> None:
    server.plan = [Answer(stop_after=HALF)] + [Answer(stop_after=0) for _ in range(3)]
    with pytest.raises(IsoglossError, match="not downloaded after 4 tries"):
        fetch(loose(server), target, root=target.parent, retry=QUICK)
    assert not target.exists()


def test_nothing_at_all_to_tell_a_part_from_the_whole(server: Server, target: Path) -> None:
    server.plan = [Answer(length=False)]
    with pytest.raises(IsoglossError, match="a part cannot be told from the whole"):
        fetch(loose(server), target, root=target.parent, retry=QUICK)
    server.plan = [Answer(length=False)]
    fetch(loose(server, hashlib.sha256(CONTENT).hexdigest()), target, root=target, retry=QUICK)
    assert target.read_bytes() == CONTENT
