"""Files out of an archive that a real server on loopback publishes, or a mirror holds."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml

from isogloss.errors import IsoglossError
from isogloss.sources.content import Content, content_of
from isogloss.sources.fetch import fetch_file
from isogloss.sources.manifest import Manifest
from tests.archives import data_set, sha256, tar_gz_of, zip_of
from tests.download_server import Answer, Server

ROOT = Path(__file__).resolve().parents[2]
TRAIN = os.urandom(200_000)
VALID = b" = Heading = \n"
ZIP = zip_of([("set/wiki.train.tokens", TRAIN), ("set/wiki.valid.tokens", VALID)])


@pytest.fixture
def server(server: Server) -> Server:
    server.files = {"/set-v1.zip": ZIP}
    return server


def member(path: str, content: bytes | None) -> dict[str, Any]:
    return {
        "member": f"set/wiki.{path}.tokens",
        "sha256": sha256(content) if content else None,
        "bytes": len(content) if content else None,
        "mirror": f"set/{path}.txt",
    }


def manifest(server: Server, **changes: Any) -> Manifest:
    archive = {
        "url": f"{server.root}/set-v1.zip",
        "sha256": sha256(ZIP),
        "bytes": len(ZIP),
        "mirror": "set/set-v1.zip",
    }
    files = {"train.txt": member("train", None), "valid.txt": member("valid", VALID)}
    files |= changes.pop("files", {})
    return Manifest.model_validate({"set": data_set(archive=archive | changes, files=files)})


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_one_download_serves_all_members(server, access, out):
    files = manifest(server)
    got = fetch_file(files, "set", "train.txt", out / "train.txt", access())
    assert got == content_of(out / "train.txt") == Content(sha256(TRAIN), len(TRAIN))
    fetch_file(files, "set", "valid.txt", out / "valid.txt", access())
    assert (out / "train.txt").read_bytes() == TRAIN
    assert (out / "valid.txt").read_bytes() == VALID
    assert names(out) == {"train.txt", "valid.txt"}
    assert [path.name for path in out.iterdir() if path.is_dir()] == []
    assert [seen.path for seen in server.seen] == ["/set-v1.zip"]
    assert names(out.parent / "kept") == {"set/set-v1.zip", "set/set-v1.zip.lock"}


def test_an_interrupted_archive_is_resumed(server, access, out):
    server.plan = [Answer(stop_after=100_000), Answer(status=503, content=b"")]
    fetch_file(manifest(server), "set", "train.txt", out / "train.txt", access())
    assert (out / "train.txt").read_bytes() == TRAIN
    assert server.seen[0].range is None
    assert server.seen[2].range is not None
    assert sum(seen.sent for seen in server.seen) < len(ZIP) + 50_000


def test_several_jobs_at_once_download_once(server, access, out):
    files = manifest(server)
    server.plan = [Answer(stop_after=150_000)]
    jobs = ["train.txt", "valid.txt"] * 3
    with ThreadPoolExecutor(len(jobs)) as pool:
        done = [
            pool.submit(fetch_file, files, "set", file, out / str(number) / file, access())
            for number, file in enumerate(jobs)
        ]
    assert [job.result().sha256 for job in done] == [sha256(TRAIN), sha256(VALID)] * 3
    assert [seen.range is None for seen in server.seen] == [True, False]


def test_a_changed_archive_is_not_unpacked(server, access, out):
    files = manifest(server)
    server.files["/set-v1.zip"] = zip_of([("set/wiki.valid.tokens", b"other!")]).ljust(len(ZIP))
    with pytest.raises(
        IsoglossError, match=rf"set-v1\.zip: wrong content: expected sha256 {sha256(ZIP)}"
    ):
        fetch_file(files, "set", "valid.txt", out / "valid.txt", access())
    assert names(out) == set()
    assert names(out.parent / "kept") == {"set/set-v1.zip.lock"}


def test_a_kept_archive_that_was_changed_is_noticed(server, access, out):
    files = manifest(server)
    fetch_file(files, "set", "train.txt", out / "train.txt", access())
    kept = out.parent / "kept/set/set-v1.zip"
    kept.write_bytes(ZIP[:-1] + b"!")
    with pytest.raises(
        IsoglossError, match=r"kept/set/set-v1\.zip: wrong content.*remove it there"
    ):
        fetch_file(files, "set", "valid.txt", out / "valid.txt", access())


def test_a_member_that_is_missing_is_an_error(server, access, out):
    files = manifest(server, files={"test.txt": member("test", None)})
    with pytest.raises(IsoglossError, match=r"has no member 'set/wiki\.test\.tokens'"):
        fetch_file(files, "set", "test.txt", out / "test.txt", access())
    assert names(out) == set()


# Pinned by the member alone


def test_a_member_can_be_pinned_without_its_archive(server, access, out):
    files = manifest(server, sha256=None, bytes=None)
    fetch_file(files, "set", "valid.txt", out / "valid.txt", access())
    assert (out / "valid.txt").read_bytes() == VALID
    with pytest.raises(
        IsoglossError, match=r"train\.txt of data source 'set': .*not pinned"
    ) as caught:
        fetch_file(files, "set", "train.txt", out / "train.txt", access())
    assert "python -m isogloss.sources lock set" in str(caught.value)
    assert "sources.unpinned: accept" in str(caught.value)
    assert not (out / "train.txt").exists()


def test_an_archive_of_unknown_checksum_with_a_wrong_member_does_not_stay(server, access, out):
    files = manifest(server, sha256=None, bytes=None)
    server.files["/set-v1.zip"] = zip_of([("set/wiki.valid.tokens", b"other")])
    with pytest.raises(IsoglossError, match=r"member 'set/wiki\.valid\.tokens' has the") as caught:
        fetch_file(files, "set", "valid.txt", out / "valid.txt", access())
    assert f"expected sha256 {sha256(VALID)}, found sha256 {sha256(b'other')}" in str(caught.value)
    assert names(out) == set()
    server.files["/set-v1.zip"] = ZIP
    fetch_file(files, "set", "valid.txt", out / "valid.txt", access())
    assert (out / "valid.txt").read_bytes() == VALID


def test_unpinned_content_is_recorded(server, access, out):
    files = manifest(server, sha256=None, bytes=None)
    fetch_file(files, "set", "train.txt", out / "train.txt", access(unpinned=True))
    record = (out / "train.txt.unpinned").read_text()
    assert record == f"{sha256(TRAIN)}  train.txt\n"
    fetch_file(manifest(server), "set", "train.txt", out / "train.txt", access())
    assert names(out) == {"train.txt"}


# From a mirror


def test_a_mirror_may_hold_the_member(server, access, out):
    fetch_file(
        manifest(server), "set", "valid.txt", out / "valid.txt", access({"set/valid.txt": VALID})
    )
    assert (out / "valid.txt").read_bytes() == VALID
    assert server.seen == []


def test_a_mirror_may_hold_the_archive(server, access, out):
    mirror = {"set/set-v1.zip": ZIP}
    for file in ("train.txt", "valid.txt"):
        fetch_file(manifest(server), "set", file, out / file, access(mirror))
    assert (out / "train.txt").read_bytes() == TRAIN
    assert server.seen == []
    assert names(out.parent / "kept") == set()


def test_a_member_of_unknown_checksum_is_not_taken_from_a_mirror(server, access, out, caplog):
    mirror = {"set/train.txt": b"whatever"}
    fetch_file(manifest(server), "set", "train.txt", out / "train.txt", access(mirror))
    assert (out / "train.txt").read_bytes() == TRAIN
    assert "set/train.txt: the manifest has no checksum for it" in caplog.text
    fetch_file(
        manifest(server), "set", "train.txt", out / "train.txt", access(mirror, unpinned=True)
    )
    assert (out / "train.txt").read_bytes() == TRAIN


def test_wrong_files_of_a_mirror_are_errors(server, access, out):
    with pytest.raises(
        IsoglossError, match=r"mirror/set/valid\.txt: wrong content.*replace the file"
    ):
        fetch_file(manifest(server), "set", "valid.txt", out / "x", access({"set/valid.txt": b"x"}))
    with pytest.raises(IsoglossError, match=r"mirror/set/set-v1\.zip: wrong content.*replace the"):
        fetch_file(
            manifest(server), "set", "train.txt", out / "x", access({"set/set-v1.zip": b"x"})
        )
    assert server.seen == []
    assert names(out) == set()


def test_a_file_that_is_published_nowhere_needs_a_mirror(access, out):
    entry = {"url": None, "sha256": sha256(VALID), "bytes": len(VALID), "mirror": "set/valid.txt"}
    files = Manifest.model_validate({"set": data_set(files={"valid.txt": entry})})
    with pytest.raises(
        IsoglossError, match=r"set/valid\.txt: is not published anywhere.*ISOGLOSS_MIRROR"
    ):
        fetch_file(files, "set", "valid.txt", out / "valid.txt", access())
    fetch_file(files, "set", "valid.txt", out / "valid.txt", access({"set/valid.txt": VALID}))
    assert (out / "valid.txt").read_bytes() == VALID


# The script


def test_the_script_takes_a_member_out_and_refuses_what_is_not_pinned(server, tmp_path):
    server.files["/set.tar.gz"] = tar_gz_of({"set/wiki.train.tokens": TRAIN})
    archive = {
        "url": f"{server.root}/set.tar.gz",
        "sha256": None,
        "bytes": None,
        "mirror": "set.tgz",
    }
    files = {"train.txt": member("train", None)}
    path = tmp_path / "sources.yaml"
    path.write_text(yaml.safe_dump({"set": data_set(archive=archive, files=files)}))
    command = [sys.executable, str(ROOT / "workflow/scripts/fetch_source.py")]
    command += ["--manifest", str(path), "--root", str(ROOT), "--source", "set"]
    command += ["--file", "train.txt", "--output", "out/train.txt"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}

    def run(*more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*command, *more],
            **{"cwd": tmp_path, "env": environment, "capture_output": True, "text": True},
            check=False,
        )

    refused = run()
    assert refused.returncode == 1
    assert "error: train.txt of data source 'set': its content is not pinned" in refused.stderr
    assert server.seen == []
    accepted = run("--unpinned", "accept")
    assert accepted.returncode == 0, accepted.stderr
    assert f"is not pinned; got sha256 {sha256(TRAIN)}" in accepted.stderr
    assert (tmp_path / "out/train.txt").read_bytes() == TRAIN
    assert (tmp_path / "results/downloads/set/set.tgz").is_file()
