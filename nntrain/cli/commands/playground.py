"""`nntrain playground`: a page on which a small network trains while you watch."""

from pathlib import Path

from nntrain import backend
from nntrain.cli import output_file, served_page
from nntrain.cli.requests import Playground
from nntrain.config.load import load
from nntrain.errors import ConfigError
from nntrain.nearest import exists
from nntrain.playground import from_config
from nntrain.playground.base import Base
from nntrain.runs.checked import checked
from nntrain.terminal import Terminal

_PORT = 8765


def run(request: Playground, terminal: Terminal) -> None:
    """Serve the page until a signal comes; raises ConfigError for data that are not of two inputs."""
    if request.html is not None:
        if request.port is not None:
            raise ConfigError(
                "`--port` is of the page that is served, and `--html` serves none", help="remove `--port`"
            )
        output_file.refuse(request.html, None if request.file is None else Path(request.file), "--html", "page.html")
    base = _base(request, terminal)
    for note in base.notes:
        terminal.note(f"note: {note}")
    if request.html is not None:
        backend.start(request.device, request.verbose)
        request.heavy().write(base, request.html, terminal)
        return
    with served_page.listening(request.port, _PORT) as listening:
        backend.start(request.device, request.verbose)
        request.heavy().serve(base, listening, terminal)
    terminal.event("stopped", {})
    terminal.note("stopped")


def _base(request: Playground, terminal: Terminal) -> Base:
    """Return the base of what was given: a config by its ending, else a table.

    Raises ConfigError and DataError for data that have not two inputs.
    """
    if request.file is None:
        _refuse(request, ("--target", request.target), ("--set", request.assignments))
        return Base()
    if request.file.endswith((".yaml", ".yml")) or (not exists(Path(request.file)) and not Path(request.file).suffix):
        _refuse(request, ("--target", request.target))
        config = checked(load(request.file, request.assignments or ()), terminal, Path("runs"))
    else:
        _refuse(request, ("--set", request.assignments))
        config = None
    from nntrain.playground import from_table, plane  # pandas, and no TensorFlow

    if config is None:
        return from_table.base_of(Path(request.file), request.target)
    return from_config.base_of(config, config.resolve(plane.data_of(config).schema))


def _refuse(request: Playground, *given: tuple[str, object]) -> None:
    what = (
        "a config" if request.file and request.file.endswith((".yaml", ".yml")) else "a table" if request.file else ""
    )
    for option, value in given:
        if value:
            needs = "a table" if option == "--target" else "a config"
            message = f"`{option}` is for {needs}" + (
                f", and `{request.file}` is {what}" if what else ", which is missing"
            )
            raise ConfigError(message, help=f"remove `{option}`")
