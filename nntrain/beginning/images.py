"""A folder of images: its classes, and the size to which they are scaled."""

from collections.abc import Sequence
from pathlib import Path

from nntrain.beginning.facts import TRAINING, Facts
from nntrain.config.messages import counted, listed
from nntrain.data.image_decoder import ImageFault, size_of
from nntrain.data.image_sets import ImageSet
from nntrain.errors import DataError

_MOST_PIXELS = 96  # along a side, so that a first training takes minutes
_SAMPLE = 50  # images that are looked at


def look(folder: Path, written: str) -> Facts:
    """Return what is in a folder of classes; written: its path in the config. Raises DataError."""
    found = ImageSet.of_folder(str(folder), ())
    images, classes = found.files, found.classes
    size = _size(images)
    options = {"path": written, "image_size": list(size), "color_mode": "rgb", "validation": 0.2, "test": 0.2}
    return Facts(
        kind="images",
        data={"image_folder": options},
        rows=int(TRAINING * len(images)),
        classes=classes,
        size=size,
        notes=(f"{counted(len(images), 'image')} of {len(classes)} classes: {listed(classes, 12)}.",),
        comments={
            "image_size": "height and width to which the images are scaled; larger ones show more and take longer",
            "color_mode": "or `grayscale`",
            "validation": "this share of the images chooses the best epoch",
            "test": "this share of the images is scored once, at the end",
        },
    )


def _size(images: Sequence[Path]) -> tuple[int, int]:
    """Return the middle size of some images, at most 96 pixels along a side. Raises DataError for a broken image."""
    try:
        sizes = sorted(size_of(file) for file in images[:: -(-len(images) // _SAMPLE)])
    except ImageFault as fault:
        raise DataError(str(fault), help=fault.help) from None
    height, width = sizes[len(sizes) // 2]
    scale = min(1.0, _MOST_PIXELS / max(height, width))
    return max(1, round(height * scale)), max(1, round(width * scale))
