"""The lines of log.txt, each with the time when it was printed."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import SupportsIndex

_TIMED = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)  (.*)", re.DOTALL)


class LogLine(str):
    """A text that was printed, of one line or several; `time` is in UTC, empty where it is not known."""

    time: str

    def __new__(cls, text: str, time: str = "") -> "LogLine":
        """Return the text with its time."""
        line = super().__new__(cls, text)
        line.time = time
        return line


class LogLines(list[str]):
    """What was printed, in order."""

    def append(self, text: str) -> None:
        """Add a text that is printed now."""
        super().append(text if isinstance(text, LogLine) else LogLine(text, _now()))

    def insert(self, place: SupportsIndex, text: str) -> None:
        """Add a text that is printed now at a place."""
        super().insert(place, text if isinstance(text, LogLine) else LogLine(text, _now()))


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def written(lines: Iterable[str]) -> str:
    """Return the content of log.txt; the second and later lines of a text have no time."""
    timed = (f"{line.time}  {line}" if isinstance(line, LogLine) and line.time else line for line in lines)
    return "\n".join([*timed, ""])


def parsed(content: str) -> list[str]:
    """Return the lines of log.txt; those of earlier versions have no times."""
    found = ((_TIMED.fullmatch(line), line) for line in content.splitlines())
    return [LogLine(match[2], match[1]) if match else LogLine(line) for match, line in found]
