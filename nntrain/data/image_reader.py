"""Image files as rows of uint8: found by class, decoded by several threads, scaled to one size."""

from __future__ import annotations

import math
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path as FilePath

import numpy as np

from nntrain.config.messages import counted, listed
from nntrain.data.checks import Faults
from nntrain.data.examples import Rows, Split
from nntrain.data.image_decoder import CHANNELS, LOSSES, MOST_PIXELS, Decoded, ImageFault, Target, decode, size_of
from nntrain.data.image_files import SUFFIXES, ClassFolders, FoundImages
from nntrain.data.npy_header import stored_in_npy
from nntrain.data.row_file import Examples, RowFile, is_large
from nntrain.errors import DataError, Path, Problem

_BATCH = 256  # images that are decoded before they are stored
_BATCH_BYTES = 1 << 28


def load_rows(
    folder: str, source: Path, split_folders: Mapping[str, str], size: tuple[int, int] | None, color_mode: str
) -> Rows:
    """Return the images of a folder, and of separate folders for other splits.

    source: the path of the data source in the config. split_folders: the folder by the name of its split. size: height
    and width to which images are scaled, or None where all must have the size of the first. Raises DataError.
    """
    if size and math.prod(size) > MOST_PIXELS:
        message = f"`image_size` of {size[0]} x {size[1]} is more than {MOST_PIXELS:,} pixels"
        raise DataError(problems=[Problem(message, (*source, "image_size"), "write a smaller size, such as `224`")])
    main = _Folder(folder, (*source, "path"))
    target = Target(size or main.first_size(), size is not None, color_mode)
    extra = {name: _Folder(path, (*source, name, "file")) for name, path in split_folders.items()}
    read = partial(_Folder.split, target=target, classes=main.classes)
    splits = {name: read(other) for name, other in extra.items()}
    remaining = read(main)
    warnings = [warning for each in (main, *extra.values()) for warning in each.warnings()]
    schema = remaining.schema(main.classes)
    return Rows(remaining, schema, splits.get("validation"), splits.get("test"), tuple(warnings))


def files_by_class(folder: str) -> dict[str, list[FilePath]]:
    """Return the image files of each class, sorted. Raises DataError."""
    return _Folder(folder, ()).files


def load_split(folder: str, shape: tuple[int, ...], classes: list[str]) -> Split:
    """Return the images in a folder of some of these classes, scaled to height, width, channels. Raises DataError."""
    return _Folder(folder, ()).split(_target(shape), classes)


def _target(shape: tuple[int, ...]) -> Target:
    color_mode = next(mode for mode, channels in CHANNELS.items() if channels == shape[2])
    return Target((shape[0], shape[1]), True, color_mode)


def read_images(files: Sequence[FilePath], shape: tuple[int, ...]) -> np.ndarray:
    """Return uint8 (n, *shape): these files, scaled to the shape height, width, channels. Raises DataError."""
    target = _target(shape)
    try:
        return np.stack([decode(file, target).pixels for file in files])
    except ImageFault as fault:
        raise DataError(str(fault), help=fault.help) from None


def images_below(folder: FilePath) -> FoundImages:
    """Return the image files in a folder and in all folders below it, sorted. Raises DataError."""
    try:
        return FoundImages.below(folder)
    except OSError as error:
        raise DataError(f"`{error.filename}` cannot be read: {error.strerror}", help="check its permissions") from None


@dataclass
class _Losses:
    """The images that lost something when they were decoded."""

    images: int = 0
    files: dict[str, list[FilePath]] = field(default_factory=lambda: {name: [] for name in LOSSES})

    def add(self, file: FilePath, image: Decoded) -> None:
        self.images += 1
        for name in image.lost:
            self.files[name].append(file)

    def warnings(self) -> Iterator[str]:
        """Yield a warning for each kind of loss."""
        for name, files in self.files.items():
            if files:
                some = f"{len(files):,} of {counted(self.images, 'image')} {'have' if len(files) > 1 else 'has'}"
                yield f"{LOSSES[name].format(some)}; the first is `{files[0]}`"


class _Folder:
    """A folder of classes. `place` is the path in the config of the option that names it."""

    def __init__(self, folder: str, place: Path) -> None:
        self.folder, self.place, self.losses = folder, place, _Losses()
        self.found = self._found()
        self.files = {name: found.images for name, found in self.found.classes.items()}
        self.classes = list(self.files)
        if not self.classes:
            help = "put the images of each class into a folder of their own, such as `cats/` and `dogs/`"
            raise self.error(f"`{folder}` holds no folders, which would be the classes", help)
        if fault := self.found.above_the_classes():
            raise self.error(*fault)
        if empty := [name for name, files in self.files.items() if not files]:
            help = f"add images ({', '.join(SUFFIXES)}), or remove the folder"
            raise self.error(f"there are no images in {listed(empty)} of `{folder}`", help)

    def _found(self) -> ClassFolders:
        try:
            return ClassFolders.inside(self.folder)
        except FileNotFoundError:
            raise self.error(f"there is no folder `{self.folder}`", "check the path") from None
        except NotADirectoryError:
            raise self.error(f"`{self.folder}` is a file", "give a folder of folders") from None
        except OSError as error:
            raise self.error(f"`{error.filename}` cannot be read: {error.strerror}", "check its permissions") from None

    def warnings(self) -> Iterator[str]:
        """Yield a warning for each kind of file that is left out, and for what the images lost."""
        yield from self.found.warnings()
        yield from self.losses.warnings()

    def first_size(self) -> tuple[int, int]:
        """Return height and width of the first image."""
        try:
            return size_of(self.files[self.classes[0]][0])
        except ImageFault as fault:
            raise self.error(str(fault), fault.help) from None

    def split(self, target: Target, classes: list[str]) -> Split:
        """Return all images of the folder, class by class."""
        if not set(self.classes) <= set(classes):
            message = f"the classes of `{self.folder}` are {listed(self.classes)}, the training has {listed(classes)}"
            raise self.error(message, "give all splits the same folders")
        files = [file for name in classes for file in self.files.get(name, ())]
        y = np.repeat(np.arange(len(classes), dtype=np.int32), [len(self.files.get(name, ())) for name in classes])
        shape = (len(files), *target.size, CHANNELS[target.color_mode])
        return Split(_stored(self._decode(files, target), shape), y)

    def _decode(self, files: Sequence[FilePath], target: Target) -> Iterator[np.ndarray]:
        """Yield the images in their order; raises DataError after the last one, with every image that has a fault."""
        faults = Faults()
        size = max(1, min(_BATCH, _BATCH_BYTES // (math.prod(target.size) * CHANNELS[target.color_mode])))

        def decoded(file: FilePath) -> Decoded | ImageFault:
            try:
                return decode(file, target)
            except ImageFault as fault:
                return fault

        with ThreadPoolExecutor(os.cpu_count()) as threads:
            for start in range(0, len(files), size):
                batch = files[start : start + size]
                for file, image in zip(batch, threads.map(decoded, batch), strict=True):
                    if isinstance(image, ImageFault):
                        faults.add(Problem(str(image), self.place, image.help))
                    else:
                        self.losses.add(file, image)
                        yield image.pixels
        faults.throw()

    def error(self, message: str, help: str) -> DataError:
        return DataError(problems=[Problem(message, self.place, help)])


def _stored(images: Iterator[np.ndarray], shape: tuple[int, ...]) -> Examples:
    """Return the images in memory, or in a temporary file where they are too large for memory."""
    if not is_large(int(np.prod(shape))):
        found = np.empty(shape, np.uint8)
        for index, image in enumerate(images):
            found[index] = image
        return found
    with tempfile.NamedTemporaryFile(suffix=".npy") as file:
        np.lib.format.write_array_header_1_0(file, {"descr": "|u1", "fortran_order": False, "shape": shape})
        file.writelines(image.tobytes() for image in images)
        file.flush()
        return RowFile.open(file.name, stored_in_npy(file.name))
