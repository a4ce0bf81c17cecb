"""`nntrain list`: the names that a config may use."""

from nntrain.cli.requests import List
from nntrain.config import catalogue
from nntrain.terminal import Terminal


def run(request: List, terminal: Terminal) -> None:
    """Print each name with what it is; raises ConfigError for an unknown kind."""
    kinds = catalogue.kinds() if request.kind is None else [request.kind]
    found = {kind: catalogue.entries(kind) for kind in kinds}
    terminal.event("list", found)
    for kind, entries in found.items():
        terminal.table(kind, ("name", "what it is"), list(entries.items()))
