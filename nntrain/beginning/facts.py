"""What a template may know about the data, and what it writes: plain values, nothing heavy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from nntrain.errors import DataError

Kind = Literal["table", "numbers", "images"]
"""Columns of a file, numbers alone (iris, points in the plane), or images."""


TRAINING = 0.64
"""The share of the rows that train, when a fifth is the test split and a fifth of the others the validation split."""

_ROWS_OF_THREE_SPLITS = 3


@dataclass(frozen=True)
class Facts:
    """What is known about the data.

    data: the section `data` of the config, a name with options. rows: about as many as train. size: height and width of
    an image. has_numbers: whether a column of a table is not one of categories. numeric: its columns of numbers,
    each with the number of its different values.
    counts: whether the targets are such. notes: lines that explain the data to the reader. comments: what is said
    after an option of the data.
    """

    kind: Kind
    data: Mapping[str, Mapping[str, Any]]
    rows: int
    classes: tuple[str, ...] = ()
    targets: int = 1
    size: tuple[int, int] = (0, 0)
    has_numbers: bool = True
    numeric: Mapping[str, int] = field(default_factory=dict)
    counts: bool = False
    notes: tuple[str, ...] = ()
    comments: Mapping[str, str] = field(default_factory=dict)

    @property
    def outputs(self) -> int:
        """The units of the output layer."""
        return len(self.classes) or self.targets


def shares(rows_of_classes: Sequence[int]) -> dict[str, Any]:
    """Return how the validation and the test split are taken. Raises DataError where no class has a second row.

    rows_of_classes: none of a regression. One of two rows has none for the test split.
    """
    most = max(rows_of_classes, default=_ROWS_OF_THREE_SPLITS)
    if most < 2:
        raise DataError(
            "no class has more than 1 row, so none can be trained and scored", help="give more rows of each class"
        )
    return {"validation": 0.2, "test": 0.2 if most >= _ROWS_OF_THREE_SPLITS else "none"}


NO_TEST = "No class has more than 2 rows, so there is no test split."


@dataclass(frozen=True)
class Draft:
    """What a template writes. about: the lines of the header; model and train: those of the sections, in YAML."""

    about: str
    model: str
    train: str


def output_layer(facts: Facts, layer: str = "Dense") -> str:
    """Return the last lines of a model: a probability for each class, or the numbers in the units of the target."""
    if facts.classes:
        return f"- {layer}: {{units: {facts.outputs}, activation: softmax}}  # a probability for each class"
    if facts.counts:
        return f"- {layer}: {facts.outputs}\n- LogLink  # predictions are expected counts: mean · e^x"
    unscaled = "\n- TargetNormalization  # predictions in the units of the target" if facts.kind == "table" else ""
    return f"- {layer}: {facts.outputs}{unscaled}"


def batch_size(rows: int) -> int:
    """Return a power of two that makes about 50 steps an epoch, from 16 to 256 rows."""
    return min(256, max(16, 1 << max(0, rows // 50).bit_length()))
