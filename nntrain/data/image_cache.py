"""Decoded images kept between two starts, found by the content of their files; the least recently used ones go first.

An entry is a folder in nntrain's cache: `pixels`, and `about.json`, which is written last. `index/` knows the entry of
files that have not changed since they were hashed, by their paths, sizes and times, so that they need not be read.
"""

import contextlib
import hashlib
import json
import math
import os
import shutil
import time
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import PIL

from nntrain.data.image_decoder import CHANNELS, LOSSES, Target
from nntrain.data.npy_header import Stored
from nntrain.data.row_file import Examples, RowFile, chunks, is_large
from nntrain.errors import NNTrainError
from nntrain.storage.atomic import stream, write_text
from nntrain.storage.home import cache, home
from nntrain.storage.lock import is_locked, locked

_VERSION = 1  # of what is kept
_LEAST_BYTES = 10_000_000  # of the files, which are decoded in half a second
_LEAST_A_FILE = 10_000  # bytes, as which a smaller file counts
_MOST_GB = 10.0
_LIMIT = "NNTRAIN_IMAGE_CACHE_GB"
_RECENT_NS = 2 * 10**9  # a file that was changed so shortly ago may change again and keep its times
_BROKEN = (OSError, ValueError, KeyError, TypeError)


class Pixels(NamedTuple):
    """x: uint8 (k, height, width, channels). rows: (k,) their positions among the files; the others are broken.

    lost: by the keys of LOSSES the positions of the files that lost something.
    """

    x: Examples
    rows: np.ndarray
    lost: dict[str, list[int]]


@dataclass(frozen=True)
class Entry:
    """The folder of the images of some files; there need not be any in it yet."""

    folder: Path
    files: int
    shape: tuple[int, ...]

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from decoding the same images meanwhile; where nothing can be locked, do not."""
        with contextlib.ExitStack() as stack:
            with contextlib.suppress(OSError):
                stack.enter_context(locked(self.folder, wait=True))
            yield

    def read(self) -> Pixels | None:
        """Return the images; None where there are none, or where they are damaged."""
        try:
            about = json.loads((self.folder / "about.json").read_text(encoding="utf-8"))
            rows = np.array(about["rows"], np.int64) if about["rows"] is not None else np.arange(self.files)
            lost = {name: [int(row) for row in about["lost"].get(name, ())] for name in LOSSES}
            x = self._pixels((len(rows), *self.shape))
            if _checksum(x) != about["crc32"]:
                return None
            os.utime(self.folder / "about.json")
            return Pixels(x, rows, lost)
        except _BROKEN:
            return None

    def write(self, images: Pixels, file: str = "") -> str:
        """Keep the images, and return a note; file: where their pixels are already, in the same file system."""
        about = {
            "rows": None if len(images.rows) == self.files else images.rows.tolist(),
            "lost": {name: rows for name, rows in images.lost.items() if rows},
            "crc32": _checksum(images.x),
        }
        try:
            (self.folder / "about.json").unlink(missing_ok=True)
            if file:
                (self.folder / "pixels").unlink(missing_ok=True)
                os.link(file, self.folder / "pixels")
            else:
                with stream(self.folder / "pixels") as pixels:
                    pixels.write(images.x[:].reshape(-1).data)
            write_text(self.folder / "about.json", json.dumps(about))
            _make_room(self.folder)
        except (OSError, NNTrainError) as error:
            reason = error.strerror if isinstance(error, OSError) else error.problems[0].message
            return f"the decoded images are not kept for the next start: {reason}"
        size = f"{images.x.nbytes / 1e6:,.0f} MB"
        return f"{len(images.x):,} decoded images ({size}) are kept in {_shown()}, for the next start"

    def note(self, images: Pixels) -> str:
        """Return the note on images that were read."""
        return f"{len(images.x):,} images were decoded before, and are read from {_shown()}"

    def _pixels(self, shape: tuple[int, ...]) -> Examples:
        path = self.folder / "pixels"
        if path.stat().st_size != math.prod(shape):
            raise ValueError("the file has another size")
        if is_large(math.prod(shape)):
            return RowFile.open(path, Stored(shape, np.dtype(np.uint8), False, 0))
        return np.fromfile(path, np.uint8).reshape(shape)


def entry_of(files: Sequence[Path], target: Target) -> Entry | None:
    """Return where the images of these files are kept; None where they are few, or nothing can be kept."""
    shape = (*target.size, CHANNELS[target.color_mode])
    limit = most_bytes()
    try:
        found = [os.stat(file) for file in files]  # noqa: PTH116, three times as fast
        size = sum(max(status.st_size, _LEAST_A_FILE) for status in found)
        if size < _LEAST_BYTES or len(files) * math.prod(shape) > limit:
            return None
        root = _root()
        asked = repr((_VERSION, PIL.__version__, tuple(target)))
        folder = root / _key(root, files, found, asked)
        folder.mkdir(exist_ok=True)
        return Entry(folder, len(files), shape)
    except (OSError, NNTrainError):
        return None


def most_bytes() -> int:
    """Return the size of the cache: 10 GB, or what the environment says; 0 where that is no number."""
    try:
        return max(0, int(1e9 * float(os.environ.get(_LIMIT) or _MOST_GB)))
    except (ValueError, OverflowError):
        return 0


def _root() -> Path:
    """Return the folder of all entries, which it makes; raises OSError, also where it is another user's."""
    root = cache() / "images"
    (root / "index").mkdir(parents=True, exist_ok=True)
    if hasattr(os, "getuid") and root.stat().st_uid != os.getuid():  # not on Windows
        raise PermissionError
    return root


def _shown() -> str:
    root, own = cache() / "images", home()
    return f"`~/{root.relative_to(own)}`" if own and root.is_relative_to(own) else f"`{root}`"


def _key(root: Path, files: Sequence[Path], found: Sequence[os.stat_result], asked: str) -> str:
    """Return the name of the entry: the SHA-256 of the content of the files, in their order, and of what is asked."""
    times = [(s.st_size, s.st_mtime_ns, s.st_ctime_ns, s.st_ino, s.st_dev) for s in found]
    stamp = hashlib.sha256(asked.encode())
    for file, numbers in zip(files, times, strict=True):
        stamp.update(f"{os.path.abspath(file)}\0{numbers}\0".encode(errors="surrogateescape"))  # noqa: PTH100
    known = root / "index" / stamp.hexdigest()
    with contextlib.suppress(OSError, UnicodeDecodeError):
        if len(key := known.read_text(encoding="utf-8")) == 64 and (root / key / "about.json").is_file():
            return key
    now = time.time_ns()
    key = hashlib.sha256(asked.encode() + b"".join(_hashes(files))).hexdigest()
    if max(max(modified, changed) for _, modified, changed, *_ in times) < now - _RECENT_NS:
        write_text(known, key)
    return key


def _hashes(files: Sequence[Path]) -> list[bytes]:
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        return list(threads.map(_hash, files))


def _hash(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _checksum(x: Examples) -> int:
    checksum = 0
    for _, part in chunks(x):
        checksum = zlib.crc32(part.reshape(-1).data, checksum)
    return checksum


def _make_room(newest: Path) -> None:
    """Remove the entries that were not used for longest until the others fit; none that a process works in."""
    entries = [folder for folder in newest.parent.iterdir() if folder.name != "index" and folder != newest]
    used, room = {folder: _last_use(folder) for folder in entries}, most_bytes() - _size(newest)
    for folder in sorted(entries, key=lambda folder: used[folder], reverse=True):
        room -= _size(folder)
        if (room < 0 or not used[folder]) and not is_locked(folder):
            shutil.rmtree(folder, ignore_errors=True)
    for known in (newest.parent / "index").iterdir():
        if not (newest.parent / known.read_text(encoding="utf-8")).is_dir():
            known.unlink(missing_ok=True)


def _last_use(folder: Path) -> float:
    """Return the time at which an entry was last read; 0 where it is not complete."""
    about = folder / "about.json"
    return about.stat().st_mtime if about.is_file() else 0.0


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir() if file.is_file())
