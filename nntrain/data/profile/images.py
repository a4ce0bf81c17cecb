"""The profile of a folder of images, whose headers alone are read."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from nntrain.config.messages import counted
from nntrain.data.checks import Faults
from nntrain.data.image_decoder import ImageFault, size_of
from nntrain.data.image_files import ClassFolders, FoundImages, left_out_in_words
from nntrain.data.profile.profile import ColumnProfile, Count, Profile
from nntrain.errors import DataError, Problem

_MOST_LISTED = 10  # sizes and formats
_MOST_OPENED = 2000  # images; of more every n-th


def profile_folder(folder: Path) -> Profile:
    """Return the classes, sizes and formats of the images in a folder. Raises DataError where it has none."""
    try:
        found = ClassFolders.inside(str(folder))
        everything = FoundImages.below(folder)
    except OSError as error:
        raise DataError(f"`{error.filename}` cannot be read: {error.strerror}", help="check its permissions") from None
    files = everything.images
    if not files:
        left_out = left_out_in_words(str(folder), everything.left_out)
        raise DataError(
            f"there are no images in `{folder}`" + (f"; {left_out}" if left_out else ""),
            help="give a folder of images, a file of a table, or a config",
        )
    sizes, broken = _sizes(files)
    classes = tuple(Count(name, len(each.images)) for name, each in found.classes.items())
    return Profile(
        name=str(folder),
        what=f"images in {counted(len(classes), 'folder')}, the classes" if classes else "images without classes",
        rows=len(files),
        columns=(
            _column("size", sizes, f"height x width of {counted(sum(sizes.values()), 'image')}"),
            _column("format", Counter(file.suffix.lower() for file in files), "the suffix of the file"),
        ),
        task="classification" if classes else "",
        classes=classes,
        duplicates=_duplicates(files),
        problems=(*_problems(found), *broken),
        warnings=tuple(found.warnings()),
    )


def _sizes(files: Sequence[Path]) -> tuple[Counter[str], list[Problem]]:
    """Return how many images have each size, and problems of those that are broken."""
    sizes, broken = Counter[str](), Faults()
    for file in files[:: -(-len(files) // _MOST_OPENED)]:
        try:
            height, width = size_of(file)
            sizes[f"{height} x {width}"] += 1
        except ImageFault as fault:
            broken.add(Problem(str(fault), help=fault.help))
    return sizes, broken.problems


def _column(name: str, counts: Counter[str], reason: str) -> ColumnProfile:
    listed = tuple(Count(each, rows) for each, rows in counts.most_common(_MOST_LISTED))
    return ColumnProfile(name, "category", reason, 0, len(counts), categories=listed)


def _problems(found: ClassFolders) -> Iterator[Problem]:
    if not found.classes:
        help = "put the images of each class into a folder of their own, such as `cats/` and `dogs/`"
        yield Problem(f"`{found.folder}` holds no folders, which would be the classes", help=help)
    elif above := found.above_the_classes():
        yield Problem(above[0], help=above[1])
    for name, each in found.classes.items():
        if not each.images:
            yield Problem(f"there are no images in the folder `{name}`", help="add images, or remove the folder")


def _duplicates(files: Iterable[Path]) -> int:
    """Return how many files are equal, byte for byte, to one before them; only those of one size are read."""
    of_size = defaultdict[int, list[Path]](list)
    for file in files:
        of_size[file.stat().st_size].append(file)
    alike = [file for group in of_size.values() if len(group) > 1 for file in group]
    return len(alike) - len({hashlib.sha256(file.read_bytes()).digest() for file in alike})
