"""`nntrain list`: the names that a config may use."""

from dataclasses import dataclass

from nntrain.config import catalogue
from nntrain.terminal import Terminal


@dataclass(frozen=True, kw_only=True)
class List:
    """A request to list the names of a kind, such as `layers`, or of every kind."""

    kind: str | None = None

    def run(self, terminal: Terminal) -> None:
        """Print each name with what it is; raises ConfigError for an unknown kind."""
        kinds = catalogue.kinds() if self.kind is None else [self.kind]
        found = {kind: catalogue.entries(kind) for kind in kinds}
        terminal.event("list", found)
        for kind, entries in found.items():
            terminal.table(kind, ("name", "what it is"), list(entries.items()))
