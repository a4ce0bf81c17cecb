"""A folder of images: its classes, and the size to which they are scaled."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from nntrain.beginning.facts import NO_TEST, TRAINING, Facts, shares
from nntrain.config.messages import counted, listed
from nntrain.data.image_decoder import ImageFault, size_of
from nntrain.data.image_labels import LabelsFile
from nntrain.data.image_sets import ImageSet
from nntrain.errors import DataError

_MOST_PIXELS = 96  # along a side, so that a first training takes minutes
_SAMPLE = 2000  # images whose headers are read


class Labels(NamedTuple):
    """A table that names the images and their classes; written: its path in the config. column: that of the classes."""

    path: str
    written: str
    column: str = ""


def look(folder: Path, written: str, labels: Labels | None = None) -> Facts:
    """Return what is in a folder of classes, or in one whose images a table names; written: its path in the config.

    Raises DataError.
    """
    found = _found(folder, labels)
    images, classes = found.files, found.classes
    if len(classes) == 1:
        help = "give each class a folder" if labels is None else "name another column with `--target`"
        raise DataError(f"there is only one class, {listed(classes)}, so there is nothing to learn", help=help)
    size = _size(images)
    of_labels = {} if labels is None else {"labels": labels.written}
    of_labels |= {"y_col": labels.column} if labels is not None and labels.column else {}
    options: dict[str, Any] = {"path": written, **of_labels, "image_size": list(size), "color_mode": "rgb"}
    options |= (parts := shares([*Counter(found.y.tolist()).values()]))
    lacks_test = [NO_TEST] if parts["test"] == "none" else []
    return Facts(
        kind="images",
        data={"image_folder": options},
        rows=int(TRAINING * len(images)),
        classes=classes,
        size=size,
        notes=(f"{counted(len(images), 'image')} of {len(classes)} classes: {listed(classes, 12)}.", *lacks_test),
        comments={
            "labels": "names the images, as paths below `path`, and their classes",
            "y_col": "the column of the classes",
            "image_size": "height and width to which the images are scaled; larger ones show more and take longer",
            "color_mode": "or `grayscale`",
            "validation": "this share of the images chooses the best epoch",
            **({} if lacks_test else {"test": "this share of the images is scored once, at the end"}),
        },
    )


def _found(folder: Path, labels: Labels | None) -> ImageSet:
    """Return the images. The help of an error names options of the command, not of a config."""
    try:
        if labels is None:
            return ImageSet.of_folder(str(folder), ())
        return ImageSet.of_labels(LabelsFile(labels.path, str(folder), y_col=labels.column))
    except DataError as error:
        cured = [replace(problem, help=_of_the_command(problem.help), path=()) for problem in error.problems]
        raise DataError(problems=cured) from None


def _of_the_command(help: str) -> str:
    help = re.sub(r"`labels: ([^`]*)`", r"`--labels \1`", help)
    return re.sub(r"`y_col`, such as `y_col: ([^`]*)`", r"`--target`, such as `--target \1`", help)


def _size(images: Sequence[Path]) -> tuple[int, int]:
    """Return the middle size of some images, at most 96 pixels along a side. Raises DataError for a broken image."""
    try:
        sizes = sorted(size_of(file) for file in images[:: -(-len(images) // _SAMPLE)])
    except ImageFault as fault:
        raise DataError(str(fault), help=fault.help) from None
    height, width = sizes[len(sizes) // 2]
    scale = min(1.0, _MOST_PIXELS / max(height, width))
    return max(1, round(height * scale)), max(1, round(width * scale))
