"""Which images a set has, and their classes: those of a folder for each class, or those that a table names."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath

import numpy as np

from nntrain.config.messages import listed
from nntrain.data.image_decoder import ImageFault, size_of
from nntrain.data.image_files import SUFFIXES, ClassFolders, FoundImages
from nntrain.data.image_labels import LabelsFile
from nntrain.errors import DataError, Path, Problem


@dataclass(frozen=True)
class ImageSet:
    """name: the folder, or the table. place: the option that names it. y: int32 (n,), the class of each file."""

    name: str
    place: Path
    files: Sequence[FilePath]
    y: np.ndarray
    classes: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @classmethod
    def of_folder(cls, folder: str, place: Path) -> "ImageSet":
        """Return all images of the folders in a folder, class by class. Raises DataError."""
        found = _classes_in(folder, place)
        counts = [len(each.images) for each in found.classes.values()]
        files = [file for each in found.classes.values() for file in each.images]
        y = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
        return cls(folder, place, files, y, tuple(found.classes), tuple(found.warnings()))

    @classmethod
    def of_labels(cls, labels: LabelsFile) -> "ImageSet":
        """Return the images that a table names, in its order. Raises DataError."""
        found = labels.read()
        return cls(labels.path, labels.place, found.files, found.y, found.classes, found.warnings, found.notes)

    def first_size(self, skip: bool) -> tuple[int, int]:
        """Return height and width of the first image, with `skip` of the first that is not broken. Raises DataError."""
        for number, file in enumerate(self.files, 1):
            try:
                return size_of(file)
            except ImageFault as fault:
                if not skip or number == len(self.files):
                    help = fault.help if skip else f"{fault.help}; `on_bad: skip` leaves broken images out"
                    raise self.error(str(fault), help) from None
        raise self.error(f"there are no images in `{self.name}`", "add images")

    def labels(self, classes: Sequence[str]) -> np.ndarray:
        """Return int32 (n,), the places of the classes among these. Raises DataError for any other class."""
        if not set(self.classes) <= set(classes):
            what = f"the classes of `{self.name}` are {listed(self.classes, 12)}"
            message = f"{what}, the training has {listed(classes, 12)}"
            raise self.error(message, "give all splits the same classes")
        places = np.array([classes.index(name) for name in self.classes], np.int32)
        return np.asarray(places[self.y])

    def error(self, message: str, help: str) -> DataError:
        """Return the error at the option that names the set."""
        return DataError(problems=[Problem(message, self.place, help)])


def images_below(folder: FilePath) -> FoundImages:
    """Return the image files in a folder and in all folders below it, sorted. Raises DataError."""
    try:
        return FoundImages.below(folder)
    except OSError as error:
        raise DataError(f"`{error.filename}` cannot be read: {error.strerror}", help="check its permissions") from None


def _classes_in(folder: str, place: Path) -> ClassFolders:
    """Return the folders of classes, each with images. Raises DataError."""

    def error(message: str, help: str) -> DataError:
        return DataError(problems=[Problem(message, place, help)])

    try:
        found = ClassFolders.inside(folder)
    except FileNotFoundError:
        raise error(f"there is no folder `{folder}`", "check the path") from None
    except NotADirectoryError:
        raise error(f"`{folder}` is a file", "give a folder of folders") from None
    except OSError as fault:
        raise error(f"`{fault.filename}` cannot be read: {fault.strerror}", "check its permissions") from None
    if not found.classes:
        help = "put the images of each class into a folder of their own, such as `cats/` and `dogs/`"
        raise error(f"`{folder}` holds no folders, which would be the classes", _or_labels(folder, help))
    if len(found.classes) == 1 and _tables(folder) and not found.above_the_classes():
        raise error(f"there is only one class, {listed(found.classes)}", _or_labels(folder, "give 2 classes or more"))
    if fault_above := found.above_the_classes():
        raise error(*fault_above)
    if empty := [name for name, each in found.classes.items() if not each.images]:
        help = f"add images ({', '.join(SUFFIXES)}), or remove the folder"
        raise error(f"there are no images in {listed(empty)} of `{folder}`", _or_labels(folder, help))
    return found


def _or_labels(folder: str, help: str) -> str:
    """Return the help, and the option that names a table of labels, where there is one in the folder or beside it."""
    tables = _tables(folder)
    return f"{help}; or write `labels: {tables[0]}`, if that names the images and their classes" if tables else help


def _tables(folder: str) -> list[FilePath]:
    """Return the tables that name images of a folder: those in it, else those beside it."""
    for place in (FilePath(folder), FilePath(folder).parent):
        files = sorted(place.glob("*.csv"))
        if found := [file for file in files if LabelsFile(str(file), folder).names_images()]:
            return found
    return []
