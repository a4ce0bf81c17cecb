"""`nntrain playground`: a page on which a small network trains while you watch."""

from pathlib import Path

from nntrain import backend
from nntrain.cli import output_file, served_page
from nntrain.cli.requests import Playground
from nntrain.config.load import Config, load
from nntrain.errors import ConfigError
from nntrain.nearest import exists
from nntrain.playground import from_config
from nntrain.playground.base import Base
from nntrain.playground.page import alone
from nntrain.runs.checked import checked
from nntrain.storage.atomic import write_text
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
        _write(base, request.html, request, terminal)
        return
    with served_page.listening(request.port, _PORT) as listening:
        backend.start(request.device, request.verbose)
        from nntrain.playground import server, session

        played = session.Session(base)
        played.start()
        served_page.serve(lambda token: server.Server(listening, played, token), "playground", terminal)
        played.close()
    terminal.event("stopped", {})
    terminal.note("stopped")


def _write(base: Base, file: Path, request: Playground, terminal: Terminal) -> None:
    """Write the page that trains by itself; raises ConfigError for what JavaScript does not train."""
    backend.start(request.device, request.verbose)
    from nntrain.playground import spread

    spread.refuse_other_parts(base)
    data = spread.data_of(base)
    terminal.note(f"note: {spread.SEEDS} seeds are trained for {spread.EPOCHS} epochs, with which the page compares")
    text = alone.page(base, data, spread.spread_of(base))
    write_text(file, text)
    terminal.event("playground", {"html": str(file), "bytes": len(text.encode())})
    terminal.line(f"{file} is written: {len(text.encode()):,} bytes, which train in a browser without nntrain")


def _base(request: Playground, terminal: Terminal) -> Base:
    """Return the base of what was given: a config by its ending, else a table."""
    if request.file is None:
        _refuse(request, ("--target", request.target), ("--set", request.assignments))
        return Base()
    if request.file.endswith((".yaml", ".yml")) or (not exists(Path(request.file)) and not Path(request.file).suffix):
        _refuse(request, ("--target", request.target))
        return _of_config(checked(load(request.file, request.assignments or ()), terminal, Path("runs")))
    _refuse(request, ("--set", request.assignments))
    from nntrain.playground import from_table

    return from_table.base_of(Path(request.file), request.target)


def _of_config(config: Config) -> Base:
    """Return the base of a config; raises ConfigError and DataError where its data have not two inputs."""
    from nntrain.playground.plane import data_of

    data = data_of(config)
    return from_config.base_of(config, config.resolve(data.schema))


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
