"""One Slurm for all tests of this folder, and a small study made here, without it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.slurm.cluster import Cluster
from tests.slurm.project import SlurmProject


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A Slurm with accounting."""
    yield from running(tmp_path_factory.mktemp("slurm") / "cluster", accounting=True)


@pytest.fixture(scope="session")
def cluster_without_accounting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A Slurm that forgets its jobs five minutes after their end."""
    yield from running(tmp_path_factory.mktemp("slurm") / "cluster", accounting=False)


def running(folder: Path, *, accounting: bool) -> Iterator[Cluster]:
    cluster = Cluster(folder, accounting)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture(scope="session")
def local(tmp_path_factory: pytest.TempPathFactory) -> SlurmProject:
    """The study made on this machine alone."""
    project = SlurmProject(tmp_path_factory.mktemp("local") / "project")
    project.run()
    return project


@pytest.fixture
def project(local: SlurmProject, cluster: Cluster, tmp_path: Path) -> SlurmProject:
    """A copy of the local study for runs on Slurm; tests make it forget answers."""
    project = local.copy(tmp_path / "project")
    project.use(cluster)
    return project
