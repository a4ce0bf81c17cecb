"""A connection between two workers: messages come whole and in order, and its end is noticed by whoever waits."""

import socket
import struct
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from nntrain.training.workers.connection import LARGEST, Gone, Link, accept, connect

Pair = tuple[Link, Link]


def soon(seconds: float = 10.0) -> float:
    return time.monotonic() + seconds


@pytest.fixture
def pair() -> Iterator[Pair]:
    """Both sides of a connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as pool:
        calling = pool.submit(connect, listener.getsockname(), soon())
        one, other = accept(listener, soon()), calling.result()
    assert one is not None and other is not None
    yield one, other
    one.close()
    other.close()


def test_messages_come_whole_and_in_order(pair: Pair) -> None:
    one, other = pair
    messages = [b"first", b"", bytes(range(256)) * 20_000, b"last"]
    one.send(messages[0])
    assert other.receive_now() == messages[0]
    other.listen(lambda: None)
    for message in messages[1:]:
        one.send(message)
    assert [other.receive() for _ in messages[1:]] == messages[1:]


def test_the_end_is_told_once_and_heard_by_everyone_who_asks(pair: Pair) -> None:
    one, other = pair
    told: list[str] = []
    other.listen(lambda: told.append("gone"))
    one.send(b"before")
    one.close()
    assert other.receive() == b"before"
    other.wait()
    for _ in range(2):
        with pytest.raises(Gone, match="the connection has ended"):
            other.receive()
    assert other.is_gone and told == ["gone"]
    with pytest.raises(Gone):
        for _ in range(100):  # the system takes the first ones before it knows
            other.send(b"to nobody")


def test_a_message_that_is_cut_short_is_none(pair: Pair) -> None:
    one, other = pair
    one.connection.sendall(struct.pack(">Q", 10) + b"half")
    one.close()
    with pytest.raises(Gone, match="the connection has ended"):
        other.receive_now()


def test_what_claims_to_be_too_large_is_no_message(pair: Pair) -> None:
    one, other = pair
    one.connection.sendall(struct.pack(">Q", LARGEST + 1))
    with pytest.raises(Gone, match="what came is no message"):
        other.receive_now()


def test_silence_ends_with_the_time(pair: Pair) -> None:
    with pytest.raises(Gone, match="timed out"):
        pair[0].receive_now(0.1)


def test_nobody_calls_and_nobody_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        place = listener.getsockname()
        assert accept(listener, soon(0.1)) is None
    assert connect(place, soon(0.3)) is None


def test_a_call_is_repeated_until_somebody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        place = reserved.getsockname()
    found: list[Link | None] = []
    calling = threading.Thread(target=lambda: found.append(connect(place, soon())))
    calling.start()
    time.sleep(0.3)
    with socket.create_server(place) as listener:
        link = accept(listener, soon())
        calling.join()
    assert link is not None and found[0] is not None
    found[0].send(b"here")
    assert link.receive_now() == b"here"
    link.close()
    found[0].close()
