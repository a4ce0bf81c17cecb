"""The images of all splits as rows of uint8."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath

import numpy as np

from nntrain.data.examples import Rows, Split
from nntrain.data.image_decoder import CHANNELS, MOST_PIXELS, ImageFault, Target, decode
from nntrain.data.image_decoding import Decoding
from nntrain.data.image_labels import LabelsFile
from nntrain.data.image_sets import ImageSet
from nntrain.data.raw_table import Words
from nntrain.data.row_names import RowNames
from nntrain.errors import DataError, Path, Problem


@dataclass(frozen=True)
class ImageRequest:
    """What a config asks for. source: the path of the data source in it.

    labels: the table of the images and their classes, None where the classes are folders. split_files: the folder or
    the table of each separate split. size: height and width to which images are scaled, or None where all must have
    the size of the first. skip: whether broken images are left out.
    """

    folder: str
    source: Path
    labels: LabelsFile | None = None
    split_files: Mapping[str, str] = field(default_factory=dict)
    size: tuple[int, int] | None = None
    color_mode: str = "rgb"
    skip: bool = False

    def sets(self) -> dict[str, ImageSet]:
        """Return the images by the name of their split, the remaining ones under `path`. Raises DataError."""
        if self.labels is None:
            main = {"path": ImageSet.of_folder(self.folder, (*self.source, "path"))}
            return main | {
                name: ImageSet.of_folder(path, (*self.source, name, "file")) for name, path in self.split_files.items()
            }
        others = {
            name: replace(self.labels, path=path, place=(*self.source, name, "file"))
            for name, path in self.split_files.items()
        }
        return {name: ImageSet.of_labels(labels) for name, labels in {"path": self.labels, **others}.items()}

    def target(self, images: ImageSet) -> Target:
        """Return the size and the channels of all images; images: those of `path`. Raises DataError."""
        return Target(self.size or images.first_size(self.skip), self.size is not None, self.color_mode)


def load_rows(request: ImageRequest) -> Rows:
    """Return the images of a folder, or of a table, and of those that hold other splits. Raises DataError."""
    if request.size and math.prod(request.size) > MOST_PIXELS:
        message = f"`image_size` of {request.size[0]} x {request.size[1]} is more than {MOST_PIXELS:,} pixels"
        raise DataError(
            problems=[Problem(message, (*request.source, "image_size"), "write a smaller size, such as `224`")]
        )
    sets = request.sets()
    classes = sets["path"].classes
    target = request.target(sets["path"])
    read = {name: _read(images, Decoding(target, images.place, request.skip), classes) for name, images in sets.items()}
    splits = {name: each.split for name, each in read.items()}
    remaining = splits["path"]
    return Rows(
        remaining,
        remaining.schema(classes),
        splits.get("validation"),
        splits.get("test"),
        tuple(warning for each in read.values() for warning in each.warnings),
        tuple(note for each in read.values() for note in each.notes),
    )


def row_names(request: ImageRequest) -> dict[str, RowNames]:
    """Return the paths of the images by split, under an empty name those of `path`; the images that are left out lack.

    Raises DataError.
    """
    sets = request.sets()
    target = request.target(sets["path"]) if request.skip else None
    found = {}
    for name, images in sets.items():
        rows = np.arange(len(images.files))
        if target is not None:
            rows = Decoding(target, images.place, skip=True).read(images.files)[0].rows
        paths = Words(rows.astype(np.int32), tuple(file.as_posix() for file in images.files))
        found["" if name == "path" else name] = RowNames(images.name, rows + 1, {"file": paths}, are_paths=True)
    return found


def load_split(images: ImageSet, shape: tuple[int, ...], classes: Sequence[str], skip: bool = False) -> Split:
    """Return the images of some of these classes, scaled to height, width, channels. Raises DataError."""
    return _read(images, Decoding(_target(shape), images.place, skip), classes).split


def read_images(files: Sequence[FilePath], shape: tuple[int, ...]) -> np.ndarray:
    """Return uint8 (n, *shape): these files, scaled to the shape height, width, channels. Raises DataError."""
    target = _target(shape)
    try:
        return np.stack([decode(file, target).pixels for file in files])
    except ImageFault as fault:
        raise DataError(str(fault), help=fault.help) from None


@dataclass(frozen=True)
class _Read:
    """The images of one set."""

    split: Split
    warnings: tuple[str, ...]
    notes: tuple[str, ...]


def _read(images: ImageSet, decoding: Decoding, classes: Sequence[str]) -> _Read:
    y = images.labels(classes)
    found, note = decoding.read(images.files)
    warnings = (*images.warnings, *decoding.warnings(images.files, found))
    return _Read(Split(found.x, y[found.rows]), warnings, (*images.notes, *([note] if note else [])))


def _target(shape: tuple[int, ...]) -> Target:
    color_mode = next(mode for mode, channels in CHANNELS.items() if channels == shape[2])
    return Target((shape[0], shape[1]), True, color_mode)
