"""Data sets by Snakemake: folders by their record, members of archives, a wiki, and what reruns."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.archives import data_set, sha256, tar_of, zip_of
from tests.wiki_server import Wiki
from tests.workflow.project import SMALL, Project

FILES = {f"data/test/{name}_test.csv": f"{name},1,2,3,4,A\n".encode() for name in "abc"}
TAR, ZIP = tar_of(FILES), zip_of([("x/train.tokens", b"one\n"), ("x/valid.tokens", b"two\n")])
NOTHING = "Nothing to be done"


@pytest.fixture
def wiki() -> Iterator[Wiki]:
    server = Wiki()
    server.page("Harry Potter", "'''Harry''' is a [[wizard]].\n\n== Family ==\n* James")
    yield server
    server.stop()


@pytest.fixture
def project(tmp_path: Path, wiki: Wiki, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project with data sets of its own, which a mirror and a wiki on loopback have."""
    monkeypatch.delenv("ISOGLOSS_MIRROR", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    (mirror / "set.tar").write_bytes(TAR)
    (mirror / "text.zip").write_bytes(ZIP)
    project = Project(tmp_path / "project", SMALL | {"sources": {"mirror": str(mirror)}})
    nowhere = "http://127.0.0.1:9"
    sets = {
        "packed": data_set(
            archive={
                **{"url": f"{nowhere}/set.tar", "mirror": "set.tar"},
                **{"sha256": sha256(TAR), "bytes": len(TAR)},
            },
            folders={"test": {"take": "data/test/*.csv", "mirror": "set/test", "count": 3}},
        ),
        "text": data_set(
            archive={
                **{"url": f"{nowhere}/text.zip", "mirror": "text.zip"},
                **{"sha256": sha256(ZIP), "bytes": len(ZIP)},
            },
            files={
                f"{name}.txt": {
                    **{"member": f"x/{name}.tokens", "mirror": f"text/{name}.txt"},
                    **{"sha256": None, "bytes": None},
                }
                for name in ("train", "valid")
            },
        ),
        "pages": data_set(wiki={"api": wiki.url, "pages": "pages.yaml", "mirror": "pages.parquet"}),
    }
    with (project.folder / "resources/sources.yaml").open("a") as manifest:
        manifest.write(yaml.safe_dump(sets, sort_keys=False))
    pin(project, 1000, sha256(b"'''Harry''' is a [[wizard]].\n\n== Family ==\n* James"))
    return project


def pin(project: Project, revision: int | None, digest: str | None) -> None:
    page = {"title": "Harry Potter", "revision": revision, "sha256": digest}
    (project.folder / "pages.yaml").write_text(yaml.safe_dump({"pages": [page]}))


def edited(project: Project, change: Callable[[dict[str, Any]], None]) -> None:
    path = project.folder / "resources/sources.yaml"
    content = yaml.safe_load(path.read_text())
    change(content)
    path.write_text(yaml.safe_dump(content, sort_keys=False))


def test_a_folder_is_tracked_by_its_record(project: Project) -> None:
    target = "results/sources/packed/test.json"
    project.run(target=target)
    folder = project.folder / "results/sources/packed/test"
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        name.rpartition("/")[2]: content for name, content in FILES.items()
    }
    record = (project.folder / target).read_bytes()
    assert json.loads(record)["files"]["a_test.csv"]["sha256"] == sha256(b"a,1,2,3,4,A\n")
    for path in (*folder.iterdir(), folder, project.folder / target):
        path.touch()
    assert NOTHING in project.run(target=target).stdout
    # Another note on another data set is no change; another number of files is.
    edited(project, lambda sets: sets["text"].update(note="x"))
    assert NOTHING in project.run(target=target).stdout
    edited(project, lambda sets: sets["packed"]["folders"]["test"].pop("count"))
    assert "fetch_folder" in project.run(target=target).stdout
    assert (project.folder / target).read_bytes() == record


def test_members_are_single_files(project: Project) -> None:
    for name, content in (("train", b"one\n"), ("valid", b"two\n")):
        target = f"results/sources/text/{name}.txt"
        project.run(target=target)
        assert (project.folder / target).read_bytes() == content
        assert NOTHING in project.run(target=target).stdout
    # The archive has a new checksum, which its files depend on.
    edited(project, lambda sets: sets["text"]["archive"].update(sha256="0" * 64))
    failed = project.run(target="results/sources/text/train.txt", check=False)
    assert failed.returncode != 0
    assert f"text.zip: wrong content: expected sha256 {'0' * 64}" in failed.stdout


def test_a_misspelt_file_is_explained(project: Project) -> None:
    failed = project.run(target="results/sources/text/trian.txt", check=False)
    assert "no file 'trian.txt' in data source 'text' (did you mean 'train.txt'?)" in failed.stdout
    failed = project.run(target="results/sources/packed/tset.json", check=False)
    assert "no folder 'tset' in data source 'packed' (did you mean 'test'?)" in failed.stdout


def test_a_wiki_becomes_passages(project: Project, wiki: Wiki) -> None:
    target = "results/sources/pages/passages.txt"
    project.run(target=target)
    passages = project.folder / target
    assert passages.read_text() == "Harry is a wizard.\nFamily\nJames\n"
    assert len(wiki.asked) == 1
    assert NOTHING in project.run(target=target).stdout
    # Another pin fetches again.
    wiki.pages["Harry Potter"].revisions[1001] = "Harry is a toad."
    pin(project, 1001, sha256(b"Harry is a toad."))
    project.run(target=target)
    assert passages.read_text() == "Harry is a toad.\n"
    # Without a pin: refused, and accepted.
    pin(project, None, None)
    failed = project.run(target=target, check=False)
    assert "`python -m isogloss.sources lock pages`" in failed.stdout
    config = yaml.safe_load((project.folder / "small.yaml").read_text())
    project.configure(config | {"sources": config["sources"] | {"unpinned": "accept"}})
    project.run(target=target)
    assert passages.read_text() == "Harry is a toad.\n"
    # What a run has fetched serves as a mirror for one without internet.
    shutil.copy(
        project.folder / "results/sources/pages/pages.parquet",
        project.folder.parent / "mirror/pages.parquet",
    )
    pin(project, 1001, sha256(b"Harry is a toad."))
    shutil.rmtree(project.folder / "results")
    asked = len(wiki.asked)
    project.run(target=target)
    assert (passages.read_text(), len(wiki.asked)) == ("Harry is a toad.\n", asked)
