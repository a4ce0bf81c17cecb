"""A page that a command serves on this machine until a signal comes."""

import secrets
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from nntrain.errors import ConfigError
from nntrain.serving.server import listen, url_of
from nntrain.terminal import Terminal
from nntrain.training.signals import STOPPING
from nntrain.watching.loopback import LoopbackServer

_HOST = "127.0.0.1"


def listening(port: int | None, usual: int) -> socket.socket:
    """Return a socket that listens on the wanted port, or else on the usual one or on any that is free.

    Raises ConfigError where the wanted port cannot be used.
    """
    if port is not None:
        return listen(_HOST, port)
    try:
        return listen(_HOST, usual)
    except ConfigError:
        return listen(_HOST, 0)


def serve(make: Callable[[str], LoopbackServer], event: str, terminal: Terminal) -> None:
    """Answer requests until a signal comes; make: a server from the token, which is in the address that is printed."""
    token = secrets.token_urlsafe(16)
    with _signals() as stop, make(token) as server:
        answering = threading.Thread(target=server.serve_forever, name="http", daemon=True)
        answering.start()
        url = f"{url_of(server.socket)}/?token={token}"
        terminal.event(event, {"url": url})
        terminal.line(f"open {url}\nCtrl-C stops it")
        sys.stdout.flush()
        stop.wait()
        server.shutdown()


@contextmanager
def _signals() -> Iterator[threading.Event]:
    """Return what is set when a signal asks to stop; a second one ends the process."""
    stop = threading.Event()

    def receive(number: int, _: object) -> None:
        stop.set()
        for each in STOPPING:
            signal.signal(each, signal.SIG_DFL)

    before = {number: signal.signal(number, receive) for number in STOPPING}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
