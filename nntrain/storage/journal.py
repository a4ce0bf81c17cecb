"""The journal of a search: every event in order, so that a killed search resumes exactly.

Each event is a line of JSON. It is on the disk before the action that it announces; that a trial has ended announces
only what comes after it, so it may wait for the next event. A search engine is a pure function of these events, so a
replay restores its state.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nntrain.errors import NNTrainError
from nntrain.storage import inside, journal_records, records, run_files
from nntrain.storage.atomic import writing
from nntrain.storage.run_dir import RunDir

KIND = "nntrain search"
FORMAT = 1
MOST_BYTES = 256 << 20  # 10,000 trials of 100 epochs take 60 MB
Event = dict[str, Any]


@dataclass(frozen=True)
class Journal:
    """The journal of the search in a directory. `pending`: events that are written with the next one."""

    path: Path
    pending: list[Event] = field(default_factory=list, compare=False)

    @classmethod
    def create(cls, place: RunDir, head: Mapping[str, Any]) -> "Journal":
        """Begin a journal; its first line holds the format and identifies the search."""
        place.write(run_files.JOURNAL, _line({"kind": KIND, "format": FORMAT, **head}))
        return cls(place.path / run_files.JOURNAL)

    @classmethod
    def open(cls, place: RunDir) -> "Journal":
        """Return the journal of a search that exists."""
        return cls(place.path / run_files.JOURNAL)

    def later(self, event: Event) -> None:
        """Append an event with the next ones, or when `add` is called without any."""
        self.pending.append(event)

    def add(self, *events: Event) -> None:
        """Append events, durably."""
        self.pending.extend(events)
        if not self.pending:
            return
        with writing(self.path.parent), inside.open_file(self.path.parent, self.path.name, change=True) as file:
            file.seek(0, os.SEEK_END)
            file.write("".join(map(_line, self.pending)).encode())
            file.flush()
            os.fsync(file.fileno())
        self.pending.clear()

    def read(self, mend: bool = False) -> tuple[Event, list[Event], str]:
        """Return the first line, the events, and a warning about the last line, or an empty string.

        A last line that a kill has cut is ignored; `mend` removes it from the file, for which the caller must hold the
        lock of the search. Raises NNTrainError for a file that is damaged elsewhere or is not a journal.
        """
        try:
            with inside.open_file(self.path.parent, self.path.name) as file:
                content = inside.content_of(file, self.path, MOST_BYTES)
        except OSError as error:
            raise NNTrainError(f"`{self.path}` cannot be read: {error.strerror}") from None
        whole, newline, rest = content.rpartition(b"\n")
        if rest and mend:
            inside.write(self.path.parent, self.path.name, whole + newline)
        head, *events = [self._parsed(number, line) for number, line in enumerate(whole.split(b"\n"), 1)]
        if head.get("kind") != KIND or head.get("format") != FORMAT:
            known = head.get("kind") == KIND
            what = "was written by another version of nntrain" if known else "is not the journal of a search"
            raise NNTrainError(f"`{self.path}` {what}", help="begin the search again with `nntrain tune`")
        return head, events, f"the last line of `{self.path}` is incomplete and is ignored" if rest else ""

    def check(self, head: Event, events: list[Event]) -> None:
        """Raise NNTrainError for a line that is not of its kind, or is about a trial that was not asked for before."""
        records.check(journal_records.Head, head, f"`{self.path}` in line 1")
        trials = 0
        for number, event in enumerate(events, 2):
            place = f"`{self.path}` in line {number}"
            records.check(journal_records.Event, event, place)
            trial = event["parent"] if event["event"] == "ask" else event.get("trial")
            trial = max(event["trials"], default=None) if event["event"] == "apart" else trial
            if trial is not None and trial >= trials:
                raise records.not_a_run(f"{place} is about trial {trial}, which was not proposed before")
            trials += event["event"] == "ask"

    def _parsed(self, number: int, line: bytes) -> Event:
        try:
            event = records.parsed(line.decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            event = None
        if not isinstance(event, dict):
            help = "restore the file from a copy, or begin the search again with `nntrain tune`"
            raise NNTrainError(f"`{self.path}` is damaged in line {number}", help=help)
        return event


def latest(name: str, events: Sequence[Event], default: Any) -> Any:
    """Return the value of the latest event that has one of this name."""
    return next((event[name] for event in reversed(events) if name in event), default)


def _line(event: Mapping[str, Any]) -> str:
    return json.dumps(event, allow_nan=False, ensure_ascii=False) + "\n"
