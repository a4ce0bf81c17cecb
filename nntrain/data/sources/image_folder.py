"""Images in a folder for each class, as `keras.utils.image_dataset_from_directory` takes them, or named by a table."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from nntrain.config.data import Splittable
from nntrain.config.data_schema import Labels
from nntrain.config.messages import problem
from nntrain.config.value_types import FilePath, Size2D, Text, omitted
from nntrain.data.examples import Rows
from nntrain.data.image_request import ImageRequest
from nntrain.errors import Path

if TYPE_CHECKING:
    from nntrain.data.row_names import RowNames


class Options(Splittable):
    """Image files (BMP, GIF, JPEG, PNG, TIFF, WebP), in a folder for each class, or named with it in a table.

    `image_size` is `[height, width]`, to which images are scaled; without it all must have the size of the first.
    """

    takes_files = True
    of_folders = True
    elsewhere: ClassVar = {
        **Splittable.elsewhere,
        **dict.fromkeys(("size", "target_size", "img_size", "resize", "shape"), "write `image_size`"),
        **dict.fromkeys(("grayscale", "channels"), "write `color_mode`"),
        **dict.fromkeys(("directory", "folder", "dir"), "write `path`"),
    }
    path: FilePath
    labels: FilePath = Field(
        default=omitted, description="A table of the images, as paths below `path`, and their classes."
    )
    x_col: Text = Field(default=omitted, description="The column of `labels` that holds the paths.")
    y_col: Text = Field(default=omitted, description="The column of `labels` that holds the classes.")
    image_size: Size2D = omitted
    color_mode: Literal["grayscale", "rgb", "rgba"] = "rgb"
    on_bad: Literal["error", "skip"] = Field(
        default="error", description="What an image does that is broken, cannot be read or is missing."
    )

    def model_post_init(self, _: object) -> None:
        for option, name in (("x_col", self.x_col), ("y_col", self.y_col)):
            if name is not None and self.labels is None:
                raise problem(f"`{option}` is a column of `labels`, which is missing", "write `labels: FILE`")
        if self.x_col is not None and self.x_col == self.y_col:
            raise problem(f"the column `{self.x_col}` is `x_col` and `y_col`", "name two columns")

    @property
    def known_labels(self) -> Labels:
        """Classes: the folders, or a column."""
        return "classes"

    def paths(self) -> dict[Path, str]:
        return super().paths() | ({} if self.labels is None else {("labels",): self.labels})

    def is_folder(self, option: Path) -> bool:
        return option == ("path",) or self.labels is None


def request_of(options: Options) -> ImageRequest:
    """Return what the options ask for of the images."""
    size = (options.image_size,) * 2 if isinstance(options.image_size, int) else options.image_size
    return ImageRequest(
        options.path,
        ("data", options.called()),
        options.labels,
        (options.x_col or "", options.y_col or ""),
        options.split_files(),
        size,
        options.color_mode,
        options.on_bad == "skip",
    )


def load(options: Options) -> Rows:
    """x: uint8 (n, height, width, channels); y: int32 (n,). Classes are in the order of their names, numbers of size.

    Raises DataError for every fault.
    """
    from nntrain.data.image_reader import load_rows

    return load_rows(request_of(options))


def row_names(options: Options, column: str | None = None) -> "Mapping[str, RowNames]":
    """Return the paths of the images, without those that `on_bad: skip` leaves out."""
    from nntrain.data.image_reader import row_names

    return row_names(request_of(options))
