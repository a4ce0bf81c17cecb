"""`nntrain list`: the names that a config may use, and what one of them means."""

from dataclasses import asdict

from nntrain import extensions
from nntrain.cli.requests import List
from nntrain.config import catalogue, describe
from nntrain.errors import ConfigError
from nntrain.terminal import Terminal

# The modules of commands are named as their requests.
_COMMANDS = {{"evaluate": "eval", "lrfind": "lr-find"}.get(name, name) for name in extensions.names("cli.commands")}


def run(request: List, terminal: Terminal) -> None:
    """Print the names of every kind or of one, or what a name or a path means; raises ConfigError for another word."""
    word = request.name
    if word is None or catalogue.is_kind(word):
        _kinds(list(catalogue.kinds()) if word is None else [word], terminal)
    else:
        _meanings(word, terminal)


def _kinds(kinds: list[str], terminal: Terminal) -> None:
    found = {kind: catalogue.entries(kind) for kind in kinds}
    terminal.event("list", found)
    for kind, entries in found.items():
        terminal.table(kind, ("name", "what it is"), list(entries.items()))


def _meanings(name: str, terminal: Terminal) -> None:
    try:
        found = describe.find(name)
    except ConfigError:
        if name not in _COMMANDS:
            raise
        help = f"write `nntrain {name} --help`"
        raise ConfigError(f"`{name}` is a command, not a name of a config", help=help) from None
    terminal.event("list", {"name": name, "found": [asdict(one) for one in found]})
    for one in found:
        terminal.line(f"{one.title}: {one.meaning}")
        for fact, value in one.facts.items():
            terminal.line(f"  {fact}: {value}")
        if one.options:
            terminal.table("", describe.COLUMNS, [list(row) for row in one.options])
