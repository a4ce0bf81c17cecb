"""The server: a socket that listens, and uvicorn until a signal stops it."""

import asyncio
import contextlib
import errno
import logging
import os
import select
import signal
import socket
import time
from collections.abc import Callable
from typing import Any

from nntrain.errors import ConfigError
from nntrain.training.signals import STOPPING

BACKLOG = 512
DRAIN_SECONDS = 2.0  # for the connections that wait to be accepted
ARRIVAL_SECONDS = 0.3  # for the requests of connections that are accepted, before idle ones are closed
GRACE_SECONDS = 60  # for the requests that are being answered when a signal comes


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; port 0 takes any free one. Raises ConfigError where that is not possible."""
    try:
        family = socket.getaddrinfo(host or "127.0.0.1", port, type=socket.SOCK_STREAM)[0][0]
        listening = socket.create_server((host or "127.0.0.1", port), family=family, backlog=BACKLOG)
    except socket.gaierror:
        raise ConfigError(f"`--host {host}` is no address of this machine", help="write `--host 127.0.0.1`") from None
    except OSError as error:
        raise _unusable(host, port, error) from None
    # An answer is written in two parts: without this the second one waits up to 40 ms for an acknowledgement.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def _unusable(host: str, port: int, error: OSError) -> ConfigError:
    if error.errno == errno.EADDRINUSE:
        return ConfigError(f"port {port} of {host} is taken", help="give another with `--port`; 0 takes any free one")
    if error.errno == errno.EACCES:
        return ConfigError(f"port {port} needs more rights", help="write `--port 8000`")
    return ConfigError(
        f"nobody can listen on {host}, port {port}: {os.strerror(error.errno or 0)}", help="write `--host 127.0.0.1`"
    )


def url_of(listening: socket.socket) -> str:
    """Return the address that a browser of this machine opens."""
    host, port = listening.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}"


def run(app: Any, listening: socket.socket, ready: Callable[[], None]) -> None:
    """Answer requests until SIGTERM or Ctrl-C; those that have arrived by then are still answered."""
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets=sockets)
            if self.started:
                ready()

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            await _accept_the_rest(listening)
            for server in self.servers:
                server.close()
            await asyncio.sleep(ARRIVAL_SECONDS)
            await super().shutdown(sockets=sockets)

    config = uvicorn.Config(
        app, log_level=logging.ERROR, access_log=False, timeout_graceful_shutdown=GRACE_SECONDS, server_header=False
    )
    with _signals_ignored(), listening:
        Server(config).run(sockets=[listening])


async def _accept_the_rest(listening: socket.socket) -> None:
    """Wait until the system holds no connection that asyncio has not accepted: to close the socket would reset it."""
    deadline = time.monotonic() + DRAIN_SECONDS
    while select.select([listening], [], [], 0)[0] and time.monotonic() < deadline:
        await asyncio.sleep(0.001)


@contextlib.contextmanager
def _signals_ignored() -> Any:
    """Ignore the signal that uvicorn sends again at its end, after it has handled it: to stop is not an error."""
    before = {number: signal.signal(number, lambda *_: None) for number in STOPPING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
