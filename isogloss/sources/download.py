"""Download one file over HTTP(S): resumed after interruptions, retried, checked, then renamed.

Bytes go to `NAME.part` beside the target. `NAME.part.json` says which URL, checksum and ETag they
belong to, so that a later process, too, can go on where an earlier one was cut off, and never
joins bytes of two versions. Range requests follow RFC 9110, section 14.
"""

import json
import logging
import os
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

from isogloss.errors import IsoglossError
from isogloss.progress import progress
from isogloss.retry import Interrupted, Retry, reason_of, retry_after
from isogloss.sources.content import Content, agrees, content_of, expected
from isogloss.sources.entries import Download

if TYPE_CHECKING:
    import requests

log = logging.getLogger(__name__)

# Small, since bytes of an unfinished chunk are lost when a connection breaks.
CHUNK = 1 << 15

# Some servers refuse programs that do not say who they are.
USER_AGENT = "Isogloss/0.1 (research data; identifies itself; resumes and backs off)"


def part_of(target: Path) -> Path:
    """Return where bytes are collected before they become `target`."""
    return target.with_name(target.name + ".part")


def _note_of(target: Path) -> Path:
    return target.with_name(target.name + ".part.json")


def discard(target: Path) -> None:
    """Remove what an unfinished download of `target` has left."""
    part_of(target).unlink(missing_ok=True)
    _note_of(target).unlink(missing_ok=True)


def download(entry: Download, target: Path, retry: Retry) -> Content:
    """Download `entry` to `target`, going on from what an earlier try or process has left.

    Connection errors, time-outs, short bodies, 429 and 5xx are tried again, up to `retry.tries`
    requests in all; what has arrived by then is kept for the next run. Any other status, a wrong
    size and a wrong checksum raise IsoglossError at once, and leave nothing behind. A size or
    checksum that the entry does not give is not compared, but a short body is still noticed.
    """
    import requests

    if entry.url is None:
        raise IsoglossError(
            f"{entry.mirror}: is not published anywhere; put it into a mirror folder under this "
            "path and set ISOGLOSS_MIRROR"
        )
    with requests.Session() as session:
        session.headers["User-Agent"] = USER_AGENT
        for attempt in range(1, retry.tries + 1):
            try:
                fresh = not _complete(entry, target) and _request(session, entry, target, retry)
                return _finish(entry, target, fresh)
            except Interrupted as interruption:
                reason = str(interruption)
                pause = interruption.pause
            if pause > retry.longest_wait:
                raise IsoglossError(
                    f"{entry.url}: {reason}; the server asks to wait {pause:.0f} s, longer than "
                    f"the {retry.longest_wait:.0f} s allowed; run again later"
                )
            if attempt < retry.tries:
                pause = retry.pause(attempt, pause)
                log.warning(
                    "%s: %s; try %d of %d in %.1f s",
                    *(entry.url, reason, attempt + 1, retry.tries, pause),
                )
                time.sleep(pause)
    raise IsoglossError(
        f"{entry.url}: not downloaded after {retry.tries} tries, at the last: {reason}; run again "
        f"to go on, or put the file into a mirror folder as {entry.mirror} and set ISOGLOSS_MIRROR"
    )


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _complete(entry: Download, target: Path) -> bool:
    """Whether all bytes are there, as after a stop between the last byte and the renaming."""
    return _size(part_of(target)) == entry.bytes and _note(entry, target) is not None


def _note(entry: Download, target: Path) -> dict[str, str | None] | None:
    """Return the note on the partial file, or None when that is not of this entry."""
    try:
        note = json.loads(_note_of(target).read_text(encoding="utf-8"))
        if (note["url"], note["sha256"]) == (entry.url, entry.sha256):
            return {"etag": note["etag"]}
    except (OSError, ValueError, KeyError, TypeError):
        pass  # no note, or one cut short: the bytes' origin is unknown
    return None


def _request(session: "requests.Session", entry: Download, target: Path, retry: Retry) -> bool:
    """Make one request and append what it brings; Interrupted when another may bring more.

    Returns whether all bytes came with this request.
    """
    import requests

    assert entry.url is not None
    note = _note(entry, target)
    # Where no checksum decides in the end, only a strong ETag says that two parts belong together.
    mixed = entry.sha256 is None and note is not None and not _strong(note["etag"])
    too_long = entry.bytes is not None and _size(part_of(target)) > entry.bytes
    if note is None or too_long or mixed:
        if _size(part_of(target)):
            log.info("%s: is of another version, starting from zero", part_of(target))
        discard(target)
    start = _size(part_of(target))
    etag = note["etag"] if note and start else None
    # Compressed answers cannot be resumed: ranges would count compressed bytes.
    headers = {"Accept-Encoding": "identity"}
    if start:
        headers["Range"] = f"bytes={start}-"
        if etag and _strong(etag):  # RFC 9110, 13.1.5: no weak ETag in If-Range
            headers["If-Range"] = etag
    try:
        with session.get(
            entry.url,
            headers=headers,
            stream=True,
            timeout=(retry.connect_timeout, retry.read_timeout),
        ) as response:
            if _ends_here(response, entry, start):
                return False
            _check_status(response, entry, target, start)
            if start and (response.status_code == 200 or not _continues(response, start, etag)):
                if response.status_code == 206:
                    discard(target)
                    raise Interrupted("the file changed at the server; starting from zero")
                log.info("%s: the server sends the whole file, starting from zero", entry.url)
                start = 0
            _receive(response, entry, target, start)
            return not start
    except (
        requests.ConnectionError,
        requests.Timeout,
        requests.exceptions.ChunkedEncodingError,
    ) as error:
        raise Interrupted(reason_of(error)) from error
    except requests.RequestException as error:
        raise IsoglossError(f"{entry.url}: cannot be downloaded: {error}") from error


def _strong(etag: str | None) -> bool:
    return etag is not None and not etag.startswith("W/")


def _ends_here(response: "requests.Response", entry: Download, start: int) -> bool:
    """Whether the answer says that the file of unknown size has just the bytes that we have."""
    total = response.headers.get("Content-Range", "").removeprefix("bytes */")
    return response.status_code == 416 and entry.bytes is None and start > 0 and total == str(start)


def _check_status(response: "requests.Response", entry: Download, target: Path, start: int) -> None:
    """Pass only answers that carry bytes of the file."""
    status = f"HTTP status {response.status_code} {response.reason}"
    if response.status_code == 429 or response.status_code >= 500:
        raise Interrupted(status, retry_after(response.headers.get("Retry-After", "")))
    if response.status_code == 416 and start:
        discard(target)
        raise Interrupted("the file is shorter at the server; starting from zero")
    if response.status_code not in ((200, 206) if start else (200,)):
        raise IsoglossError(
            f"{entry.url}: {status}; check the url in the manifest, or put the file into a mirror "
            f"folder as {entry.mirror} and set ISOGLOSS_MIRROR"
        )
    encoding = response.headers.get("Content-Encoding", "identity")
    if encoding != "identity":
        raise IsoglossError(
            f"{entry.url}: sent with Content-Encoding {encoding}, which was not asked for and "
            f"cannot be resumed; put the file into a mirror folder as {entry.mirror} and set "
            "ISOGLOSS_MIRROR"
        )
    length = response.headers.get("Content-Length", "")
    wrong = entry.bytes is not None and length.isdigit() and int(length) != entry.bytes
    if response.status_code == 200 and wrong:
        discard(target)
        raise IsoglossError(_wrong(entry, f"{entry.bytes} bytes", f"{length} bytes"))


def _continues(response: "requests.Response", start: int, etag: str | None) -> bool:
    """Whether a 206 answer carries on at byte `start` of the version that we have a part of."""
    match = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
    same = not etag or response.headers.get("ETag", etag) == etag
    return same and match is not None and int(match[1]) == start


def _receive(response: "requests.Response", entry: Download, target: Path, start: int) -> None:
    size = start
    total = entry.bytes or _announced(response, start)
    if total is None and entry.sha256 is None and "Transfer-Encoding" not in response.headers:
        raise IsoglossError(
            f"{entry.url}: the server tells no size and the manifest no checksum, so that a part "
            "cannot be told from the whole; add the checksum to the manifest"
        )
    with part_of(target).open("ab" if start else "wb") as part:
        if not start:
            note = {"url": entry.url, "sha256": entry.sha256, "etag": response.headers.get("ETag")}
            _note_of(target).write_text(json.dumps(note), encoding="utf-8")
        with progress(total or 0, target.name, "B", initial=start) as bar:
            for chunk in response.iter_content(CHUNK):
                part.write(chunk)
                part.flush()  # a killed process leaves all that it has received
                bar.update(len(chunk))
                size += len(chunk)
                if total is not None and size > total:
                    break
    if total is not None and size < total:
        raise Interrupted(f"the answer ended after {size} of {total} bytes")


def _announced(response: "requests.Response", start: int) -> int | None:
    """Return the size of the whole file, in bytes, where the answer tells it."""
    length = response.headers.get("Content-Length", "")
    return start + int(length) if length.isdigit() else None


def _finish(entry: Download, target: Path, fresh: bool) -> Content:
    """Check the collected bytes and give them their name.

    Bytes that are not `fresh`, that is, joined from several answers, may be of two versions where
    the server sends no ETag; when they are wrong, one answer that holds them all decides.
    """
    part = part_of(target)
    found = content_of(part)
    if not agrees(entry, found):
        discard(target)
        if not fresh:
            raise Interrupted("the joined parts have a wrong checksum; starting from zero")
        raise IsoglossError(_wrong(entry, expected(entry), str(found)))
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    part.replace(target)
    _note_of(target).unlink(missing_ok=True)
    checked = "sha256 checked" if entry.sha256 else f"not pinned, sha256 {found.sha256}"
    log.info("downloaded %s (%d bytes, %s)", entry.url, found.bytes, checked)
    return found


def _wrong(entry: Download, wanted: str, found: str) -> str:
    note = f" ({entry.note})" if entry.note else ""
    return (
        f"{entry.url}: wrong content: expected {wanted}, found {found}; the file may have changed "
        f"where it is published: compare it with the manifest's revision{note}"
    )
