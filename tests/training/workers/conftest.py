"""Workers of one team in this process, one thread each."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from nntrain.cli.commands.launch import _free_ports
from nntrain.training.workers.cluster import Cluster
from nntrain.training.workers.team import Team

KEY = b"the key"


@pytest.fixture
def clusters() -> tuple[Cluster, Cluster]:
    """The chief and another worker, as each sees the cluster."""
    addresses = tuple(f"127.0.0.1:{port}" for port in _free_ports(2))
    return Cluster(addresses, 0, KEY), Cluster(addresses, 1, KEY)


@pytest.fixture
def teams(clusters: tuple[Cluster, Cluster], monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Team, Team]]:
    """The team of each."""
    monkeypatch.setattr(Team, "joined", False)  # or `main` would end this process as a worker
    with ThreadPoolExecutor(2) as pool:
        chief, other = pool.map(lambda cluster: Team.join(cluster, {}), clusters)
    yield chief, other
    chief.close()
    other.close()
