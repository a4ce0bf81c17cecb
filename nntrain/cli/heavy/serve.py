"""`nntrain serve`, from a run and a socket to the answers."""

import ipaddress
import socket
import sys
from dataclasses import replace

from nntrain.cli.requests import Serve
from nntrain.serving import app, server
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal


def run(request: Serve, run_dir: RunDir, listening: socket.socket, terminal: Terminal) -> None:
    """Answer requests until a signal comes."""
    service = replace(
        app.Service.of_run(run_dir),
        token=request.token or "",
        most_rows=request.max_rows,
        seconds=request.timeout,
        joined=request.join,
    )
    if not request.token and not _is_loopback(request.host):
        terminal.note(f"warning: anybody who reaches {request.host} can use the service; `--token` asks for one")
    url = server.url_of(listening)

    def ready() -> None:
        terminal.event("serve", {"run": str(run_dir), "url": url})
        terminal.line(f"{run_dir} answers at {url}/predict; Ctrl-C stops it")
        sys.stdout.flush()

    server.run(app.make(service), listening, ready)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
