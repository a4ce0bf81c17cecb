"""Many image files as one array: decoded by several threads under a progress bar, or read as they were kept."""

import math
import os
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import IO

import numpy as np

from nntrain.config.messages import counted
from nntrain.data.checks import Faults
from nntrain.data.image_cache import CachedImages, Pixels, entry_of
from nntrain.data.image_decoder import CHANNELS, LOSSES, Decoded, ImageFault, ImageFormat, decode
from nntrain.data.npy_header import Stored
from nntrain.data.row_file import RowFile, is_large
from nntrain.errors import Path, Problem
from nntrain.terminal import reading_bar

_BATCH = 256  # images that are decoded before they are stored
_BATCH_BYTES = 1 << 28


@dataclass(frozen=True)
class Decoding:
    """How images are decoded. place: the option that names their folder. skip: whether broken images are left out."""

    target: ImageFormat
    place: Path = ()
    skip: bool = False

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width, channels."""
        return (*self.target.size, CHANNELS[self.target.color_mode])

    def read(self, files: Sequence[FilePath]) -> tuple[Pixels, str]:
        """Return the images, and a note on where they are kept or were read from.

        Raises DataError with every image that has a fault.
        """
        entry = entry_of(files, self.target)
        if entry is None:
            return self._decoded(files, None)
        with entry.locked():
            known = entry.read()
            if known is not None and (self.skip or len(known.rows) == len(files)):
                return known, entry.note(known)
            return self._decoded(files, entry)

    def warnings(self, files: Sequence[FilePath], images: Pixels) -> Iterator[str]:
        """Yield a warning for the images that are left out, and for each kind of loss."""
        if bad := sorted(set(range(len(files))) - set(images.rows.tolist())):
            are = "is broken or cannot be read, and is" if len(bad) == 1 else "are broken or cannot be read, and are"
            yield f"{len(bad):,} of {counted(len(files), 'image')} {are} left out; the first is `{files[bad[0]]}`"
        for name, lost in images.lost.items():
            if lost:
                some = f"{len(lost):,} of {counted(len(images.rows), 'image')} {'have' if len(lost) > 1 else 'has'}"
                yield f"{LOSSES[name].format(some)}; the first is `{files[lost[0]]}`"

    def _decoded(self, files: Sequence[FilePath], entry: CachedImages | None) -> tuple[Pixels, str]:
        rows: list[int] = []
        lost: dict[str, list[int]] = {name: [] for name in LOSSES}
        images = self._images(files, rows, lost)
        if not is_large(len(files) * math.prod(self.shape)):
            x = np.empty((len(files), *self.shape), np.uint8)
            for index, image in enumerate(images):
                x[index] = image
            found = Pixels(x[: len(rows)], np.array(rows, np.int64), lost)
            return found, entry.write(found) if entry else ""
        with _temporary_file(entry) as file:
            file.writelines(image.tobytes() for image in images)
            file.flush()
            os.fsync(file.fileno())
            stored = Stored((len(rows), *self.shape), np.dtype(np.uint8), False, 0)
            found = Pixels(RowFile.open(file.name, stored), np.array(rows, np.int64), lost)
            return found, entry.write(found, file.name) if entry else ""

    def _images(self, files: Sequence[FilePath], rows: list[int], lost: dict[str, list[int]]) -> Iterator[np.ndarray]:
        """Yield the images in their order, and fill `rows` and `lost`; raises DataError after the last one."""
        faults, size = Faults(), max(1, min(_BATCH, _BATCH_BYTES // math.prod(self.shape)))
        with ThreadPoolExecutor(os.cpu_count()) as threads, reading_bar(f"decoding {len(files):,} images") as show:
            for start in range(0, len(files), size):
                batch = files[start : start + size]
                for row, image in enumerate(threads.map(self._image, batch), start):
                    if isinstance(image, Decoded):
                        rows.append(row)
                        for name in image.lost:
                            lost[name].append(row)
                        yield image.pixels
                    elif not (self.skip and image.is_bad):
                        help = f"{image.help}; `on_bad: skip` leaves broken images out" if image.is_bad else image.help
                        faults.add(Problem(str(image), self.place, help))
                show((start + len(batch)) / len(files))
        faults.throw()

    def _image(self, file: FilePath) -> Decoded | ImageFault:
        try:
            return decode(file, self.target)
        except ImageFault as fault:
            return fault


def _temporary_file(entry: CachedImages | None) -> "tempfile._TemporaryFileWrapper[bytes] | IO[bytes]":
    """Return a new file in the folder of the entry, where it can be linked to, else where temporary files are."""
    return tempfile.NamedTemporaryFile(suffix=".pixels", dir=entry.folder if entry else None)
