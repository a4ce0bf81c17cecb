"""SIGINT and SIGTERM: the first stops the training after this piece, the second the process; a thread calls `ask`."""

import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import FrameType

from nntrain.errors import Stopped

STOPPING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
SAVING = getattr(signal, "SIGUSR1", None)  # Windows has none
WATCHED = (*STOPPING, *([SAVING] if SAVING else []))


class StopRequest:
    """Whether a signal or another thread asked the training to stop."""

    def __init__(self) -> None:
        self.signal = 0
        self.wants_checkpoint = False

    def receive(self, number: int, _: FrameType | None) -> None:
        """Handle a signal; after one that stops the training the next one ends the process."""
        if number == SAVING:
            self.wants_checkpoint = True
            return
        self.signal = number
        for watched in STOPPING:
            signal.signal(watched, signal.SIG_DFL)

    def ask(self, number: int = signal.SIGTERM) -> None:
        """Ask to stop as a signal does, from any thread."""
        self.signal = number

    def raise_if_asked(self, but: str = "") -> None:
        """Raise Stopped if a signal arrived; `but` is what else went wrong."""
        if self.signal:
            name = signal.Signals(self.signal).name
            raise Stopped(f"by {name}; {but}" if but else f"by {name}", signal=self.signal)


Watch = Callable[[], AbstractContextManager[StopRequest]]


@contextmanager
def watched() -> Iterator[StopRequest]:
    """Receive signals inside the block; only the main thread can."""
    request = StopRequest()
    handled = [number for number in WATCHED if signal.getsignal(number) != signal.SIG_IGN or number == SAVING]
    try:
        before = {number: signal.signal(number, request.receive) for number in handled}
    except ValueError:
        yield request
        return
    try:
        yield request
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def interruptible() -> Iterator[StopRequest]:
    """Receive Ctrl-C inside the block, for a process that goes on after the training, such as a notebook.

    The first one stops the training after this piece; the next one does what it did before the block. Other signals
    keep their meaning. Only the main thread can receive signals.
    """
    request = StopRequest()
    before = signal.getsignal(signal.SIGINT)

    def receive(number: int, _: FrameType | None) -> None:
        request.ask(number)
        signal.signal(number, before)

    try:
        signal.signal(signal.SIGINT, receive)
    except ValueError:
        yield request
        return
    try:
        yield request
    finally:
        signal.signal(signal.SIGINT, before)
