"""`nntrain check`: find every error of a config without training."""

from nntrain import backend
from nntrain.cli.requests import Check
from nntrain.config import rules_of_thumb
from nntrain.config.search.load import load_whole
from nntrain.runs.checked import checked
from nntrain.terminal import Terminal


def run(request: Check, terminal: Terminal) -> None:
    """Print that the config is valid; raises ConfigError with all its errors."""
    config = checked(load_whole(request.config, request.assignments or ()), terminal, request.runs_dir)
    size, built = "", config.known
    if request.build:
        backend.start("cpu", request.verbose)
        size, built = request.heavy().build(config, terminal)
    notes = list(rules_of_thumb.notes(built.experiment if built else config.experiment))
    for note in notes:
        terminal.note(f"note: {note}")
    terminal.event("check", {"file": request.config, "errors": 0, "notes": notes})
    terminal.line(f"{request.config} is valid{size}")
