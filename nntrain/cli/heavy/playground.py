"""`nntrain playground`, from the base to a page that is served or written."""

import socket
from pathlib import Path

from nntrain.cli import served_page
from nntrain.playground import spread
from nntrain.playground.base import Base
from nntrain.playground.page import alone
from nntrain.playground.server import Server
from nntrain.playground.session import Session
from nntrain.storage.atomic import write_text
from nntrain.terminal import Terminal


def serve(base: Base, listening: socket.socket, terminal: Terminal) -> None:
    """Train, and serve the page until a signal comes."""
    session = Session(base)
    session.start()
    served_page.serve(lambda token: Server(listening, session, token), "playground", terminal)
    session.close()


def write(base: Base, file: Path, terminal: Terminal) -> None:
    """Write the page that trains by itself; raises ConfigError for what JavaScript does not train."""
    spread.refuse_other_parts(base)
    data = spread.data_of(base)
    terminal.note(f"note: {spread.SEEDS} seeds are trained for {spread.EPOCHS} epochs, with which the page compares")
    text = alone.page(base, data, spread.spread_of(base))
    write_text(file, text)
    terminal.event("playground", {"html": str(file), "bytes": len(text.encode())})
    terminal.line(f"{file} is written: {len(text.encode()):,} bytes, which train in a browser without nntrain")
