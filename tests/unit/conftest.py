"""Servers on loopback, and what fetching may use: fixtures of the tests of data sets."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from isogloss.sources.access import Access
from tests.download_server import Server
from tests.folders import COMMIT, FILES, QUICK
from tests.hub import Hub, Repository


def served(server: Any) -> Iterator[Any]:
    with server as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv("ISOGLOSS_MIRROR", raising=False)


@pytest.fixture
def server(loopback: None) -> Iterator[Server]:
    yield from served(Server())


@pytest.fixture
def hub(loopback: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
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
