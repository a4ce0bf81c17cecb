"""`nntrain serve`: a trained run that answers requests over HTTP."""

import ipaddress
import sys
from dataclasses import replace

from nntrain import backend
from nntrain.cli.requests import Serve
from nntrain.errors import ConfigError, need
from nntrain.serving import server
from nntrain.storage.find_runs import find_run
from nntrain.terminal import Terminal


def run(request: Serve, terminal: Terminal) -> None:
    """Serve the run until a signal comes; raises ConfigError for an address that cannot be used."""
    need("serve", "fastapi", "uvicorn", extra="serve")
    run_dir = find_run(request.runs_dir, request.name)
    if request.token is not None and not (request.token.isascii() and request.token.isprintable() and request.token):
        raise ConfigError("a token is printable ASCII text", help='write `--token "$(openssl rand -hex 16)"`')
    with server.listen(request.host, request.port) as listening:
        backend.start(request.device, request.verbose)
        from nntrain.serving import app

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
    terminal.event("stopped", {"run": str(run_dir)})
    terminal.note("stopped; every request that had arrived was answered")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
