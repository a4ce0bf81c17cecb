"""A connection between two workers: messages of bytes, each whole; its end is seen at once."""

import contextlib
import queue
import socket
import struct
import threading
import time
from collections.abc import Callable

LARGEST = 1 << 40  # bytes of a message; what claims to be larger is no worker
_LENGTH = struct.Struct(">Q")


class Gone(Exception):
    """The other side has closed the connection, or its machine does not answer."""


class Link:
    """One side of a connection. After `listen` a thread reads it, and `receive` takes what has come."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.is_gone = False
        self._messages: queue.Queue[bytes | None] = queue.Queue()
        self._reader: threading.Thread | None = None
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _keep_alive(connection)

    def send(self, content: bytes) -> None:
        """Sends a message; raises Gone."""
        try:
            self.connection.sendall(_LENGTH.pack(len(content)) + content)
        except OSError as error:
            raise Gone(str(error)) from None

    def receive_now(self, seconds: float = 10.0) -> bytes:
        """The next message, before `listen`; raises Gone when none comes in time."""
        self.connection.settimeout(max(seconds, 0.1))
        content = self._read()
        self.connection.settimeout(None)
        return content

    def listen(self, gone: Callable[[], None]) -> None:
        """Reads in a thread from now on; `gone` is called in it when the connection ends."""
        self._reader = threading.Thread(target=self._listen, args=(gone,), daemon=True)
        self._reader.start()

    def receive(self) -> bytes:
        """The next message; raises Gone when the connection ends before it."""
        content = self._messages.get()
        if content is None:
            self._messages.put(None)  # the next one to ask shall hear it too
            raise Gone("the connection has ended")
        return content

    def wait(self) -> None:
        """Returns when the connection has ended."""
        if self._reader is not None:
            self._reader.join()

    def close(self) -> None:
        """Ends the connection, and the thread that reads it."""
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)
        self.wait()
        self.connection.close()

    def _listen(self, gone: Callable[[], None]) -> None:
        with contextlib.suppress(Gone):
            while True:
                self._messages.put(self._read())
        self.is_gone = True
        self._messages.put(None)
        gone()

    def _read(self) -> bytes:
        (length,) = _LENGTH.unpack(self._exactly(_LENGTH.size))
        if length > LARGEST:
            raise Gone("what came is no message")
        return self._exactly(length)

    def _exactly(self, count: int) -> bytes:
        parts = bytearray()
        while len(parts) < count:
            try:
                part = self.connection.recv(min(count - len(parts), 1 << 20))
            except OSError as error:
                raise Gone(str(error)) from None
            if not part:
                raise Gone("the connection has ended")
            parts += part
        return bytes(parts)


def accept(listener: socket.socket, until: float) -> Link | None:
    """The next call before this moment of the monotonic clock; None when there is none."""
    listener.settimeout(max(until - time.monotonic(), 0.01))
    try:
        connection, _ = listener.accept()
    except TimeoutError:
        return None
    connection.settimeout(None)
    return Link(connection)


def connect(place: tuple[str, int], until: float) -> Link | None:
    """A call that is answered before this moment; None when there is none."""
    while (left := until - time.monotonic()) > 0:
        try:
            connection = socket.create_connection(place, timeout=min(left, 5.0))
        except OSError:
            time.sleep(min(left, 0.2))
            continue
        if connection.getsockname() == connection.getpeername():  # the system can connect a local port to itself
            connection.close()
            continue
        connection.settimeout(None)
        return Link(connection)
    return None


def _keep_alive(connection: socket.socket) -> None:
    """A machine that has lost its power answers no more: noticed after about 15 seconds."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (("TCP_KEEPIDLE", 6), ("TCP_KEEPINTVL", 3), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, name):
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
