"""`nntrain devices`: the devices that TensorFlow computes on."""

from nntrain import backend
from nntrain.cli.requests import Devices
from nntrain.terminal import Terminal


def run(request: Devices, terminal: Terminal) -> None:
    """Print kind and name of each device."""
    backend.start("auto", request.verbose)
    found = backend.devices()
    terminal.event("devices", {"devices": found})
    terminal.table("", ("device", "kind", "name"), [[each["device"], each["kind"], each["name"]] for each in found])
