"""The images of all splits as rows of uint8."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path as FilePath

import numpy as np

from nntrain.data.examples import Rows, Split
from nntrain.data.image_decoder import CHANNELS, MOST_PIXELS, ImageFault, ImageFormat, decode
from nntrain.data.image_decoding import Decoding
from nntrain.data.image_labels import LabelsFile
from nntrain.data.image_request import ImageRequest
from nntrain.data.image_sets import ImageSet
from nntrain.data.raw_table import Words
from nntrain.data.row_names import RowNames
from nntrain.errors import DataError, Problem


def load_rows(request: ImageRequest) -> Rows:
    """Return the images of a folder, or of a table, and of those that hold other splits. Raises DataError."""
    if request.size and math.prod(request.size) > MOST_PIXELS:
        message = f"`image_size` of {request.size[0]} x {request.size[1]} is more than {MOST_PIXELS:,} pixels"
        raise DataError(
            problems=[Problem(message, (*request.source, "image_size"), "write a smaller size, such as `224`")]
        )
    sets = _sets(request)
    classes = sets["path"].classes
    target = _target(request, sets["path"])
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
    sets = _sets(request)
    target = _target(request, sets["path"]) if request.skip else None
    found = {}
    for name, images in sets.items():
        rows = np.arange(len(images.files))
        if target is not None:
            rows = Decoding(target, images.place, skip=True).read(images.files)[0].rows
        paths = Words(rows.astype(np.int32), tuple(file.as_posix() for file in images.files))
        found["" if name == "path" else name] = RowNames(images.name, rows + 1, {"file": paths}, are_paths=True)
    return found


def _sets(request: ImageRequest) -> dict[str, ImageSet]:
    """Return the images by the name of their split, the remaining ones under `path`. Raises DataError."""
    source, separate = request.source, request.split_files.items()
    labels = labels_file(request)
    if labels is None:
        main = {"path": ImageSet.of_folder(request.folder, (*source, "path"))}
        return main | {name: ImageSet.of_folder(path, (*source, name, "file")) for name, path in separate}
    others = {name: replace(labels, path=path, place=(*source, name, "file")) for name, path in separate}
    return {name: ImageSet.of_labels(each) for name, each in {"path": labels, **others}.items()}


def labels_file(request: ImageRequest) -> LabelsFile | None:
    """Return the table of the images, if there is one."""
    if request.labels is None:
        return None
    place = (*request.source, "labels")
    return LabelsFile(request.labels, request.folder, *request.columns, place, request.source, request.skip)


def _target(request: ImageRequest, images: ImageSet) -> ImageFormat:
    """Return the size and the channels of all images; images: those of `path`. Raises DataError."""
    return ImageFormat(request.size or images.first_size(request.skip), request.size is not None, request.color_mode)


def load_split(images: ImageSet, shape: tuple[int, ...], classes: Sequence[str], skip: bool = False) -> Split:
    """Return the images of some of these classes, scaled to height, width, channels. Raises DataError."""
    return _read(images, Decoding(_as_trained(shape), images.place, skip), classes).split


def read_images(files: Sequence[FilePath], shape: tuple[int, ...]) -> np.ndarray:
    """Return uint8 (n, *shape): these files, scaled to the shape height, width, channels. Raises DataError."""
    target = _as_trained(shape)
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


def _as_trained(shape: tuple[int, ...]) -> ImageFormat:
    color_mode = next(mode for mode, channels in CHANNELS.items() if channels == shape[2])
    return ImageFormat((shape[0], shape[1]), True, color_mode)
