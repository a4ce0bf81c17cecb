"""A page that a command serves on this machine until a signal comes."""

import secrets
import socket
import sys
import threading
import time
from collections.abc import Callable

from nntrain.errors import ConfigError
from nntrain.serving.server import listen, url_of
from nntrain.terminal import Terminal
from nntrain.training.signals import watched
from nntrain.watching.loopback import LoopbackServer

_HOST = "127.0.0.1"
_LOOK_SECONDS = 0.1  # a signal that comes just before an endless wait would be seen after it, which is never


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
    """Answer requests until a signal comes; make: a server from the token, which is in the address that is printed.

    A second signal ends the process.
    """
    token = secrets.token_urlsafe(16)
    with watched() as request, make(token) as server:
        answering = threading.Thread(target=server.serve_forever, name="http", daemon=True)
        answering.start()
        url = f"{url_of(server.socket)}/?token={token}"
        terminal.event(event, {"url": url})
        terminal.line(f"open {url}\nCtrl-C stops it")
        sys.stdout.flush()
        while not request.signal:
            time.sleep(_LOOK_SECONDS)
        server.shutdown()
