"""A connection between two workers: whole messages of bytes, after both have proven that they know the key.

`multiprocessing.connection` frames the messages and checks the key. Its Listener and Client have no time limit and no
IPv6, so sockets are opened here. A message is never unpickled.
"""

import contextlib
import queue
import socket
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing import AuthenticationError
from multiprocessing.connection import Connection, answer_challenge, deliver_challenge

LARGEST = 1 << 36  # bytes of a message, which may hold a model with its optimizer
LARGEST_HELLO = 1 << 16  # bytes of a message before the training begins
HELLO_SECONDS = 10.0  # for the key, and for a message before the training begins


class Gone(Exception):
    """The other side has closed the connection, or its machine does not answer."""


class WrongKey(Gone):
    """The other side has another key, or does not speak the protocol."""


class Link:
    """One side of a connection. After `listen` a thread reads it, and `receive` returns what the thread has read."""

    def __init__(self, call: socket.socket) -> None:
        call.settimeout(None)
        call.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _keep_alive(call)
        self._socket = call  # to shut down what `_connection` reads
        self._connection = Connection(call.dup().detach())
        self.is_gone = False
        self._messages: queue.Queue[bytes | None] = queue.Queue()
        self._reader: threading.Thread | None = None

    def check_key(self, key: bytes, *, called: bool, seconds: float = HELLO_SECONDS) -> None:
        """Have both sides prove that they know the key; raises Gone or WrongKey."""
        with self._limited(seconds):
            if self._socket.getsockname() == self._socket.getpeername():  # the system can connect a port to itself
                raise OSError("nobody listens")
            for step in (deliver_challenge, answer_challenge)[:: 1 if called else -1]:
                step(self._connection, key)

    def send(self, content: bytes) -> None:
        """Send a message; raises Gone."""
        try:
            self._connection.send_bytes(content)
        except OSError as error:
            raise Gone(str(error)) from None

    def receive_hello(self, seconds: float = HELLO_SECONDS) -> bytes:
        """Return the next message, before `listen`; raises Gone when it does not come in time, or is too large."""
        with self._limited(seconds):
            return self._connection.recv_bytes(LARGEST_HELLO)

    def listen(self, gone: Callable[[], None]) -> None:
        """Start a thread that reads from now on, and call `gone` when the connection ends."""
        self._reader = threading.Thread(target=self._listen, args=(gone,), daemon=True)
        self._reader.start()

    def receive(self) -> bytes:
        """Return the next message; raises Gone when the connection ends before it."""
        content = self._messages.get()
        if content is None:
            self._messages.put(None)  # for the next call
            raise Gone("the connection has ended")
        return content

    def wait(self) -> None:
        """Return when the connection has ended."""
        if self._reader is not None:
            self._reader.join()

    def close(self) -> None:
        """End the connection, and the thread that reads it."""
        self._shut_down()
        self.wait()
        self._connection.close()
        self._socket.close()

    def _listen(self, gone: Callable[[], None]) -> None:
        with contextlib.suppress(EOFError, OSError, MemoryError):
            while True:
                self._messages.put(self._connection.recv_bytes(LARGEST))
        self.is_gone = True
        self._messages.put(None)
        gone()

    @contextlib.contextmanager
    def _limited(self, seconds: float) -> Iterator[None]:
        """Close the connection and raise Gone when the block fails or takes longer."""
        timer = threading.Timer(max(seconds, 0.1), self._shut_down)
        timer.start()
        try:
            yield
        except (AuthenticationError, AssertionError):  # Python 3.11 asserts that the other side speaks the protocol
            self.close()
            raise WrongKey("the key of the other side differs") from None
        except (EOFError, OSError) as error:
            self.close()
            raise Gone(str(error) or "the connection has ended") from None
        finally:
            timer.cancel()

    def _shut_down(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)


def accept(listener: socket.socket, key: bytes, until: float) -> Link:
    """Return the next call with this key; raises Gone if none comes before this moment of the monotonic clock."""
    while (left := until - time.monotonic()) > 0:
        listener.settimeout(left)
        with contextlib.suppress(OSError, Gone):
            link = Link(listener.accept()[0])
            link.check_key(key, called=True)
            return link
    raise Gone("nobody calls")


def connect(place: tuple[str, int], key: bytes, until: float) -> Link:
    """Return the connection to this place; raises WrongKey, or Gone if nobody answers before this moment."""
    while (left := until - time.monotonic()) > 0:
        try:
            link = Link(socket.create_connection(place, timeout=min(left, 5.0)))
            link.check_key(key, called=False, seconds=left)
            return link
        except WrongKey:
            raise
        except (OSError, Gone):
            time.sleep(min(left, 0.2))
    raise Gone("nobody answers")


def _keep_alive(call: socket.socket) -> None:
    """Notice after about 15 seconds that the other machine has lost its power."""
    call.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (("TCP_KEEPIDLE", 6), ("TCP_KEEPINTVL", 3), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, name):
            call.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
