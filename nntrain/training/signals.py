"""SIGINT and SIGTERM: the first asks the training to stop at the next piece, the second ends the process at once.

A worker of a search gets no signals of its own; its `StopRequest` is asked by a thread.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from nntrain.errors import Stopped

WATCHED = (signal.SIGINT, signal.SIGTERM)


class StopRequest:
    """Whether a signal, or another thread, has asked the training to stop."""

    def __init__(self) -> None:
        self.signal = 0

    def receive(self, number: int, _: FrameType | None) -> None:
        """The signal handler."""
        self.signal = number
        for watched in WATCHED:
            signal.signal(watched, signal.SIG_DFL)

    def ask(self, number: int = signal.SIGTERM) -> None:
        """Asks as the signal would; from any thread."""
        self.signal = number

    def raise_if_asked(self, but: str = "") -> None:
        """Raises Stopped when a signal has come; `but` is what went wrong besides."""
        if self.signal:
            name = signal.Signals(self.signal).name
            raise Stopped(f"by {name}; {but}" if but else f"by {name}", signal=self.signal)


@contextmanager
def watched() -> Iterator[StopRequest]:
    """Receives the signals while it lasts; in a thread that cannot, nothing is received."""
    request = StopRequest()
    try:
        before = {number: signal.signal(number, request.receive) for number in WATCHED}
    except ValueError:
        yield request
        return
    try:
        yield request
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
