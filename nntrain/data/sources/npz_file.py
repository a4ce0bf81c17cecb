"""Arrays in a NumPy file: `numpy.savez("data.npz", x=x, y=y)`."""

from typing import Any, Literal

from nntrain.config.data import Splittable
from nntrain.config.data_schema import Labels
from nntrain.config.messages import problem
from nntrain.config.value_types import ClassNames, FilePath, omitted
from nntrain.data.examples import Rows


class Options(Splittable):
    """Arrays `x` and `y` in a NumPy file, or `x_train`, `y_train`, `x_test`, `y_test` and so on.

    Integers in `y` are class indices and floats are numbers to predict, unless `task` says otherwise.
    """

    takes_files = True
    path: FilePath
    task: Literal["classification", "regression"] = omitted
    classes: ClassNames = []

    def model_post_init(self, _: Any) -> None:
        if self.classes and self.task == "regression":
            raise problem("a regression has no `classes`", "remove `classes`")
        if len(self.classes) == 1 or len(set(self.classes)) < len(self.classes):
            raise problem("`classes` must be at least 2 different names", "write `classes: [no, yes]`")

    @property
    def known_labels(self) -> Labels | None:
        """What `task` says, or that there are names of classes; else the type of `y` decides."""
        if self.task is None:
            return "classes" if self.classes else None
        return "classes" if self.task == "classification" else "numbers"


def load(options: Options) -> Rows:
    """x: uint8 or float32 (n, ...); y: int32 (n,) or float32 (n, targets). Raises DataError for every fault."""
    from nntrain.data.npz_reader import load_rows

    source = ("data", options.called())
    return load_rows(options.path, source, options.split_files(), options.task, options.classes)
