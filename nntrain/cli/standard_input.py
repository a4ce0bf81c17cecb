"""The standard input in place of a file of data, which is written as `-`."""

import contextlib
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from nntrain.errors import DataError, renamed

DASH = Path("-")


@contextlib.contextmanager
def file_or_stdin(file: Path) -> Iterator[Path]:
    """Return the file, or for `-` a copy of the standard input; an error about the copy is one about `-`."""
    if file != DASH:
        yield file
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "stdin")
        with copy.open("wb") as written:
            shutil.copyfileobj(sys.stdin.buffer, written)
        with copy.open("rb") as read:
            copy = copy.rename(copy.with_suffix(".npz" if read.read(2) == b"PK" else ".csv"))
        try:
            yield copy
        except DataError as error:
            raise renamed(error, copy, str(DASH)) from None
