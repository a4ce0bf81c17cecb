"""The progress of a search: a live table on a terminal, elsewhere a line for each ended trial."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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
from nntrain.search.search_files import SearchDir, length_of
from nntrain.terminal import Terminal, clock, plain_console, shown_number

BEST_SHOWN, FAILED_SHOWN = 5, 3
PROGRESS_SECONDS = 5.0  # between two lines on a stack, where the terminal is not live


@dataclass
class _Together:
    """Trials that are one program; shown: when a line on them was printed."""

    entries: Sequence[Entry]
    shown: float = field(default_factory=time.monotonic)

    @property
    def name(self) -> str:
        """The names of the first and the last."""
        return f"{self.entries[0].name} to {self.entries[-1].name}"


class SearchView:
    """Shows the best trials, the running ones, and why others failed; `spent`: the seconds before it was resumed."""

    def __init__(self, terminal: Terminal, folder: SearchDir, spent: float = 0.0) -> None:
        self.terminal = terminal
        self.directory = folder.directory
        self.config = folder.config
        self.search = folder.search
        self.ledger = folder.ledger
        self.began = time.monotonic()
        self.spent = spent
        self.before = len(self.ledger.over())
        self.names = short_names([one.path for one in self.search.space.parameters])
        self.reached: dict[int, tuple[int, float | None]] = {}  # a running trial's number → its epoch and score
        self.live: Live | None = None
        self.together: dict[int, _Together] = {}  # a running trial's number → those that are one program with it

    def __enter__(self) -> "SearchView":
        console = plain_console(stderr=True, soft_wrap=False)
        if not self.terminal.quiet and self.terminal.err.is_terminal and not console.is_dumb_terminal:
            self.terminal.stop_waiting()
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
        several = self.together.get(entry.number)
        if several is not None and self.live is None and time.monotonic() - several.shown > PROGRESS_SECONDS:
            several.shown = time.monotonic()
            epoch, best = self._reached_by(several)
            most = max(length_of(self.config, each.proposal) for each in several.entries)
            known = "" if best is None else f", the best {self.search.metric} {shown_number(best)}"
            self.terminal.note(f"{several.name}: epoch {epoch} of {most}{known}")
        self.draw()

    def begin_together(self, entries: Sequence[Entry]) -> None:
        """Say which trials begin as one program."""
        several = _Together(entries)
        self.together.update(dict.fromkeys((entry.number for entry in entries), several))
        self.note(f"{several.name} begin as one program: {counted(len(entries), 'trial')}")

    def apart(self, entry: Entry) -> None:
        """Say that trials that began together with this one are trained one after another, because that is faster."""
        several = self.together.get(entry.number)
        if several is not None:
            self.note(f"{several.name} are faster one after another")

    def leave(self, entry: Entry) -> None:
        """Forget what a trial that has ended, or is trained alone, was together with."""
        self.together.pop(entry.number, None)

    def _reached_by(self, several: _Together) -> tuple[int, float | None]:
        """Return the latest epoch of running trials, and the best of their latest scores."""
        found = [self.reached[each.number] for each in several.entries if each.number in self.reached]
        scores = [score for _, score in found if score is not None]
        best = max if self.search.direction == "max" else min
        return max((epoch for epoch, _ in found), default=0), best(scores, default=None)

    def ended(self, entry: Entry) -> None:
        """Show a trial that has ended."""
        self.reached.pop(entry.number, None)
        self.leave(entry)
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
        widths = {"trial": 18, self.search.metric: max(6, len(self.search.metric)), "epoch": 5}
        for name, width in widths.items():
            table.add_column(name, no_wrap=True, overflow="ellipsis", width=width)
        table.add_column("values")  # the one that gets narrower on a narrow terminal
        for entry in self.ledger.ranked()[:BEST_SHOWN]:
            mark = "best" if entry is self.ledger.best else entry.status
            table.add_row(
                f"{entry.name} {mark}", shown_number(entry.score), str(entry.epochs), _cut(self._values(entry))
            )
        for several in {id(each): each for each in self.together.values()}.values():
            epoch, score = self._reached_by(several)
            count = counted(len(several.entries), "trial")
            table.add_row("one program", _or_empty(score), str(epoch), _cut(f"{count}, {several.name}"))
        for entry in self.ledger.entries:
            if entry.status == "running" and entry.number not in self.together:
                epoch, score = self.reached.get(entry.number, (0, None))
                table.add_row(f"{entry.name} running", _or_empty(score), str(epoch), _cut(self._values(entry)))
        for entry in [entry for entry in self.ledger.entries if entry.status == "failed"][-FAILED_SHOWN:]:
            table.add_row(f"{entry.name} failed", "", "", _cut(entry.message))
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


def _cut(words: str) -> Text:
    """Return words that stay on one line, and lose their end where it is too narrow."""
    return Text(words, no_wrap=True, overflow="ellipsis")


def _or_empty(score: float | None) -> str:
    return "" if score is None else shown_number(score)


def shown_value(value: Any) -> str:
    """Return a short text of a value."""
    return short_number(value) if isinstance(value, float) else label(value)
