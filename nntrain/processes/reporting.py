"""The terminal of a training in a worker: what it would print or draw is sent to the process that shows it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nntrain.errors import printable
from nntrain.processes.messages import Event
from nntrain.processes.settings import Say
from nntrain.terminal import Display, Terminal, plain_console


@dataclass
class _SentDisplay:
    number: int
    say: Say

    def begin(self) -> None:
        """Do nothing: the task has begun when it was given to the worker."""

    def show(self, share: float, text: str) -> None:
        """Send which share is done, and the metrics."""
        self.say(Event(self.number, "shown", message=text, share=share))

    def epoch(self, row: Mapping[str, float]) -> None:
        """Send the row of an epoch."""
        self.say(Event(self.number, "epoch", row=dict(row)))

    def end(self) -> None:
        """Do nothing: the task ends with an event of its own."""


@dataclass
class SentTerminal(Terminal):
    """A terminal that sends notes, events and the progress of a task, and keeps all lines for its log.txt."""

    number: int = 0
    say: Say = field(default=lambda event: False)

    def __post_init__(self) -> None:
        self.display: Display = _SentDisplay(self.number, self.say)
        self.err = plain_console(stderr=True, force_terminal=False)  # on which nothing is drawn

    def note(self, text: str) -> None:
        """Send a message for stderr."""
        self.log.append(printable(text))
        self.say(Event(self.number, "note", message=text))

    def event(self, name: str, content: Mapping[str, Any]) -> None:
        """Send a line of JSON for stdout; that of an epoch follows from its row."""
        if name != "epoch":
            self.say(Event(self.number, "json", message=name, row=dict(content)))
