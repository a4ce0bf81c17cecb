"""Large tables kept between two starts as the model sees them: the matrix, the target, and what was found.

Reading text takes most of the time of a start. An entry has an array a file, and `about.json` with their checksums; it
is found by the content of the table and by all that the config asks of it.
"""

import json
import os
import shutil
import zlib
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from nntrain.config.table import Table
from nntrain.data.content_cache import ABOUT, ContentCache, alone, stamp
from nntrain.data.duplicates import THREADS
from nntrain.data.table_file import Form
from nntrain.data.table_request import TableRequest, Task
from nntrain.errors import NNTrainError
from nntrain.storage.atomic import stream, write_text

CACHE = ContentCache("tables", "NNTRAIN_TABLE_CACHE_GB")
LEAST_BYTES = 200_000_000  # of the file of a table that is kept
_VERSION = 2  # of what is kept, and of how tables are read
_PART_BYTES = 1 << 23  # that have a checksum of their own
_ARRAYS = ("x", "y", "weights", "groups", "times")
_BROKEN = (OSError, ValueError, KeyError, TypeError, EOFError)


@dataclass(frozen=True)
class Encoded:
    """A table as the model sees it. x: float32 (n, columns). y, weights, groups, times: as in `Split` and `Rows`.

    kinds: the kind of each column as a config gives it.
    """

    x: np.ndarray
    y: np.ndarray
    weights: np.ndarray | None
    groups: np.ndarray | None
    times: np.ndarray | None
    table: Table
    form: Form
    kinds: dict[str, Any]
    classes: tuple[str, ...]
    task: Task
    notes: tuple[str, ...]

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        """Those that there are, by their names."""
        return {name: array for name in _ARRAYS if (array := getattr(self, name)) is not None}

    def with_note(self, note: str) -> "Encoded":
        """Return the table with one more note."""
        return replace(self, notes=(*self.notes, note))


def cached(request: TableRequest, read: Callable[[], Encoded], least: int) -> Encoded:
    """Return what `read` returns, kept for the next start where the file has `least` bytes; a note says so.

    What is kept gives the same bits. An entry that is not whole is made anew. Nothing is kept where the cache cannot be
    written or the disk is short, which is a note too. Raises what `read` raises.
    """
    path = Path(request.table.path)
    try:
        status = path.stat()
    except OSError:
        return read()  # which says what is wrong
    if status.st_size < least or not CACHE.most_bytes():
        return read()
    try:
        folder = CACHE.folder_of([path], [status], _asked(request))
    except (OSError, NNTrainError) as error:
        return read().with_note(_not_kept(error))
    with alone(folder):
        if (known := _kept(folder)) is not None:
            return known.with_note(f"`{request.table.name}` was read before, and comes from {CACHE.shown()}")
        found = read()
        if stamp(path.stat()) != stamp(status):
            return found.with_note(f"`{request.table.name}` has changed while it was read; it is not kept")
        return found.with_note(_keep(folder, found))


def _asked(request: TableRequest) -> str:
    """Return all that the result depends on beside the content of the file; its notes name the file."""
    table, target = request.table, request.target
    given = sorted((name, tuple(kind)) for name, kind in request.given.items())
    options = (request.ignore, request.group, request.time, request.weight, sorted(table.missing), table.name)
    formats = sorted(target.formats.items())
    asked_of_target = (target.names, target.task, target.classes, target.skip_missing, formats)
    return repr((_VERSION, np.__version__, pd.__version__, asdict(request.form), asked_of_target, given, options))


def _kept(folder: Path) -> Encoded | None:
    """Return the table of an entry; None where there is none, or where it is damaged."""
    try:
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        arrays = {name: _mapped(folder / f"{name}.npy") for name in about["crc32"]}
        if (
            not set(arrays) <= set(_ARRAYS)
            or {name: _checksums(array) for name, array in arrays.items()} != about["crc32"]
        ):
            return None
        found = Encoded(
            arrays["x"],
            arrays["y"],
            weights=arrays.get("weights"),
            groups=arrays.get("groups"),
            times=arrays.get("times"),
            table=Table.model_validate_json(about["table"]),
            form=Form(**about["form"]),
            kinds=dict(about["kinds"]),
            classes=tuple(about["classes"]),
            task=about["task"],
            notes=tuple(about["notes"]),
        )
        os.utime(folder / ABOUT)
        return found if len(found.x) == len(found.y) else None
    except _BROKEN:
        return None


def _mapped(file: Path) -> np.ndarray:
    """Return the array of a file, from the memory in which the system keeps the file; what is written stays here."""
    return np.asarray(np.load(file, "c", allow_pickle=False))


def _keep(folder: Path, found: Encoded) -> str:
    """Write an entry, and return a note."""
    arrays = found.arrays
    size = sum(array.nbytes for array in arrays.values())
    about = {
        "crc32": {name: _checksums(array) for name, array in arrays.items()},
        "table": found.table.model_dump_json(),
        "form": asdict(found.form),
        "kinds": found.kinds,
        "classes": found.classes,
        "task": found.task,
        "notes": found.notes,
    }
    try:
        if size > CACHE.most_bytes():
            raise OSError(0, f"it takes {size / 1e9:.1f} GB, and `{CACHE.limit}` allows {CACHE.most_bytes() / 1e9:g}")
        if size > shutil.disk_usage(folder).free / 2:
            raise OSError(0, "the disk has too little space")
        (folder / ABOUT).unlink(missing_ok=True)
        for name, array in arrays.items():
            with stream(folder / f"{name}.npy") as file:
                np.save(file, array, allow_pickle=False)
        write_text(folder / ABOUT, json.dumps(about))
        CACHE.make_room(folder)
    except (OSError, NNTrainError) as error:
        _remove(folder / f"{name}.npy" for name in arrays)
        return _not_kept(error)
    return f"what was read ({size / 1e6:,.0f} MB) is kept in {CACHE.shown()}, for the next start"


def _remove(files: Iterable[Path]) -> None:
    """Free the space of an entry that could not be written."""
    for file in files:
        try:
            file.unlink(missing_ok=True)
        except OSError:
            return


def _not_kept(error: OSError | NNTrainError) -> str:
    reason = (error.strerror or str(error)) if isinstance(error, OSError) else error.problems[0].message
    return f"the table is not kept for the next start: {reason}"


def _checksums(array: np.ndarray) -> list[int]:
    """Return the CRC-32 of each part of the array, computed in threads."""
    flat = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    parts = [flat[start : start + _PART_BYTES].data for start in range(0, len(flat), _PART_BYTES)]
    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(zlib.crc32, parts))
