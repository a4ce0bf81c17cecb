"""Image files as rows of uint8: found by class, decoded by several threads, scaled to one size."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path as FilePath

import numpy as np
from PIL import Image, ImageOps

from nntrain.config.messages import listed
from nntrain.data.checks import Faults
from nntrain.data.examples import Rows, Split
from nntrain.data.npy_header import stored_in_npy
from nntrain.data.row_file import Examples, RowFile, is_large
from nntrain.errors import DataError, Path, Problem

SUFFIXES = (".bmp", ".gif", ".jpeg", ".jpg", ".png", ".webp")
_MODES = {"grayscale": "L", "rgb": "RGB", "rgba": "RGBA"}
_CHANNELS = {"grayscale": 1, "rgb": 3, "rgba": 4}
_BATCH = 256  # images that are decoded before they are stored
_BROKEN = (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError)


def load_rows(
    folder: str, source: Path, split_folders: Mapping[str, str], size: tuple[int, int] | None, color_mode: str
) -> Rows:
    """Return the images of a folder, and of separate folders for other splits.

    source: the path of the data source in the config. split_folders: the folder by the name of its split. size: height
    and width to which images are scaled, or None where all must have the size of the first. Raises DataError.
    """
    main = _Folder(folder, (*source, "path"))
    target = _Target(size or main.first_size(), size is not None, color_mode)
    read = partial(_Folder.split, target=target, classes=main.classes)
    extra = {name: read(_Folder(path, (*source, name, "file"))) for name, path in split_folders.items()}
    remaining = read(main)
    return Rows(remaining, remaining.schema(main.classes), extra.get("validation"), extra.get("test"))


def read_images(files: Sequence[FilePath], shape: tuple[int, ...]) -> np.ndarray:
    """Return uint8 (n, *shape): these files, scaled to the shape height, width, channels. Raises DataError."""
    color_mode = next(mode for mode, channels in _CHANNELS.items() if channels == shape[2])
    target = _Target((shape[0], shape[1]), True, color_mode)
    try:
        return np.stack([_decoded(file, target) for file in files])
    except _Fault as fault:
        raise DataError(str(fault), help=fault.help) from None


class _Fault(Exception):
    """What is wrong with one image."""

    def __init__(self, message: str, help: str) -> None:
        super().__init__(message)
        self.help = help


@dataclass(frozen=True)
class _Target:
    """What images become: height and width, whether those of another size are scaled to it, the colour mode."""

    size: tuple[int, int]
    scale: bool
    color_mode: str


class _Folder:
    """A folder of classes. `place` is the path in the config of the option that names it."""

    def __init__(self, folder: str, place: Path) -> None:
        self.folder, self.place = folder, place
        found = sorted(path for path in self._inside() if path.is_dir() and not path.name.startswith("."))
        self.files = {path.name: images_below(path) for path in found}
        self.classes = list(self.files)
        if not found:
            help = "put the images of each class into a folder of their own, such as `cats/` and `dogs/`"
            raise self.error(f"`{folder}` holds no folders, which would be the classes", help)
        if empty := [name for name, files in self.files.items() if not files]:
            help = f"add images ({', '.join(SUFFIXES)}), or remove the folder"
            raise self.error(f"there are no images in {listed(empty)} of `{folder}`", help)

    def _inside(self) -> list[FilePath]:
        try:
            return list(FilePath(self.folder).iterdir())
        except FileNotFoundError:
            raise self.error(f"there is no folder `{self.folder}`", "check the path") from None
        except OSError as error:
            raise self.error(f"`{self.folder}` cannot be read: {error.strerror}", "give a folder of folders") from None

    def first_size(self) -> tuple[int, int]:
        """Return height and width of the first image."""
        file = self.files[self.classes[0]][0]
        try:
            with Image.open(file) as image:
                width, height = ImageOps.exif_transpose(image).size
                return height, width
        except _BROKEN:
            raise self.error(*_broken(file)) from None

    def split(self, target: _Target, classes: list[str]) -> Split:
        """Return all images of the folder, class by class."""
        if self.classes != classes:
            message = f"the classes of `{self.folder}` are {listed(self.classes)}, the training has {listed(classes)}"
            raise self.error(message, "give all splits the same folders")
        files = [file for name in classes for file in self.files[name]]
        y = np.repeat(np.arange(len(classes), dtype=np.int32), [len(self.files[name]) for name in classes])
        shape = (len(files), *target.size, _CHANNELS[target.color_mode])
        return Split(_stored(self._decode(files, target), shape), y)

    def _decode(self, files: Sequence[FilePath], target: _Target) -> Iterator[np.ndarray]:
        """Yield the images in their order; raises DataError after the last one, with every image that has a fault."""
        faults = Faults()

        def decoded(file: FilePath) -> np.ndarray | _Fault:
            try:
                return _decoded(file, target)
            except _Fault as fault:
                return fault

        with ThreadPoolExecutor(os.cpu_count()) as threads:
            for start in range(0, len(files), _BATCH):
                for image in threads.map(decoded, files[start : start + _BATCH]):
                    if isinstance(image, _Fault):
                        faults.add(Problem(str(image), self.place, image.help))
                    else:
                        yield image
        faults.throw()

    def error(self, message: str, help: str) -> DataError:
        return DataError(problems=[Problem(message, self.place, help)])


def images_below(folder: FilePath) -> list[FilePath]:
    """Return the image files in a folder and in all folders below it, sorted; hidden files are left out."""
    found = (path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
    return sorted(path for path in found if not path.name.startswith("."))


def _decoded(file: FilePath, target: _Target) -> np.ndarray:
    """Return uint8 (height, width, channels), rotated as the EXIF data say. Raises _Fault."""
    height, width = target.size
    try:
        with Image.open(file) as opened:
            image = _of_bytes(ImageOps.exif_transpose(opened), file).convert(_MODES[target.color_mode])
    except _BROKEN:
        raise _Fault(*_broken(file)) from None
    if image.size != (width, height):
        if not target.scale:
            message = f"`{file}` has {image.height} x {image.width} pixels, the first image has {height} x {width}"
            raise _Fault(message, f"write `image_size: [{height}, {width}]`, to which all are scaled")
        image = image.resize((width, height), Image.Resampling.BILINEAR)
    return np.asarray(image, np.uint8).reshape(height, width, -1)


def _of_bytes(image: Image.Image, file: FilePath) -> Image.Image:
    """Return the image with one byte for each channel; Pillow would clip values above 255. Raises _Fault."""
    if image.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.mode in ("I", "F"):
        raise _Fault(f"`{file}` has pixels of 32 bits", "save it with 8 or 16 bits a channel")
    return image.convert("RGBA") if image.mode == "P" and "transparency" in image.info else image


def _broken(file: FilePath) -> tuple[str, str]:
    return f"`{file}` is broken, or not an image", "replace or remove it"


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
