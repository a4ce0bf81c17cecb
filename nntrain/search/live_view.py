"""The progress of a search: a live table on a terminal, elsewhere a line for each ended trial."""

import time
from collections.abc import Mapping
from typing import Any

from rich.console import Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from nntrain.config.messages import counted
from nntrain.config.settings import short_names
from nntrain.errors import printable
from nntrain.search.ledger import Entry
from nntrain.search.parameter_axis import label, short_number
from nntrain.search.search_files import SearchDir
from nntrain.terminal import Terminal, clock, plain_console, shown_number

BEST_SHOWN, FAILED_SHOWN = 5, 3


class SearchView:
    """Shows the best trials, the running ones, and why others failed; `spent`: the seconds before it was resumed."""

    def __init__(self, terminal: Terminal, folder: SearchDir, spent: float = 0.0) -> None:
        self.terminal = terminal
        self.directory = folder.directory
        self.search = folder.search
        self.ledger = folder.ledger
        self.began = time.monotonic()
        self.spent = spent
        self.before = len(self.ledger.over())
        self.names = short_names([one.path for one in self.search.space.parameters])
        self.reached: dict[int, tuple[int, float | None]] = {}  # a running trial's number → its epoch and score
        self.live: Live | None = None

    def __enter__(self) -> "SearchView":
        console = plain_console(stderr=True, soft_wrap=False)
        if not self.terminal.quiet and self.terminal.err.is_terminal and not console.is_dumb_terminal:
            self.live = Live(self.screen(), console=console, refresh_per_second=4, transient=True)
            self.live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.live is not None:
            self.live.stop()
            self.live = None

    def epoch(self, entry: Entry, row: Mapping[str, float], score: float | None) -> None:
        """Show a new epoch of a running trial."""
        self.reached[entry.number] = (int(row["epoch"]), score)
        self.draw()

    def ended(self, entry: Entry) -> None:
        """Show a trial that has ended."""
        self.reached.pop(entry.number, None)
        self.terminal.event("trial", self._as_json(entry))
        line = self.line(entry)
        if self.live is None:
            self.terminal.note(line)
        else:
            self.terminal.log.append(printable(line))
            if entry.status == "failed":
                self.live.console.print(line)
        self.draw()

    def note(self, text: str) -> None:
        """Print a note."""
        if self.live is None:
            self.terminal.note(text)
        else:
            self.terminal.log.append(printable(text))
            self.live.console.print(text)

    def line(self, entry: Entry) -> str:
        """Return what is printed of a trial that has ended."""
        return f"{entry.name}  {self._result(entry)}  {self._values(entry)}"

    def _as_json(self, entry: Entry) -> dict[str, object]:
        result = {name: getattr(entry, name) for name in ("score", "spread", "epochs", "seconds")}
        message = {"message": entry.message} if entry.message else {}
        run = str(self.directory.path / entry.name)
        named = {"run": run, "trial": entry.number + 1, "status": entry.status, "values": entry.proposal.values}
        return {**named, **result, **message}

    def _result(self, entry: Entry) -> str:
        if entry.status == "failed":
            return f"failed: {entry.message}"
        best = " (the best so far)" if entry is self.ledger.best else ""
        spread = "" if entry.spread is None else f" ± {shown_number(entry.spread)}"
        word = "pruned at " if entry.status == "pruned" else ""
        return f"{word}{self.search.metric} {shown_number(entry.score)}{spread}{best}"

    def _values(self, entry: Entry) -> str:
        return "  ".join(f"{self.names[path]}={shown_value(value)}" for path, value in entry.proposal.values.items())

    def draw(self) -> None:
        """Show what has changed, where the terminal is live."""
        if self.live is not None:
            self.live.update(self.screen())

    def screen(self) -> Group:
        """Return a headline, and a row for each trial of interest."""
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
        widths = {"trial": 18, self.search.metric: max(6, len(self.search.metric)), "epoch": 5, "values": None}
        for name, width in widths.items():
            table.add_column(name, no_wrap=True, overflow="ellipsis", width=width)
        for entry in self.ledger.ranked()[:BEST_SHOWN]:
            mark = "best" if entry is self.ledger.best else entry.status
            table.add_row(f"{entry.name} {mark}", shown_number(entry.score), str(entry.epochs), self._values(entry))
        for entry in self.ledger.entries:
            if entry.status == "running":
                epoch, score = self.reached.get(entry.number, (0, None))
                shown = "" if score is None else shown_number(score)
                table.add_row(f"{entry.name} running", shown, str(epoch), self._values(entry))
        for entry in [entry for entry in self.ledger.entries if entry.status == "failed"][-FAILED_SHOWN:]:
            table.add_row(f"{entry.name} failed", "", "", entry.message)
        return Group(Text(self._headline()), table)

    def _headline(self) -> str:
        over, limit = len(self.ledger.over()), self.search.tune.budget
        counts = {word: sum(entry.status == word for entry in self.ledger.entries) for word in ("pruned", "failed")}
        words = [f"{over:,} of {counted(limit, 'trial')}" if limit else counted(over, "trial")]
        words += [f"{count} {word}" for word, count in counts.items() if count]
        left = self._seconds_left(over, limit)
        return ", ".join(words) + (f", {clock(left)} left" if left is not None else "")

    def _seconds_left(self, over: int, limit: int | None) -> float | None:
        """Estimate by the pace of the trials since the start or resume; `max_seconds` is the limit."""
        now, done = time.monotonic() - self.began, over - self.before
        guesses = [] if not (limit and done) else [(limit - over) * now / done]
        if self.search.tune.max_seconds is not None:
            guesses.append(max(0.0, self.search.tune.max_seconds - self.spent - now))
        return min(guesses, default=None)


def shown_value(value: Any) -> str:
    """Return a short text of a value."""
    return short_number(value) if isinstance(value, float) else label(value)
