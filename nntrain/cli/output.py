"""The standard streams of the process. A command continues where nobody reads what it prints, or the disk is full."""

import errno
import io
import os
import sys
from typing import Any, TextIO


class Stream(io.FileIO):
    """A standard stream whose failure does not end the command; `failure` is the first one."""

    failure: OSError | None = None

    @property
    def fault(self) -> str:
        """Why the output is lost; empty where it is not, or where its reader, such as `head`, wanted no more."""
        lost = self.failure is not None and self.failure.errno != errno.EPIPE
        return f"cannot write to the standard output: {self.failure.strerror}" if self.failure and lost else ""

    def write(self, data: Any, /) -> int:
        """Write some bytes; after a failure they are dropped."""
        if self.failure is None:
            try:
                return super().write(data)
            except OSError as error:
                self.failure = error
        return memoryview(data).nbytes


def secure() -> Stream:
    """Replace stdout and stderr by streams that cannot fail, and return that of stdout.

    Closed streams are opened to nowhere: otherwise a file of the run would get such a number, and what libraries print.
    A stream that is not the system's is left alone.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest free number, which is this one
    out = Stream(1, "w", closefd=False)
    if sys.stdout is sys.__stdout__:
        sys.stdout = _text(out, sys.stdout)
    if sys.stderr is sys.__stderr__:
        sys.stderr = _text(Stream(2, "w", closefd=False), sys.stderr)
    return out


def _text(stream: Stream, before: TextIO | None) -> TextIO:
    """Return a text stream with the encoding of the one before; what that cannot encode is escaped."""
    encoding = before.encoding if before else "utf-8"
    return io.TextIOWrapper(
        io.BufferedWriter(stream), encoding=encoding, errors="backslashreplace", line_buffering=True
    )
