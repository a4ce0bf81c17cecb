"""The image files in folders of classes, and the files that are left out."""

import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from nntrain.config.messages import counted, listed

FORMATS = {
    "BMP": (".bmp",),
    "GIF": (".gif",),
    "JPEG": (".jfif", ".jpe", ".jpeg", ".jpg"),
    "PNG": (".png",),
    "TIFF": (".tif", ".tiff"),
    "WEBP": (".webp",),
}
"""The formats of Pillow that are decoded, each with the suffixes of its files."""
SUFFIXES = tuple(suffix for suffixes in FORMATS.values() for suffix in suffixes)
_OF_THE_SYSTEM = {"$RECYCLE.BIN", "@eaDir", "__MACOSX", "lost+found"}
_SPLITS = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("val", "valid", "validation", "dev"), "validation"),
    **dict.fromkeys(("test", "testing", "eval", "holdout"), "test"),
}


@dataclass
class FoundImages:
    """The images in a folder and in all folders below it, through links too; `left_out` counts other files by kind.

    Files and folders that are hidden, or that systems make, are left out. A folder that two links lead to is read once.
    Raises OSError when a folder cannot be read.
    """

    folder: Path
    images: list[Path] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    read: set[str] = field(default_factory=set)

    @classmethod
    def below(cls, folder: Path) -> "FoundImages":
        """Return what is found, the images sorted."""
        found = cls(folder)
        found._walk(folder, is_hidden=False)
        found.images.sort(key=lambda path: path.parts)
        return found

    @cached_property
    def folders(self) -> list[str]:
        """The names of the folders in it, where all its images are in those."""
        depth = len(self.folder.parts)
        if any(path.parent == self.folder for path in self.images):
            return []
        return sorted({path.parts[depth] for path in self.images})

    def _walk(self, folder: Path, is_hidden: bool) -> None:
        if (real := os.path.realpath(folder)) in self.read:
            self.left_out["in a folder that is linked twice"] += 1
            return
        self.read.add(real)
        with os.scandir(folder) as entries:  # which knows what is a folder: three times as fast as pathlib
            found = sorted(entries, key=lambda entry: entry.name)
        for entry in found:
            path = Path(entry.path)
            hidden = is_hidden or is_left_alone(path)
            place = path if entry.is_symlink() else entry  # a link may lead to itself, which is an error of the entry
            if place.is_dir():
                self._walk(path, hidden)
            elif not hidden and path.suffix.lower() in SUFFIXES and place.is_file():
                self.images.append(path)
            elif kind := _kind(path, hidden):
                self.left_out[kind] += 1


def is_left_alone(path: Path) -> bool:
    """Return whether the file or the folder is hidden, or made by a system."""
    return path.name.startswith(".") or path.name in _OF_THE_SYSTEM


def _kind(path: Path, is_hidden: bool) -> str:
    """Return why a file is left out; nothing for a hidden file that is not an image either."""
    if is_hidden:
        return "hidden" if path.suffix.lower() in SUFFIXES else ""
    if not path.exists():
        return "links to nothing"
    if not path.is_file():
        return "not regular files"
    return f"`{path.suffix.lower()}`" if path.suffix else "without a suffix"


@dataclass(frozen=True)
class ClassFolders:
    """The folders in a folder, each with its images; `left_out` counts the other files in it by kind."""

    folder: str
    classes: dict[str, FoundImages]
    left_out: Counter[str]

    @classmethod
    def inside(cls, folder: str) -> "ClassFolders":
        """Return the folders, sorted. Raises OSError when a folder cannot be read."""
        found = cls(folder, {}, Counter())
        for path in sorted(Path(folder).iterdir()):
            if path.is_dir() and not is_left_alone(path):
                images = found.classes[_as_text(path.name)] = FoundImages.below(path)
                found.left_out.update(images.left_out)
            elif path.is_dir():
                found.left_out["hidden"] += len(FoundImages.below(path).images)
            elif path.suffix.lower() in SUFFIXES:
                found.left_out["hidden" if is_left_alone(path) else "beside the folders of the classes"] += 1
        return found

    def warnings(self) -> Iterator[str]:
        """Yield a warning about the files that are left out, if there are any."""
        if left_out := left_out_in_words(self.folder, self.left_out):
            yield left_out
        inner = [found.folders for found in self.classes.values()]
        if len(inner) > 1 and len(inner[0]) > 1 and all(names == inner[0] for names in inner):
            each = f"each of {listed(self.classes, 5)} in `{self.folder}` holds {listed(inner[0], 5)}"
            yield f"{each}: the classes are the outer folders"

    def above_the_classes(self) -> tuple[str, str] | None:
        """Return a message and a help where the classes must be one folder further down."""
        inner = [found.folders for found in self.classes.values()]
        splits = [name for name in self.classes if _split_in(name, exactly=not all(inner))]
        if len(splits) > 1 or (splits and all(inner)):
            return f"{listed(splits)} in `{self.folder}` are splits, not classes", self._split_help(splits)
        if len(self.classes) == 1 and len(inner[0]) > 1:
            name = next(iter(self.classes))
            message = f"`{self.folder}` holds only the folder `{name}`, which would be the only class"
            return message, f"write `path: {Path(self.folder) / name}`, which holds {listed(inner[0], 5)}"
        return None

    def _split_help(self, splits: list[str]) -> str:
        """Return the help that names the folder of each split."""
        places = {_split_in(name): Path(self.folder) / name for name in splits}
        train = places.pop("train", Path(self.folder) / "train")
        others = "".join(f", {split}: {{file: {place}}}" for split, place in sorted(places.items(), reverse=True))
        return f"write `image_folder: {{path: {train}{others}}}`"


def _as_text(name: str) -> str:
    """Return the name of a folder, with `\\xff` for a byte that is not UTF-8 and that no other program would print."""
    return name.encode(errors="surrogateescape").decode(errors="backslashreplace")


def left_out_in_words(folder: str, left_out: Counter[str]) -> str:
    """Return how many files of each kind are left out of a folder; nothing where there are none."""
    kinds = [f"{count:,} {kind}" for kind, count in sorted(left_out.items(), key=_most_first) if count]
    if not kinds:
        return ""
    formats = f"; images have the suffixes {listed(SUFFIXES)}" if "`" in "".join(kinds) else ""
    return f"{counted(left_out.total(), 'file')} left out of `{folder}`: {', '.join(kinds)}{formats}"


def _split_in(name: str, exactly: bool = False) -> str:
    """Return the split that the name of a folder says, or that one of its words says: `training_set`; else nothing."""
    words = [name.lower()] if exactly else re.findall("[a-z]+", name.lower())
    return next((_SPLITS[word] for word in words if word in _SPLITS), "")


def _most_first(counted: tuple[str, int]) -> tuple[int, str]:
    return -counted[1], counted[0]
