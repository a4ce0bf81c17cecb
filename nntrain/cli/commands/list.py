"""`nntrain list`: the names that a config may use, and what one of them means."""

from dataclasses import asdict

from nntrain.cli.requests import List
from nntrain.config import catalogue, describe
from nntrain.terminal import Terminal


def run(request: List, terminal: Terminal) -> None:
    """Print the names of every kind or of one, or what a name or a path means; raises ConfigError for another word."""
    wanted = request.name
    if wanted is None or catalogue.is_kind(wanted):
        _kinds(list(catalogue.kinds()) if wanted is None else [wanted], terminal)
    else:
        _meanings(wanted, terminal)


def _kinds(kinds: list[str], terminal: Terminal) -> None:
    found = {kind: catalogue.entries(kind) for kind in kinds}
    terminal.event("list", found)
    for kind, entries in found.items():
        terminal.table(kind, ("name", "what it is"), list(entries.items()))


def _meanings(name: str, terminal: Terminal) -> None:
    found = describe.find(name)
    terminal.event("list", {"name": name, "found": [asdict(one) for one in found]})
    for one in found:
        terminal.line(f"{one.title}: {one.meaning}")
        for fact, value in one.facts.items():
            terminal.line(f"  {fact}: {value}")
        if one.options:
            terminal.table("", describe.COLUMNS, [list(row) for row in one.options])
