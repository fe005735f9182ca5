"""Taking files out of archives, of which some mean harm."""

import os
import tarfile
import zipfile
from pathlib import Path

import pytest

from isogloss.errors import IsoglossError
from isogloss.sources.archive import extract
from isogloss.sources.entries import Folder
from tests.archives import tar_gz_of, tar_member, tar_of, zip_of

FILES = {"data/dev/a.csv": b"a\n", "data/dev/b.csv": b"b\n" * 100_000, "data/README": b"read me\n"}
DEV = Folder(take="data/dev/*.csv", mirror="set/dev").place


def everything(name: str) -> str:
    return name


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder inside of another, so that what leaves it is seen."""
    return tmp_path / "outside" / "inside"


def archive(tmp_path: Path, name: str, content: bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def tree(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if not path.is_dir())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


MAKERS = {
    "x.tar": tar_of(FILES),
    "x.tar.gz": tar_gz_of(FILES),
    "x.tgz": tar_gz_of(FILES),
    "x.zip": zip_of(FILES.items()),
    # As `tar -cf x.tar ./data` writes names.
    "dots.tar": tar_of({f"./{name}": content for name, content in FILES.items()}),
}


@pytest.mark.parametrize("name", MAKERS)
def test_wanted_members_are_written_and_no_others(tmp_path, folder, name):
    path = archive(tmp_path, name, MAKERS[name])
    written = extract(path, DEV, folder)
    assert written == {"data/dev/a.csv": "a.csv", "data/dev/b.csv": "b.csv"}
    assert tree(folder) == {"a.csv": FILES["data/dev/a.csv"], "b.csv": FILES["data/dev/b.csv"]}


def test_other_members_of_a_folder_are_left(tmp_path, folder):
    odd = {
        "data/dev/._a.csv": b"of another system",
        "data/dev/deeper/c.csv": b"c",
        "more/data/dev/d.csv": b"d",
        "data/dev/e.csv.bak": b"e",
        "data/dev/.csv": b"f",
    }
    path = archive(tmp_path, "x.tar", tar_of(FILES | odd))
    assert set(extract(path, DEV, folder)) == {"data/dev/a.csv", "data/dev/b.csv"}
    assert set(tree(folder)) == {"a.csv", "b.csv"}


@pytest.mark.parametrize(
    "name", ["../evil.csv", "data/dev/../../evil.csv", "/tmp/evil.csv", "..\\e.csv"]
)
@pytest.mark.parametrize("place", [DEV, everything], ids=["dev", "everything"])
@pytest.mark.parametrize("ending", ["tar", "zip"])
def test_names_that_point_outside_are_refused(tmp_path, folder, name, place, ending):
    files = {name: b"evil", "data/dev/a.csv": b"a"}
    content = tar_of(files) if ending == "tar" else zip_of(files.items())
    path = archive(tmp_path, f"x.{ending}", content)
    with pytest.raises(
        IsoglossError, match=r"x\.(tar|zip): its member '.*' points out of the folder"
    ):
        extract(path, place, folder)
    assert not folder.exists()
    assert tree(tmp_path) == {path.name: content}


LINKS = {
    "symbolic": tar_member("data/dev/a.csv", tarfile.SYMTYPE, "/etc/passwd"),
    "hard": tar_member("data/dev/a.csv", tarfile.LNKTYPE, "data/README"),
    "fifo": tar_member("data/dev/a.csv", tarfile.FIFOTYPE),
    "device": tar_member("data/dev/a.csv", tarfile.CHRTYPE),
}


@pytest.mark.parametrize("kind", LINKS)
def test_links_and_devices_are_refused(tmp_path, folder, kind):
    path = archive(tmp_path, "x.tar", tar_of({"data/README": b"x"}, LINKS[kind]))
    word = "link" if kind in ("symbolic", "hard") else "device"
    with pytest.raises(
        IsoglossError, match=rf"its member 'data/dev/a\.csv' is a {word}, not a file"
    ):
        extract(path, DEV, folder)
    assert not folder.exists()


def test_a_link_in_a_zip_is_refused(tmp_path, folder):
    path = archive(tmp_path, "x.zip", zip_of([], {"data/dev/a.csv": "/etc/passwd"}))
    with pytest.raises(IsoglossError, match=r"its member 'data/dev/a\.csv' is a link, not a file"):
        extract(path, DEV, folder)
    assert not folder.exists()


def test_a_link_to_a_folder_leads_nowhere(tmp_path, folder):
    """A link `data/dev` to elsewhere, then a file "through" it: the classic attack."""
    victim = tmp_path / "victim"
    victim.mkdir()
    link = tar_member("data/dev", tarfile.SYMTYPE, str(victim))
    through = tar_member("data/dev/a.csv", tarfile.REGTYPE, content=b"evil")
    path = archive(tmp_path, "x.tar", tar_of({}, link, through))
    with pytest.raises(IsoglossError, match="is a link"):
        extract(path, everything, folder)
    assert extract(path, DEV, folder) == {"data/dev/a.csv": "a.csv"}
    assert list(victim.iterdir()) == []
    assert tree(folder) == {"a.csv": b"evil"}


def test_a_link_that_is_there_already_is_not_written_through(tmp_path, folder):
    victim = tmp_path / "victim"
    victim.write_bytes(b"whole")
    folder.mkdir(parents=True)
    (folder / "a.csv").symlink_to(victim)
    extract(archive(tmp_path, "x.tar", tar_of(FILES)), DEV, folder)
    assert victim.read_bytes() == b"whole"
    assert not (folder / "a.csv").is_symlink()


@pytest.mark.parametrize("ending", ["tar", "zip"])
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_member_that_is_there_twice_is_refused(tmp_path, folder, ending):
    twice = tar_member("data/dev/a.csv", tarfile.REGTYPE, content=b"other")
    content = (
        tar_of(FILES, twice)
        if ending == "tar"
        else zip_of([*FILES.items(), ("data/dev/a.csv", b"other")])
    )
    path = archive(tmp_path, f"x.{ending}", content)
    with pytest.raises(IsoglossError, match=r"holds 'data/dev/a\.csv' twice"):
        extract(path, DEV, folder)


def encrypted() -> bytes:
    """Return a zip whose member says that it is encrypted."""
    content = bytearray(zip_of([("data/dev/a.csv", b"secret")]))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1
    return bytes(content)


def flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :]


DAMAGED = {
    "empty.tar": b"",
    "text.tar": b"<html>no archive</html>" * 100,
    "text.zip": b"<html>no archive</html>" * 100,
    "short.tar": tar_of(FILES)[:100_000],
    "short.tar.gz": tar_gz_of({"data/dev/a.csv": os.urandom(100_000)})[:-50_000],
    "flipped.tar.gz": flipped(tar_gz_of({"data/dev/a.csv": os.urandom(100_000)}), 60_000),
    "short.zip": zip_of(FILES.items())[:-30],
    "flipped.zip": flipped(zip_of([("data/dev/a.csv", os.urandom(100_000))]), 50_000),
    "encrypted.zip": encrypted(),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damage_is_noticed(tmp_path, folder, name):
    path = archive(tmp_path, name, DAMAGED[name])
    with pytest.raises(IsoglossError, match=rf"{name}: damaged, or no archive that can be read"):
        extract(path, DEV, folder)


def test_memory_does_not_grow_with_the_member(tmp_path, folder):
    """A member of 300 MB, in a process that may not hold a fraction of it."""
    path = tmp_path / "x.zip"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("data/dev/a.csv", "w", force_zip64=True) as member,
    ):
        block = b"One line of text, again and again.\n" * 30_000
        for _ in range(300):
            member.write(block)
    before = peak()
    extract(path, DEV, folder)
    assert (folder / "a.csv").stat().st_size == 300 * len(block)
    assert peak() - before < 32


def peak() -> float:
    """Return the most memory that this process has held, in MiB."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
