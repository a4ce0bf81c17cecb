"""The rows that are explained, as the loss takes them."""

from dataclasses import dataclass, replace

import numpy as np

from nntrain.config.messages import counted
from nntrain.errors import ConfigError
from nntrain.explain.explained_model import ExplainedModel
from nntrain.explain.named_row import TRAIN, Finder, RowPlace
from nntrain.model.build import encode_labels
from nntrain.training.programs.arrays import epoch_order
from nntrain.training.scorer import training_weights

NAMES = {"train": "training", "validation": "validation", "test": "test"}


@dataclass(frozen=True)
class Batch:
    """Rows of one split: x (n, *shape), y as the loss takes it, weights (n,) of the examples or None.

    numbers: (n,) those of the rows in their file, from 1. split: its name. name: what the first row is called there, if
    that is known. notes: on how the row was found.
    """

    x: np.ndarray
    y: np.ndarray
    weights: np.ndarray | None
    numbers: np.ndarray
    split: str
    name: str = ""
    notes: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The rows in words."""
        first, last = int(self.numbers[0]), int(self.numbers[-1])
        if len(self.numbers) == 1:
            return f"row {first} ({self.name})" if self.name else f"row {first}"
        if last - first + 1 == len(self.numbers):
            return f"the mean of rows {first} to {last}"
        return f"the mean of {len(self.numbers)} rows from row {first} to row {last}"


def batch_of(explained: ExplainedModel, example: str | None = None, count: int = 1) -> Batch:
    """Return `count` rows of a split from that row on: a number or a name, by default the first training row.

    Raises ConfigError for a row that does not exist, and for more rows than there are from it on.
    """
    finder = Finder.of(explained.data, explained.resolved.experiment.data)
    place = RowPlace(TRAIN, 0) if example is None else finder.place(example.strip())
    split = explained.data.splits[place.split]
    rows = len(split) - place.position
    numbers = finder.numbers(place.split)[place.position :]
    if count > rows:
        begin = "" if not place.position else f" from row {numbers[0]} on"
        message = f"`--batch {count}` is more than the {counted(rows, 'row')} of the {NAMES[place.split]} split{begin}"
        raise ConfigError(message, help=f"write `--batch {rows}` or less")
    chosen = np.arange(place.position, place.position + count)
    found = _rows(explained, place.split, chosen)
    return replace(found, numbers=numbers[:count], name=place.name, notes=place.notes)


def first_rows(explained: ExplainedModel, count: int) -> Batch:
    """Return the rows that a training sees first; raises ConfigError for more than there are."""
    rows = len(explained.data.train)
    if count > rows:
        message = f"`--batch {count}` is more than the {counted(rows, 'row')} of the training split"
        raise ConfigError(message, help=f"write `--batch {rows}` or less")
    order = epoch_order(explained.resolved.experiment.seed, 1, rows, explained.resolved.train.shuffle)
    return _rows(explained, TRAIN, order[:count])


def _rows(explained: ExplainedModel, name: str, chosen: np.ndarray) -> Batch:
    """Return rows of a split by their positions; those of another split than the training weigh 1."""
    split = explained.data.splits[name]
    weights = training_weights(explained.resolved, split) if name == TRAIN else None
    taken = split.take(chosen)
    y = encode_labels(taken.y, explained.resolved)
    return Batch(np.asarray(taken.x), y, None if weights is None else weights[chosen], chosen + 1, name)
