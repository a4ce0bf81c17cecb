"""What a config asks for of images. Light."""

from collections.abc import Mapping
from dataclasses import dataclass

from nntrain.errors import Path


@dataclass(frozen=True)
class ImageRequest:
    """The folder of the images; source: the path of the data source in the config.

    labels: the table of the images and their classes, None where the classes are folders; columns: of its images and
    of its classes, empty where they are to be found. split_files: the folder or the table of each separate split.
    size: height and width to which images are scaled, or None where all must have the size of the first. skip: whether
    broken images are left out.
    """

    folder: str
    source: Path
    labels: str | None
    columns: tuple[str, str]
    split_files: Mapping[str, str]
    size: tuple[int, int] | None
    color_mode: str
    skip: bool
