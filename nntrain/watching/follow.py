"""Follows what is in a directory until it ends: a screen on a terminal, else a line for each epoch."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nntrain.errors import printable
from nntrain.terminal import Terminal, plain_console

if TYPE_CHECKING:
    from rich.console import Console
    from rich.live import Live

SECONDS = 1.0  # between two looks at the files
SHARE = 0.1  # of the time that the looks may take, at most
_WIDEST, _HIGHEST = 110, 34  # of a screen

Lines = Callable[[int, int, bool], Sequence[str]]
"""Of a screen of this width and height, with Braille patterns or without."""


@dataclass(frozen=True)
class Look:
    """What is there now. news: what to print where there is no screen.

    heads, runs: lines about the state, for a page, of the whole and of each run in it.
    """

    lines: Lines
    news: Sequence[str]
    is_over: bool
    heads: Sequence[str] = ()
    runs: Sequence[str] = ()


def follow(look: Callable[[], Look], terminal: Terminal) -> None:
    """Show what is there until it is over, or until Ctrl-C, which stops the watching and not the training.

    On a terminal the last screen stays.
    """
    screen = screen_of(terminal)
    try:
        if screen is None:
            _print(look, terminal)
        else:
            _show(look, screen)
    except KeyboardInterrupt:
        terminal.note("no longer watching; the training goes on")


def _print(look: Callable[[], Look], terminal: Terminal) -> None:
    """Print what is new, line by line; a line may be new before others that were there."""
    printed = set[str]()
    while True:
        began = time.monotonic()
        now = look()
        for line in now.news:
            if line not in printed:
                terminal.line(line)
        printed |= set(now.news)
        if now.is_over:
            return
        _wait(began)


def _wait(began: float) -> None:
    """Wait for a second, or so long that the look which began then takes a tenth of the time."""
    time.sleep(max(SECONDS, (time.monotonic() - began) * (1 / SHARE - 1)))


def _show(look: Callable[[], Look], screen: "Screen") -> None:
    """Draw a screen again and again."""
    try:
        while True:
            began = time.monotonic()
            now = look()
            screen.show(now.lines)
            if now.is_over:
                return
            _wait(began)
    finally:
        screen.end()


class Screen:
    """Lines that are drawn again in place, on a terminal; the last ones stay."""

    def __init__(self, console: "Console") -> None:
        self.console = console
        self.live: Live | None = None

    def show(self, lines: Lines) -> None:
        """Draw the lines for the size that the terminal has now."""
        from rich.console import Group
        from rich.live import Live
        from rich.text import Text

        width, height = min(self.console.width, _WIDEST), min(self.console.height - 2, _HIGHEST)
        found = map(printable, lines(width, height, self.console.encoding.startswith("utf")))
        drawn = Group(*(Text(line, no_wrap=True, overflow="ellipsis") for line in found))
        if self.live is None:
            self.live = Live(drawn, console=self.console, auto_refresh=False)
            self.live.start()
        self.live.update(drawn, refresh=True)

    def end(self) -> None:
        """Leave the last lines on the terminal."""
        if self.live is not None:
            self.live.stop()
            self.live = None


def screen_of(terminal: Terminal) -> Screen | None:
    """Return a screen on stderr; None where that is not a terminal, and where JSON or nothing is wanted."""
    console = plain_console(stderr=True, soft_wrap=False)
    drawn = console.is_terminal and not console.is_dumb_terminal
    return Screen(console) if drawn and not (terminal.as_json or terminal.quiet) else None
