"""Decoded images kept between two starts, found by the content of their files: `pixels` and what they are."""

import json
import math
import os
import zlib
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import PIL

from nntrain.data.content_cache import ABOUT, ContentCache, alone
from nntrain.data.image_decoder import CHANNELS, LOSSES, ImageFormat
from nntrain.data.npy_header import Stored
from nntrain.data.row_file import Examples, RowFile, chunks, is_large
from nntrain.errors import NNTrainError
from nntrain.storage.atomic import stream, write_text

_VERSION = 1  # of what is kept
_LEAST_BYTES = 10_000_000  # of the files, which are decoded in half a second
_LEAST_A_FILE = 10_000  # bytes, as which a smaller file counts
CACHE = ContentCache("images", "NNTRAIN_IMAGE_CACHE_GB")
_BROKEN = (OSError, ValueError, KeyError, TypeError)


class Pixels(NamedTuple):
    """x: uint8 (k, height, width, channels). rows: (k,) their positions among the files; the others are broken.

    lost: by the keys of LOSSES the positions of the files that lost something.
    """

    x: Examples
    rows: np.ndarray
    lost: dict[str, list[int]]


@dataclass(frozen=True)
class CachedImages:
    """The folder of the images of some files; there need not be any in it yet."""

    folder: Path
    files: int
    shape: tuple[int, ...]

    def locked(self) -> AbstractContextManager[None]:
        """Keep other processes from decoding the same images meanwhile."""
        return alone(self.folder)

    def read(self) -> Pixels | None:
        """Return the images; None where there are none, or where they are damaged."""
        try:
            about = json.loads((self.folder / ABOUT).read_text(encoding="utf-8"))
            rows = np.array(about["rows"], np.int64) if about["rows"] is not None else np.arange(self.files)
            lost = {name: [int(row) for row in about["lost"].get(name, ())] for name in LOSSES}
            x = self._pixels((len(rows), *self.shape))
            if _checksum(x) != about["crc32"]:
                return None
            os.utime(self.folder / ABOUT)
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
            (self.folder / ABOUT).unlink(missing_ok=True)
            if file:
                (self.folder / "pixels").unlink(missing_ok=True)
                os.link(file, self.folder / "pixels")
            else:
                with stream(self.folder / "pixels") as pixels:
                    pixels.write(images.x[:].reshape(-1).data)
            write_text(self.folder / ABOUT, json.dumps(about))
            CACHE.make_room(self.folder)
        except (OSError, NNTrainError) as error:
            reason = error.strerror if isinstance(error, OSError) else error.problems[0].message
            return f"the decoded images are not kept for the next start: {reason}"
        size = f"{images.x.nbytes / 1e6:,.0f} MB"
        return f"{len(images.x):,} decoded images ({size}) are kept in {CACHE.shown()}, for the next start"

    def note(self, images: Pixels) -> str:
        """Return the note on images that were read."""
        return f"{len(images.x):,} images were decoded before, and are read from {CACHE.shown()}"

    def _pixels(self, shape: tuple[int, ...]) -> Examples:
        path = self.folder / "pixels"
        if path.stat().st_size != math.prod(shape):
            raise ValueError("the file has another size")
        if is_large(math.prod(shape)):
            return RowFile.open(path, Stored(shape, np.dtype(np.uint8), False, 0))
        return np.fromfile(path, np.uint8).reshape(shape)


def entry_of(files: Sequence[Path], target: ImageFormat) -> CachedImages | None:
    """Return where the images of these files are kept; None where they are few, or nothing can be kept."""
    shape = (*target.size, CHANNELS[target.color_mode])
    limit = CACHE.most_bytes()
    try:
        found = [os.stat(file) for file in files]  # noqa: PTH116, three times as fast
        size = sum(max(status.st_size, _LEAST_A_FILE) for status in found)
        if size < _LEAST_BYTES or len(files) * math.prod(shape) > limit:
            return None
        asked = repr((_VERSION, PIL.__version__, tuple(target)))
        return CachedImages(CACHE.folder_of(files, found, asked), len(files), shape)
    except (OSError, NNTrainError):
        return None


def _checksum(x: Examples) -> int:
    checksum = 0
    for _, part in chunks(x):
        checksum = zlib.crc32(part.reshape(-1).data, checksum)
    return checksum
