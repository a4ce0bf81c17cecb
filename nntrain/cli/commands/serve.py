"""`nntrain serve`: a trained run that answers requests over HTTP."""

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
        request.heavy().run(request, run_dir, listening, terminal)
    terminal.event("stopped", {"run": str(run_dir)})
    terminal.note("stopped; every request that had arrived was answered")
