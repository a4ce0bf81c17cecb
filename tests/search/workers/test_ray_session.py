"""Whether something like the head of a Ray cluster answers at an address; needs no Ray."""

import socket
import time
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

from nntrain.search.workers import ray_session


def test_a_server_of_grpc_answers() -> None:
    with ThreadPoolExecutor(1) as threads:
        server = grpc.server(threads)
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        assert ray_session.answers(f"127.0.0.1:{port}")
        server.stop(None).wait()
        assert not ray_session.answers(f"127.0.0.1:{port}")


def test_an_address_where_nothing_listens_does_not_answer() -> None:
    began = time.monotonic()
    assert not ray_session.answers("127.0.0.1:1")
    assert time.monotonic() - began < ray_session.ANSWER_SECONDS


def test_a_silent_server_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ray_session, "ANSWER_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert not ray_session.answers(f"127.0.0.1:{silent.getsockname()[1]}")


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with ThreadPoolExecutor(1) as threads:
        server = grpc.server(threads)
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        assert ray_session.answers(f"127.0.0.1:{port}")
        server.stop(None).wait()
