"""Images in a folder for each class, as `keras.utils.image_dataset_from_directory` takes them."""

from typing import TYPE_CHECKING, Literal

from nntrain.config.data import Splittable
from nntrain.config.data_schema import Labels
from nntrain.config.value_types import FilePath, Size2D, omitted

if TYPE_CHECKING:
    from nntrain.data.examples import Rows


class Options(Splittable):
    """Image files (BMP, GIF, JPEG, PNG, TIFF, WebP), in a folder for each class; its name is that of the class.

    `image_size` is `[height, width]`, to which images are scaled; without it all must have the size of the first.
    """

    takes_files = True
    of_folders = True
    path: FilePath
    image_size: Size2D = omitted
    color_mode: Literal["grayscale", "rgb", "rgba"] = "rgb"

    @property
    def known_labels(self) -> Labels:
        """Classes: the folders."""
        return "classes"


def load(options: Options) -> "Rows":
    """x: uint8 (n, height, width, channels); y: int32 (n,), classes by name. Raises DataError for every fault."""
    from nntrain.data.image_reader import load_rows

    size = (options.image_size,) * 2 if isinstance(options.image_size, int) else options.image_size
    return load_rows(options.path, ("data", options.called()), options.split_files(), size, options.color_mode)
