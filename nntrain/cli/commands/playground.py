"""`nntrain playground`: a page on which a small network trains before one's eyes."""

import secrets
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nntrain import backend
from nntrain.cli import output_file
from nntrain.cli.requests import Playground
from nntrain.config.load import Config, load
from nntrain.errors import ConfigError
from nntrain.nearest import exists
from nntrain.playground import from_config
from nntrain.playground.base import Base
from nntrain.runs.checked import checked
from nntrain.serving.server import listen, url_of
from nntrain.storage.atomic import write_text
from nntrain.terminal import Terminal
from nntrain.training.signals import STOPPING

_HOST, _PORT = "127.0.0.1", 8765


def run(request: Playground, terminal: Terminal) -> None:
    """Serve the page until a signal comes; raises ConfigError for data that are not of two inputs."""
    if request.html is not None:
        output_file.refuse(request.html, None if request.file is None else Path(request.file), "--html", "page.html")
    base = _base(request, terminal)
    for note in base.notes:
        terminal.note(f"note: {note}")
    if request.html is not None:
        _write(base, request.html, request, terminal)
        return
    with _listening(request.port) as listening:
        backend.start(request.device, request.verbose)
        from nntrain.playground.server import Server
        from nntrain.playground.session import Session

        session = Session(base)
        token = secrets.token_urlsafe(16)
        with _signals() as stop, Server(listening, session, token) as server:
            session.start()
            answering = threading.Thread(target=server.serve_forever, name="http", daemon=True)
            answering.start()
            url = f"{url_of(listening)}/?token={token}"
            terminal.event("playground", {"url": url})
            terminal.line(f"open {url}\nCtrl-C stops it")
            sys.stdout.flush()
            stop.wait()
            session.close()
            server.shutdown()
    terminal.event("stopped", {})
    terminal.note("stopped")


def _write(base: Base, file: Path, request: Playground, terminal: Terminal) -> None:
    """Write the page that trains by itself; raises ConfigError for what JavaScript does not train."""
    backend.start(request.device, request.verbose)
    from nntrain.playground import spread
    from nntrain.playground.page import alone

    spread.refuse_other_parts(base)
    terminal.note(f"note: {spread.SEEDS} seeds are trained for {spread.EPOCHS} epochs, with which the page compares")
    text = alone.page(base, spread.content(base))
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
    from nntrain.data.dataset import load_data
    from nntrain.playground.plane import refuse_other_inputs

    data = load_data(config)
    refuse_other_inputs(data)
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


def _listening(port: int | None) -> socket.socket:
    """Return a socket that listens on the wanted port, or else on the usual one or on any that is free."""
    if port is not None:
        return listen(_HOST, port)
    try:
        return listen(_HOST, _PORT)
    except ConfigError:
        return listen(_HOST, 0)


@contextmanager
def _signals() -> Iterator[threading.Event]:
    """Return what is set when a signal asks to stop; a second one ends the process."""
    stop = threading.Event()

    def receive(number: int, _: object) -> None:
        stop.set()
        for each in STOPPING:
            signal.signal(each, signal.SIG_DFL)

    before = {number: signal.signal(number, receive) for number in STOPPING}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
