"""Data sets of the hub, which is a server on loopback: refused, accepted, pinned."""

import pytest

from isogloss.errors import IsoglossError
from isogloss.sources.checksums import read_checksums
from isogloss.sources.folders import fetch_folder
from isogloss.sources.lock import lock
from isogloss.sources.manifest import load_manifest
from tests.archives import sha256
from tests.folders import (
    COMMIT,
    FILES,
    WANTED,
    manifest,
    was_fetched,
)
from tests.hub import Fault

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
