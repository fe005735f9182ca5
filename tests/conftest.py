"""Tiny models, trained once per run of the tests; and how tests are shared out to processes."""

from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from isogloss.training.tiny import train_base, train_chat
from isogloss.training.tiny_text import documents, exercises
from tests.demo import FEW, RECIPE, TEMPLATES, THREADS, demo_items


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a tiny base model."""
    folder = tmp_path_factory.mktemp("tiny-base")
    train_base(documents(demo_items(FEW)), RECIPE, THREADS, folder)
    return folder


@pytest.fixture(scope="session")
def tiny_chat(tmp_path_factory: pytest.TempPathFactory, tiny_base: Path) -> Path:
    """Folder of a tiny chat model, made of `tiny_base`."""
    folder = tmp_path_factory.mktemp("tiny-chat")
    tasks = exercises(demo_items(FEW), TEMPLATES)
    train_chat(tasks, tiny_base, RECIPE, THREADS, folder)
    return folder


# Folders whose tests take longest, so that none of them is left to a single process at the end.
LONG_FIRST = ("slurm", "workflow", "peers")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest."""

    def place(item: pytest.Item) -> int:
        folder = item.path.parent.name
        return LONG_FIRST.index(folder) if folder in LONG_FIRST else len(LONG_FIRST)

    items.sort(key=place)


class ByFile(LoadScopeScheduling):
    """Keeps a file's tests in one process, as they share what they make; and those of Slurm."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::")[0]
        return "tests/slurm" if file.startswith("tests/slurm/") else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    """Share tests out to several processes by file, in the order of collection."""
    config.option.loadscopereorder = False
    return ByFile(config, log)
