"""Folders of many files: out of archives, mirrors and lists of URLs, all on loopback."""

from typing import Any

import pytest

from isogloss.errors import IsoglossError
from isogloss.sources.checksums import read_checksums
from isogloss.sources.entries import Folder
from isogloss.sources.folders import fetch_folder, folder_files
from tests.download_server import Answer, Server
from tests.folders import (
    CONVERTED,
    FILES,
    TAR,
    WANTED,
    archive,
    listed,
    manifest,
    tree,
    was_fetched,
)

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
