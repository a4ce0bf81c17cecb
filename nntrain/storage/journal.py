"""The journal of a search: all that was asked, reported and told, in order, so that a killed search goes on exactly.

A line of JSON for each event, appended in one write and on the disk before what it announces is done. An engine is a
pure function of these events, so replaying them brings it back to where it was.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nntrain.errors import NNTrainError
from nntrain.storage import run_files
from nntrain.storage.atomic import write_atomic, writing
from nntrain.storage.run_dir import RunDir

KIND = "nntrain search"
FORMAT = 1
Event = dict[str, Any]


@dataclass(frozen=True)
class Journal:
    """The journal of the search in a directory."""

    path: Path

    @classmethod
    def create(cls, place: RunDir, head: Mapping[str, Any]) -> "Journal":
        """Begins a journal; its first line says what it is and of which search."""
        place.write(run_files.JOURNAL, _line({"kind": KIND, "format": FORMAT, **head}))
        return cls(place.path / run_files.JOURNAL)

    @classmethod
    def open(cls, place: RunDir) -> "Journal":
        """The journal of a search that was begun before."""
        return cls(place.path / run_files.JOURNAL)

    def add(self, event: Event) -> None:
        """Appends an event, durably."""
        with writing(self.path.parent), self.path.open("r+b") as file:  # which does not make a file that was removed
            file.seek(0, os.SEEK_END)
            file.write(_line(event).encode())
            file.flush()
            os.fsync(file.fileno())

    def read(self, mend: bool = False) -> tuple[Event, list[Event], str]:
        """The first line, the events, and what was wrong with the end, in words.

        A last line that a kill has torn is left out, and with `mend` taken off the file, which only the owner of the
        search may do. Raises NNTrainError for a file that is damaged
        elsewhere, or is no journal.
        """
        try:
            content = self.path.read_bytes()
        except OSError as error:
            raise NNTrainError(f"`{self.path}` cannot be read: {error.strerror}") from None
        whole, newline, torn = content.rpartition(b"\n")
        if torn and mend:
            write_atomic(self.path, whole + newline)
        head, *events = [self._parsed(number, line) for number, line in enumerate(whole.split(b"\n"), 1)]
        if head.get("kind") != KIND or head.get("format") != FORMAT:
            known = head.get("kind") == KIND
            what = "was written by another version of nntrain" if known else "is no journal of a search"
            raise NNTrainError(f"`{self.path}` {what}", help="begin the search again with `nntrain tune`")
        return head, events, f"the last line of `{self.path}` was torn and is left out" if torn else ""

    def _parsed(self, number: int, line: bytes) -> Event:
        try:
            event = json.loads(line)
        except (ValueError, RecursionError):
            event = None
        if not isinstance(event, dict):
            help = "restore the file from a copy, or begin the search again with `nntrain tune`"
            raise NNTrainError(f"`{self.path}` is damaged in line {number}", help=help)
        return event


def _line(event: Mapping[str, Any]) -> str:
    return json.dumps(event, allow_nan=False, ensure_ascii=False) + "\n"
