"""Workers connect before a training: with the same key and identity, in time, and whatever a caller sends."""

import json
import socket
import struct
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import pytest

from nntrain.errors import ConfigError, NNTrainError
from nntrain.training.workers.cluster import Cluster
from nntrain.training.workers.connection import Link, connect
from nntrain.training.workers.meeting import meet

pytestmark = pytest.mark.quick

Clusters = tuple[Cluster, Cluster]
SAME = {"nntrain": "1"}


def chief_of(pool: ThreadPoolExecutor, clusters: Clusters) -> "Future[dict[int, Link]]":
    return pool.submit(meet, clusters[0], SAME)


def close(*links: dict[int, Link]) -> None:
    for found in links:
        for link in found.values():
            link.close()


def test_a_team_waits_only_so_long(clusters: Clusters, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NNTRAIN_WAIT_SECONDS", "0.3")
    with pytest.raises(NNTrainError, match=r"worker 1 \(127.0.0.1:[0-9]+\) did not connect within 0.3 seconds"):
        meet(clusters[0], SAME)
    with pytest.raises(NNTrainError, match=r"the chief \(127.0.0.1:[0-9]+\) did not answer within 0.3 seconds"):
        meet(clusters[1], SAME)


@pytest.mark.parametrize(
    "text", ["", "abc", "-1", "1e3", "inf", "nan", "10 s", " 5", "999999", "٣", "1.", "5\n", "0x10"]
)
def test_a_time_to_wait_that_is_not_a_number_of_seconds_is_refused(
    clusters: Clusters, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("NNTRAIN_WAIT_SECONDS", text)
    with pytest.raises(ConfigError) as caught:
        meet(clusters[0], SAME)
    assert caught.value.problems[0].message.startswith("NNTRAIN_WAIT_SECONDS takes a number of seconds, got `")


def test_a_taken_port_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        addresses = (f"127.0.0.1:{taken.getsockname()[1]}", "127.0.0.1:1")
        with pytest.raises(NNTrainError, match="cannot listen on `127.0.0.1:"):
            meet(Cluster(addresses, 0, b"key"), SAME)


def test_a_worker_of_another_version_is_refused(clusters: Clusters, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NNTRAIN_WAIT_SECONDS", "1")
    with ThreadPoolExecutor(1) as pool:
        chief = chief_of(pool, clusters)
        with pytest.raises(ConfigError, match="this worker has another nntrain than the chief"):
            meet(clusters[1], {"nntrain": "2"})
        with pytest.raises(NNTrainError, match="did not connect"):
            chief.result()


def test_a_worker_with_another_key_is_refused_and_the_chief_waits_for_the_right_one(clusters: Clusters) -> None:
    with ThreadPoolExecutor(1) as pool:
        chief = chief_of(pool, clusters)
        with pytest.raises(ConfigError, match=r"the chief \(.*\) has another key than this worker") as caught:
            meet(replace(clusters[1], key=b"another"), SAME)
        assert caught.value.problems[0].help.startswith(
            "set NNTRAIN_AUTHKEY to the same secret for all workers, or copy"
        )
        links = meet(clusters[1], SAME)
        close(links, chief.result())


@pytest.mark.parametrize(
    "message",
    [b"", b"[]", b"[" * 50_000, b"\xff\xfe", b"9" * 50_000, b'{"worker": [1]}', b'{"worker": 2}', b'{"nntrain": "1"}']
    + [b'{"nntrain": "1", "worker": 0}', b'{"nntrain": "1", "worker": [1]}', b'{"nntrain": "1", "worker": "1"}'],
    ids=lambda message: message.decode("latin-1")[:32],
)
def test_no_message_of_a_worker_ends_the_chief(clusters: Clusters, message: bytes) -> None:
    with ThreadPoolExecutor(1) as pool:
        chief = chief_of(pool, clusters)
        host, port = clusters[0].addresses[0].split(":")
        link = connect((host, int(port)), clusters[0].key, time.monotonic() + 10)
        link.send(message)
        link.close()
        links = meet(clusters[1], SAME)
        found = chief.result()
        assert list(found) == [1] and list(links) == [0]
        close(links, found)


def test_a_message_larger_than_a_hello_does_not_end_the_chief(clusters: Clusters) -> None:
    with ThreadPoolExecutor(1) as pool:
        chief = chief_of(pool, clusters)
        host, port = clusters[0].addresses[0].split(":")
        link = connect((host, int(port)), clusters[0].key, time.monotonic() + 10)
        link._socket.sendall(struct.pack("!iQ", -1, 1 << 40) + json.dumps(SAME).encode())
        links = meet(clusters[1], SAME)
        close(links, chief.result())
        link.close()
