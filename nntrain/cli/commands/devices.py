"""`nntrain devices`: the devices that TensorFlow computes on."""

from dataclasses import dataclass

from nntrain import backend
from nntrain.terminal import Terminal


@dataclass(frozen=True, kw_only=True)
class Devices:
    """A request to list the devices."""

    verbose: bool = False

    def run(self, terminal: Terminal) -> None:
        """Print kind and name of each device."""
        backend.start("auto", self.verbose)
        found = backend.devices()
        terminal.event("devices", {"devices": found})
        terminal.table("", ("device", "kind", "name"), [[each["device"], each["kind"], each["name"]] for each in found])
