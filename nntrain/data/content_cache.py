"""A part of nntrain's cache whose entries are found by the content of files; the least recently used ones go first.

An entry is a folder with `about.json`, which is written last. `index/` knows the entry of files that have not changed
since they were hashed, by their paths, sizes and times, so that they need not be read.
"""

import contextlib
import hashlib
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from nntrain.storage.atomic import write_text
from nntrain.storage.home import cache, home
from nntrain.storage.lock import is_locked, locked

ABOUT = "about.json"
_MOST_GB = 10.0
_RECENT_NS = 2 * 10**9  # a file that was changed so shortly ago may change again and keep its times


@dataclass(frozen=True)
class ContentCache:
    """The folder `name` in nntrain's cache; limit: the environment variable that sets its size in GB, 10 by default."""

    name: str
    limit: str

    def most_bytes(self) -> int:
        """Return the size of the cache: 10 GB, or what the environment says; 0 where that is not a number."""
        try:
            return max(0, int(1e9 * float(os.environ.get(self.limit) or _MOST_GB)))
        except (ValueError, OverflowError):
            return 0

    def root(self) -> Path:
        """Return the folder of all entries, which it makes; raises OSError, also where it is another user's."""
        root = cache() / self.name
        (root / "index").mkdir(parents=True, exist_ok=True)
        if hasattr(os, "getuid") and root.stat().st_uid != os.getuid():  # not on Windows
            raise PermissionError(1, "it belongs to another user")
        return root

    def shown(self) -> str:
        """Return the folder as messages name it."""
        root, own = cache() / self.name, home()
        return f"`~/{root.relative_to(own)}`" if own and root.is_relative_to(own) else f"`{root}`"

    def folder_of(self, files: Sequence[Path], found: Sequence[os.stat_result], asked: str) -> Path:
        """Return the folder of the entry of these files, which it makes.

        Its name is the SHA-256 of their contents, in their order, and of what is asked. Raises OSError, NNTrainError.
        """
        root = self.root()
        folder = root / _key(root, files, found, asked)
        folder.mkdir(exist_ok=True)
        return folder

    def make_room(self, newest: Path) -> None:
        """Remove the entries not used for longest until the others fit; none that a process works in."""
        entries = [folder for folder in newest.parent.iterdir() if folder.name != "index" and folder != newest]
        used, room = {folder: _last_use(folder) for folder in entries}, self.most_bytes() - _size(newest)
        for folder in sorted(entries, key=lambda folder: used[folder], reverse=True):
            room -= _size(folder)
            if (room < 0 or not used[folder]) and not is_locked(folder):
                shutil.rmtree(folder, ignore_errors=True)
        for known in (newest.parent / "index").iterdir():
            if not (newest.parent / known.read_text(encoding="utf-8")).is_dir():
                known.unlink(missing_ok=True)


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep other processes from making the same entry meanwhile; where nothing can be locked, do not."""
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):
            stack.enter_context(locked(folder, wait=True))
        yield


def stamp(status: os.stat_result) -> tuple[int, ...]:
    """Return what changes where a file is changed, moved or replaced: its size, its times, its place."""
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_dev


def _key(root: Path, files: Sequence[Path], found: Sequence[os.stat_result], asked: str) -> str:
    """Return the name of the entry, from the index where none of the files has changed."""
    stamps = [stamp(status) for status in found]
    digest = hashlib.sha256(asked.encode(errors="surrogateescape"))
    for file, numbers in zip(files, stamps, strict=True):
        digest.update(f"{os.path.abspath(file)}\0{numbers}\0".encode(errors="surrogateescape"))  # noqa: PTH100
    known = root / "index" / digest.hexdigest()
    with contextlib.suppress(OSError, UnicodeDecodeError):
        if len(key := known.read_text(encoding="utf-8")) == 64 and (root / key / ABOUT).is_file():
            return key
    now = time.time_ns()
    key = hashlib.sha256(asked.encode(errors="surrogateescape") + b"".join(_hashes(files))).hexdigest()
    if max(max(modified, changed) for _, modified, changed, *_ in stamps) < now - _RECENT_NS:
        write_text(known, key)
    return key


def _hashes(files: Sequence[Path]) -> list[bytes]:
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        return list(threads.map(_hash, files))


def _hash(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _last_use(folder: Path) -> float:
    """Return the time at which an entry was last read; 0 where it is not complete."""
    about = folder / ABOUT
    return about.stat().st_mtime if about.is_file() else 0.0


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir() if file.is_file())
