"""Files on their way between machines that share no disk: what a config names goes there, what a run writes comes back.

A file is told from another by its SHA-256, so that nothing is sent that is there already.
"""

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from nntrain.errors import NNTrainError
from nntrain.storage import run_files
from nntrain.storage.atomic import write_atomic, writing
from nntrain.storage.find_runs import is_run

PIECE_BYTES = 16_000_000  # of a file, in one message
_OF_A_MODEL = (run_files.RESOLVED, run_files.ENVIRONMENT, run_files.MODEL, run_files.MODEL_FACTS)

Stamp = tuple[int, int, int]
Changes = dict[str, bytes | None]
"""The new content of files by their path in a run directory; None where a file was removed."""


@dataclass(frozen=True)
class Parcel:
    """A file or a run that a config names: `path` on the machine of the search, and the SHA-256 of each file in it.

    The files are named relative to `path`, a single file by the empty text.
    """

    path: str
    digests: tuple[tuple[str, str], ...]

    @property
    def digest(self) -> str:
        """What tells this parcel from every other one."""
        return hashlib.sha256(repr(self.digests).encode()).hexdigest()

    def pieces(self) -> Iterator[tuple[str, bytes]]:
        """The content of the files, piece by piece; an empty file is one empty piece."""
        for name, _ in self.digests:
            with (Path(self.path) / name).open("rb") as file:
                piece = file.read(PIECE_BYTES)
                yield name, piece
                while piece := file.read(PIECE_BYTES):
                    yield name, piece


class Digests:
    """The SHA-256 of files, found out again only where a file has changed."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, Stamp], str] = {}

    def of(self, path: Path) -> str:
        """The hexadecimal digest; raises OSError."""
        key = (str(path), _stamp(path))
        if key not in self._known:
            with path.open("rb") as file:
                self._known[key] = hashlib.file_digest(file, "sha256").hexdigest()
        return self._known[key]

    def parcel(self, path: str) -> Parcel:
        """The file, or of a run what its model takes to be restored; raises OSError."""
        names = [name for name in _OF_A_MODEL if (Path(path) / name).is_file()] if is_run(Path(path)) else [""]
        return Parcel(path, tuple((name, self.of(Path(path) / name)) for name in names))

    def fits(self, parcel: Parcel, path: Path) -> bool:
        """Whether the same is at this path."""
        try:
            return all(self.of(path / name) == digest for name, digest in parcel.digests)
        except OSError:
            return False


class Shelf:
    """Where a machine keeps the parcels that were sent to it; several workers may use one shelf."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.digests = Digests()

    def find(self, parcel: Parcel) -> Path | None:
        """Where the parcel is on this machine, at its own path or on the shelf; None where it is not."""
        places = (Path(parcel.path), self._place(parcel))
        return next((place for place in places if self.digests.fits(parcel, place)), None)

    def receive(self, parcel: Parcel, name: str, piece: bytes) -> None:
        """Adds a piece to what is underway."""
        target = self._underway(parcel) / name
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("ab") as file:
            file.write(piece)

    def put(self, parcel: Parcel) -> Path:
        """Puts what has come on the shelf; raises NNTrainError where it is not what was sent."""
        came, place = self._underway(parcel), self._place(parcel)
        if not self.digests.fits(parcel, came):
            self.drop(parcel)
            raise NNTrainError(f"`{parcel.path}` was changed while it was sent", help="leave the file alone")
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.is_dir():  # a damaged one
            shutil.rmtree(place)
        came.replace(place)
        self.drop(parcel)
        return place

    def drop(self, parcel: Parcel) -> None:
        """Forgets what is underway."""
        shutil.rmtree(self._underway(parcel).parent, ignore_errors=True)

    def _place(self, parcel: Parcel) -> Path:
        return self.folder / parcel.digest / Path(parcel.path).name

    def _underway(self, parcel: Parcel) -> Path:
        return self.folder / f".{parcel.digest}-{os.getpid()}" / Path(parcel.path).name


class Mirror:
    """What has changed in a run directory since it was last asked; half-written files and the lock are left out."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.seen = self._stamps()

    def changes(self) -> Changes:
        """The changed files, the oldest change first, as another machine must write them: the order is that of a run.

        Raises OSError.
        """
        now = self._stamps()
        found: Changes = {name: None for name in self.seen if name not in now}
        for name in sorted(now, key=lambda name: now[name][0]):
            if self.seen.get(name) != now[name]:
                found[name] = (self.folder / name).read_bytes()
        self.seen = now
        return found

    def _stamps(self) -> dict[str, Stamp]:
        found: dict[str, Stamp] = {}
        for path in _files(self.folder):
            try:
                found[str(path.relative_to(self.folder))] = _stamp(path)
            except FileNotFoundError:  # replaced or removed at this moment
                continue
        return found


def read_run(folder: Path, without: Iterable[str] = ()) -> dict[str, bytes]:
    """The files of a run directory, none where there is no such folder."""
    found = {str(path.relative_to(folder)): path for path in _files(folder)}
    return {name: path.read_bytes() for name, path in found.items() if name not in without}


def write_run(folder: Path, files: Mapping[str, bytes | None]) -> None:
    """Writes the files, each whole or not at all, or removes them; raises NNTrainError where that is impossible."""
    with writing(folder):
        for name, content in files.items():
            path = folder / name
            if content is None:
                path.unlink(missing_ok=True)
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                write_atomic(path, content)


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if not path.name.startswith(".") and path.is_file():
            yield path


def _stamp(path: Path) -> Stamp:
    told = path.stat()
    return told.st_mtime_ns, told.st_size, told.st_ino
