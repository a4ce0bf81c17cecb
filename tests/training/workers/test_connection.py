"""A connection between two workers: for who has the key, with whole messages, and an end that every reader notices."""

import os
import pickle
import socket
import struct
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from nntrain.training.workers.connection import LARGEST_HELLO, Gone, Link, WrongKey, accept, connect

pytestmark = pytest.mark.quick

Pair = tuple[Link, Link]
KEY = b"the key"


def soon(seconds: float = 10.0) -> float:
    return time.monotonic() + seconds


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


@pytest.fixture
def pair(listener: socket.socket) -> Iterator[Pair]:
    """Both sides of a connection."""
    with ThreadPoolExecutor(1) as pool:
        calling = pool.submit(connect, listener.getsockname(), KEY, soon())
        one, other = accept(listener, KEY, soon()), calling.result()
    yield one, other
    one.close()
    other.close()


def test_messages_come_whole_and_in_order(pair: Pair) -> None:
    one, other = pair
    messages = [b"first", b"", bytes(range(256)) * 20_000, b"last"]
    one.send(messages[0])
    assert other.receive_hello() == messages[0]
    other.listen(lambda: None)
    for message in messages[1:]:
        one.send(message)
    assert [other.receive() for _ in messages[1:]] == messages[1:]


def test_the_end_is_noticed_once_and_by_every_reader(pair: Pair) -> None:
    one, other = pair
    calls: list[str] = []
    other.listen(lambda: calls.append("gone"))
    one.send(b"before")
    one.close()
    assert other.receive() == b"before"
    other.wait()
    for _ in range(2):
        with pytest.raises(Gone, match="the connection has ended"):
            other.receive()
    assert other.is_gone and calls == ["gone"]
    with pytest.raises(Gone):
        for _ in range(100):  # the system takes the first ones before it knows
            other.send(b"to nobody")


def test_a_message_that_is_cut_short_is_the_end(pair: Pair) -> None:
    one, other = pair
    one._socket.sendall(struct.pack("!i", 10) + b"half")
    one.close()
    with pytest.raises(Gone, match="got end of file during message"):
        other.receive_hello()


@pytest.mark.parametrize("head", [struct.pack("!i", LARGEST_HELLO + 1), struct.pack("!iQ", -1, 1 << 60)])
def test_a_hello_that_claims_to_be_too_large_is_the_end(pair: Pair, head: bytes) -> None:
    one, other = pair
    one._socket.sendall(head)
    with pytest.raises(Gone, match="bad message length"):
        other.receive_hello()


@pytest.mark.parametrize("size", [1 << 35, 1 << 60], ids=["more than the memory", "more than is allowed"])
def test_a_message_that_claims_to_be_too_large_is_the_end(pair: Pair, size: int) -> None:
    one, other = pair
    other.listen(lambda: None)
    one._socket.sendall(struct.pack("!iQ", -1, size) + b"few")
    one.close()
    with pytest.raises(Gone, match="the connection has ended"):
        other.receive()


def test_silence_ends_with_the_time(pair: Pair) -> None:
    began = time.monotonic()
    with pytest.raises(Gone, match="the connection has ended"):
        pair[0].receive_hello(0.1)
    assert time.monotonic() - began < 5


def test_a_pickle_stays_bytes(pair: Pair) -> None:
    one, other = pair
    one._connection.send(os.getpid)
    assert other.receive_hello() == pickle.dumps(os.getpid, 4)


def test_nobody_calls_and_nobody_answers(listener: socket.socket) -> None:
    place = listener.getsockname()
    with pytest.raises(Gone, match="nobody calls"):
        accept(listener, KEY, soon(0.1))
    listener.close()
    with pytest.raises(Gone, match="nobody answers"):
        connect(place, KEY, soon(0.3))


def test_a_call_is_repeated_until_somebody_listens(listener: socket.socket) -> None:
    place = listener.getsockname()
    listener.close()
    with ThreadPoolExecutor(1) as pool:
        calling = pool.submit(connect, place, KEY, soon())
        time.sleep(0.3)
        with socket.create_server(place) as late:
            link = accept(late, KEY, soon())
            found = calling.result()
    found.send(b"here")
    assert link.receive_hello() == b"here"
    link.close()
    found.close()


def test_who_has_another_key_is_refused_and_the_next_one_accepted(listener: socket.socket) -> None:
    place = listener.getsockname()
    with ThreadPoolExecutor(1) as pool:
        accepting = pool.submit(accept, listener, KEY, soon())
        with pytest.raises(WrongKey):
            connect(place, b"another key", soon())
        found, link = connect(place, KEY, soon()), accepting.result()
    found.close()
    link.close()


@pytest.mark.parametrize(
    "words",
    [b"", b"GET / HTTP/1.1\r\n\r\n", b"\0\0\0\4yes!", struct.pack("!i", 1 << 30), struct.pack("!iQ", -1, 1 << 60)],
    ids=["nothing", "HTTP", "a short message", "a large message", "a huge message"],
)
def test_a_stranger_does_not_keep_a_worker_out(listener: socket.socket, words: bytes) -> None:
    place = listener.getsockname()
    with socket.create_connection(place) as stranger, ThreadPoolExecutor(1) as pool:
        stranger.sendall(words)
        if not words:
            stranger.shutdown(socket.SHUT_WR)
        accepting = pool.submit(accept, listener, KEY, soon())
        found, link = connect(place, KEY, soon()), accepting.result()
    found.close()
    link.close()


def test_a_stranger_that_has_gone_before_it_is_accepted_does_not_matter(listener: socket.socket) -> None:
    place = listener.getsockname()
    with socket.create_connection(place) as stranger:
        stranger.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # resets the connection
    with ThreadPoolExecutor(1) as pool:
        accepting = pool.submit(accept, listener, KEY, soon())
        found, link = connect(place, KEY, soon()), accepting.result()
    found.close()
    link.close()


def test_a_silent_stranger_is_dropped_after_a_while(listener: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_connection(listener.getsockname()):
        call = Link(listener.accept()[0])
        with pytest.raises(Gone, match="the connection has ended"):
            call.check_key(KEY, called=True, seconds=0.2)


def test_a_listener_without_the_key_gets_no_proof(listener: socket.socket) -> None:
    """It sends a challenge and welcomes any answer, as the chief does, but the worker has it prove the key too."""
    replies: list[bytes] = []

    def pretend() -> None:
        call = Link(listener.accept()[0])
        call.send(b"#CHALLENGE#" + b"0" * 20)
        call.receive_hello()
        call.send(b"#WELCOME#")
        call.receive_hello()
        call.send(b"a guess")
        replies.append(call.receive_hello())
        call.close()

    thread = threading.Thread(target=pretend)
    thread.start()
    with pytest.raises(WrongKey):
        connect(listener.getsockname(), KEY, soon())
    thread.join()
    assert replies == [b"#FAILURE#"]
