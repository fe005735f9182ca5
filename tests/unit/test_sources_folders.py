"""Folders of many files: out of archives, mirrors, lists of URLs and the hub, all on loopback."""

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from isogloss.errors import IsoglossError
from isogloss.retry import Retry
from isogloss.sources.access import Access
from isogloss.sources.checksums import read_checksums
from isogloss.sources.entries import Folder
from isogloss.sources.folders import fetch_folder, folder_files
from isogloss.sources.lock import lock
from isogloss.sources.manifest import Manifest, load_manifest
from tests.archives import data_set, sha256, tar_of
from tests.download_server import Answer, Server
from tests.hub import Fault, Hub, Repository

QUICK = Retry(tries=3, base=0.01, connect_timeout=5, read_timeout=5)
FILES = {f"data/test/{name}_test.csv": f"{name},1,2,3,4,A\n".encode() for name in "abc"}
TAR = tar_of(FILES | {"data/README": b"read me"})
CONVERTED = {path: content.replace(b",A", b',"A"') for path, content in FILES.items()}
COMMIT = "c" * 40


def served(server: Any) -> Iterator[Any]:
    with server as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv("ISOGLOSS_MIRROR", raising=False)


@pytest.fixture
def server() -> Iterator[Server]:
    yield from served(Server())


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    for running in served(Hub()):
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        running.repositories["lab/set"] = Repository(
            {
                COMMIT: FILES
                | {"README.md": b"card", ".gitattributes": b"x", "data/more.json": b"{}"}
            },
            {"main": COMMIT},
        )
        yield running


@pytest.fixture
def access(tmp_path: Path) -> Callable[..., Access]:
    def make(mirror: dict[str, bytes] | None = None, unpinned: bool = False) -> Access:
        folder = tmp_path / "mirror" if mirror is not None else None
        for name, content in (mirror or {}).items():
            path = tmp_path / "mirror" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return Access(tmp_path, folder, tmp_path / "kept", unpinned, QUICK)

    return make


@pytest.fixture
def record(tmp_path: Path) -> Path:
    return tmp_path / "out" / "test.json"


def listed(tmp_path: Path, name: str, files: dict[str, bytes]) -> str:
    """Write a list of checksums; return its path."""
    lines = [f"{sha256(content)}  {path}\n" for path, content in files.items()]
    (tmp_path / name).write_text("# What it is.\n\n" + "".join(lines))
    return name


def manifest(origin: dict[str, Any], **folder: Any) -> Manifest:
    entry = {"take": "data/test/*_test.csv", "count": 3, "mirror": "set/test"} | folder
    return Manifest.model_validate({"set": data_set(**origin, folders={"test": entry})})


def archive(server: Server, **changes: Any) -> dict[str, Any]:
    server.files = {"/x.tar": TAR}
    entry = {"url": f"{server.root}/x.tar", "sha256": sha256(TAR), "bytes": len(TAR)}
    return {"archive": entry | {"mirror": "set/x.tar"} | changes}


def tree(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


WANTED = {path.removeprefix("data/test/"): content for path, content in FILES.items()}


def was_fetched(record: Path, content: dict[str, bytes] = WANTED) -> dict[str, Any]:
    """Check that the folder has just these files, and the record says so; return the record."""
    assert tree(record.with_suffix("")) == content
    assert {path.name for path in record.parent.iterdir()} == {"test", "test.json"}
    said = json.loads(record.read_text())
    assert said["files"] == {
        path: {"sha256": sha256(text), "bytes": len(text)} for path, text in sorted(content.items())
    }
    assert folder_files(record) == {path: record.with_suffix("") / path for path in sorted(content)}
    return said


# Which files a folder takes


@pytest.mark.parametrize(
    ("take", "path", "place"),
    [
        ("data/test/*.csv", "data/test/x.csv", "x.csv"),
        ("data/test/*.csv", "data/test/deep/x.csv", None),
        ("data/test/*.csv", "data/dev/x.csv", None),
        ("data/test/*.csv", "more/data/test/x.csv", None),
        ("data/test/*.csv", "data/test/._x.csv", None),
        ("data/test/*", "data/test/.x", None),
        ("outputs/*/*", "outputs/gpt4/test-de-en", "gpt4/test-de-en"),
        ("*/*.csv", "a/b.csv", "a/b.csv"),
        ("**", "a.csv", "a.csv"),
        ("**", "a/b/c.csv", "a/b/c.csv"),
        ("**", ".git/x", None),
        ("data/**", "data/a/b", "a/b"),
        ("data/**", "other/a", None),
    ],
)
def test_where_a_file_goes(take, path, place):
    folder = Folder(take=take, mirror="x")
    assert folder.place(path) == place
    if place:
        assert folder.holds(place)


def test_what_a_folder_cannot_take():
    for take in ("data/x.csv", "../*", "/data/*", "data/[ab]*", "data/?*"):
        with pytest.raises(ValueError, match=r"give a "):
            Folder(take=take, mirror="x")


# Out of an archive


def test_a_folder_comes_out_of_an_archive(server, access, record):
    fetch_folder(manifest(archive(server)), "set", "test", record, access())
    said = was_fetched(record)
    assert {**said, "files": None} == {
        "source": "set",
        "folder": "test",
        "licence": "MIT",
        "revision": "v1",
        "pinned": True,
        "note": None,
        "files": None,
    }


def test_the_same_files_give_the_same_record_wherever_they_come_from(
    server, access, record, tmp_path
):
    files = manifest(archive(server), checksums=listed(tmp_path, "x.sha256", FILES))
    fetch_folder(files, "set", "test", record, access())
    first = record.read_bytes()
    fetch_folder(files, "set", "test", record, access({"set/x.tar": TAR}))
    assert record.read_bytes() == first
    mirror = {f"set/test/{name}": content for name, content in WANTED.items()}
    fetch_folder(files, "set", "test", record, access(mirror))
    assert record.read_bytes() == first
    assert len(server.seen) == 1


def test_converted_files_of_a_mirror_are_taken_and_said_to_be(server, access, record, tmp_path):
    files = manifest(
        archive(server),
        converted=listed(tmp_path, "x.sha256", CONVERTED),
        note="written anew",
    )
    mirror = {path.replace("data/", "set/"): content for path, content in CONVERTED.items()}
    fetch_folder(files, "set", "test", record, access(mirror))
    was = {path.removeprefix("data/test/"): content for path, content in CONVERTED.items()}
    assert was_fetched(record, was)["note"] == "written anew"
    assert server.seen == []


def test_a_wrong_file_in_the_mirror_is_an_error(server, access, record, tmp_path):
    files = manifest(archive(server), converted=listed(tmp_path, "x.sha256", CONVERTED))
    mirror = {path.replace("data/", "set/"): content for path, content in CONVERTED.items()}
    mirror["set/test/b_test.csv"] = b"other"
    with pytest.raises(IsoglossError, match=r"mirror/set/test/b_test\.csv: wrong content.*replace"):
        fetch_folder(files, "set", "test", record, access(mirror))
    assert not record.exists()
    assert server.seen == []


def test_an_incomplete_mirror_is_not_mixed_with_the_archive(
    server, access, record, tmp_path, caplog
):
    files = manifest(archive(server), converted=listed(tmp_path, "x.sha256", CONVERTED))
    mirror = {"set/test/a_test.csv": CONVERTED["data/test/a_test.csv"]}
    fetch_folder(files, "set", "test", record, access(mirror))
    was_fetched(record)
    assert "set/test: the mirror lacks 2 of 3 files" in caplog.text


def test_members_are_compared_with_the_list(server, access, record, tmp_path):
    files = manifest(archive(server), checksums=listed(tmp_path, "x.sha256", CONVERTED))
    with pytest.raises(
        IsoglossError, match=r"member 'data/test/a_test\.csv' has the wrong content"
    ):
        fetch_folder(files, "set", "test", record, access())


@pytest.mark.parametrize("change", [{"count": 4}, {"bytes": 7}, {"take": "data/none/*"}])
def test_another_number_of_files_is_an_error_and_the_old_folder_stays(
    server, access, record, change
):
    fetch_folder(manifest(archive(server)), "set", "test", record, access())
    with pytest.raises(IsoglossError, match=r"folder 'test' of data source 'set': \d files of"):
        fetch_folder(manifest(archive(server), **change), "set", "test", record, access())
    assert tree(record.with_suffix("")) == WANTED


def test_a_new_folder_replaces_the_old_one(server, access, record):
    fetch_folder(manifest(archive(server)), "set", "test", record, access())
    (record.with_suffix("") / "stale.csv").write_bytes(b"x")
    fetch_folder(manifest(archive(server)), "set", "test", record, access())
    was_fetched(record)


def test_an_archive_of_unknown_checksum_is_refused(server, access, record):
    files = manifest(archive(server, sha256=None, bytes=None))
    with pytest.raises(IsoglossError, match=r"folder 'test' of data source 'set': .*lock set`"):
        fetch_folder(files, "set", "test", record, access())
    assert server.seen == []
    fetch_folder(files, "set", "test", record, access(unpinned=True))
    assert was_fetched(record)["pinned"] is False


# A list of URLs


def base(server: Server) -> dict[str, Any]:
    server.files = {f"/v1/{path}": content for path, content in FILES.items()}
    return {"base": f"{server.root}/v1"}


def test_a_list_is_downloaded_file_by_file(server, access, record, tmp_path):
    name = listed(tmp_path, "x.sha256", FILES | {"data/dev/a_dev.csv": b"not asked for"})
    fetch_folder(manifest(base(server), checksums=name), "set", "test", record, access())
    was_fetched(record)
    assert [seen.path for seen in server.seen] == [f"/v1/{path}" for path in FILES]


def test_a_list_goes_on_where_it_was_cut_off(server, access, record, tmp_path):
    files = manifest(base(server), checksums=listed(tmp_path, "x.sha256", FILES))
    server.plan = [Answer(), Answer(status=404, content=b"")]
    with pytest.raises(IsoglossError, match=r"b_test\.csv: HTTP status 404"):
        fetch_folder(files, "set", "test", record, access())
    assert not record.exists()
    # Left by an earlier list, of a file that is not on it any more.
    (record.parent / ".test.part/z_test.csv").write_bytes(b"z")
    fetch_folder(files, "set", "test", record, access())
    was_fetched(record)
    asked = [seen.path.rpartition("/")[2][0] for seen in server.seen]
    assert asked == ["a", "b", "b", "c"]


def test_a_mirror_may_hold_a_part_of_a_list(server, access, record, tmp_path):
    files = manifest(base(server), checksums=listed(tmp_path, "x.sha256", FILES))
    mirror = {"set/test/b_test.csv": FILES["data/test/b_test.csv"]}
    fetch_folder(files, "set", "test", record, access(mirror))
    was_fetched(record)
    assert [seen.path.rpartition("/")[2][0] for seen in server.seen] == ["a", "c"]


def test_a_file_that_changed_is_an_error(server, access, record, tmp_path):
    files = manifest(base(server), checksums=listed(tmp_path, "x.sha256", FILES))
    server.files["/v1/data/test/c_test.csv"] = b"other"
    with pytest.raises(IsoglossError, match=r"c_test\.csv: wrong content"):
        fetch_folder(files, "set", "test", record, access())


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "has no line"),
        ("abc  x\n", "line 1 is 'abc  x'; expected a sha256"),
        (f"# x\n{'0' * 64}  ../x\n", r"line 2: '\.\./x' is listed twice or is no relative path"),
        (f"{'0' * 64}  x\n{'1' * 64}  x\n", "line 2: 'x' is listed twice"),
    ],
)
def test_a_wrong_list_is_explained(tmp_path, text, complaint):
    path = tmp_path / "x.sha256"
    path.write_text(text)
    with pytest.raises(IsoglossError, match=complaint):
        read_checksums(path)
    with pytest.raises(IsoglossError, match=r"none\.sha256: the list of checksums cannot be read"):
        read_checksums(tmp_path / "none.sha256")


# The hub

HUB = {"hub": "lab/set", "revision": None}


def test_a_set_of_the_hub_is_refused_until_it_is_pinned(hub, access, record):
    with pytest.raises(
        IsoglossError, match=r"not pinned, .*`python -m isogloss\.sources lock set`"
    ):
        fetch_folder(manifest(HUB, checksums="x.sha256"), "set", "test", record, access())
    assert hub.seen == []


def test_or_taken_as_it_is_now(hub, access, record):
    files = manifest(HUB, checksums="x.sha256")
    fetch_folder(files, "set", "test", record, access(unpinned=True))
    said = was_fetched(record)
    assert (said["revision"], said["pinned"]) == (COMMIT, False)
    assert hub.downloads() == sorted(FILES)


def test_or_taken_from_a_mirror(hub, access, record):
    mirror = {f"set/test/{name}": content for name, content in WANTED.items()}
    mirror |= {"set/test/deep/d_test.csv": b"not asked for", "set/test/README": b"neither"}
    files = manifest(HUB, checksums="x.sha256")
    fetch_folder(files, "set", "test", record, access(mirror, unpinned=True))
    assert was_fetched(record)["revision"] is None
    assert hub.seen == []


MANIFEST = """\
# A comment that stays.
set:
  title: A set
  licence: MIT
  homepage: https://example.org/set
  revision: null  # not yet
  hub: lab/set
  folders:
    test:
      take: data/test/*_test.csv
      count: 3
      mirror: set/test
      checksums: lists/x.sha256
"""


def test_locking_pins_commit_and_files(hub, access, record, tmp_path):
    path = tmp_path / "sources.yaml"
    path.write_text(MANIFEST)
    assert lock(path, "set", root=tmp_path, access=access()) == 3
    assert path.read_text() == MANIFEST.replace("revision: null", f"revision: {COMMIT}")
    assert read_checksums(tmp_path / "lists/x.sha256") == {
        name: sha256(content) for name, content in FILES.items()
    }
    assert (
        f"# lab/set of the model hub, at commit {COMMIT}"
        in (tmp_path / "lists/x.sha256").read_text()
    )
    # The newest commit is another one by now, and a file of the old one is not what it was.
    hub.repositories["lab/set"].branches["main"] = "d" * 40
    files = load_manifest(path)
    fetch_folder(files, "set", "test", record, access())
    said = was_fetched(record)
    assert (said["revision"], said["pinned"]) == (COMMIT, True)
    with pytest.raises(IsoglossError, match="nothing else that is not pinned"):
        lock(path, "set", root=tmp_path, access=access())
    hub.repositories["lab/set"].commits[COMMIT]["data/test/a_test.csv"] = b"forged"
    with pytest.raises(IsoglossError, match=r"a_test\.csv: wrong content"):
        fetch_folder(files, "set", "test", record, access())


def test_a_missing_revision_key_is_added(hub, access, tmp_path):
    path = tmp_path / "sources.yaml"
    path.write_text(MANIFEST.replace("  revision: null  # not yet\n", ""))
    lock(path, "set", root=tmp_path, access=access())
    assert f"  hub: lab/set\n  revision: {COMMIT}\n" in path.read_text()
    path.write_text(MANIFEST.replace("null  # not yet", ""))
    lock(path, "set", root=tmp_path, access=access())
    assert load_manifest(path).data_set("set").revision == COMMIT


def test_a_lost_list_is_written_anew_for_the_pinned_commit(hub, access, tmp_path):
    path = tmp_path / "sources.yaml"
    path.write_text(MANIFEST.replace("null  # not yet", COMMIT))
    hub.repositories["lab/set"].branches["main"] = "d" * 40
    assert lock(path, "set", root=tmp_path, access=access()) == 3
    assert len(read_checksums(tmp_path / "lists/x.sha256")) == 3


def test_a_hub_with_other_files_than_expected_locks_nothing(hub, access, tmp_path):
    path = tmp_path / "sources.yaml"
    path.write_text(MANIFEST.replace("count: 3", "count: 57"))
    with pytest.raises(
        IsoglossError, match=r"lab/set: 3 files match .*expected 57; it has data/more"
    ):
        lock(path, "set", root=tmp_path, access=access())
    assert "revision: null" in path.read_text()
    assert not (tmp_path / "lists").exists()


@pytest.mark.parametrize("status", [401, 404, 500])
def test_a_hub_that_refuses_is_an_error(hub, access, record, status):
    hub.faults["/main"] = Fault(status=status)
    files = manifest(HUB, checksums="x.sha256")
    with pytest.raises(IsoglossError, match=r"lab/set: the hub does not tell its files"):
        fetch_folder(files, "set", "test", record, access(unpinned=True))


# What reads a folder


def test_a_folder_that_changed_is_noticed(server, access, record):
    fetch_folder(manifest(archive(server)), "set", "test", record, access())
    (record.with_suffix("") / "a_test.csv").write_bytes(b"shorter")
    with pytest.raises(
        IsoglossError, match=r"a_test\.csv: missing or changed.*delete .*test\.json"
    ):
        folder_files(record)
    (record.with_suffix("") / "a_test.csv").unlink()
    with pytest.raises(IsoglossError, match=r"a_test\.csv: missing or changed"):
        folder_files(record)
    record.write_text("[]")
    with pytest.raises(IsoglossError, match=r"test\.json: not the record of a folder"):
        folder_files(record)
