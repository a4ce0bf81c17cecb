"""What a model of two inputs predicts in their plane, on a grid."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nntrain.canvas import NothingToDraw
from nntrain.data.dataset import Dataset
from nntrain.data.examples import Split
from nntrain.data.row_file import Examples
from nntrain.training.scorer import Scorer

POINTS = 140  # of the grid, along each input
MOST_ROWS = 2000  # that are drawn


@dataclass(frozen=True)
class Plane:
    """The grid and the rows.

    x: (n, 2) float32, y: (n,) class indices or (n, targets) of the rows. low, high: (2,) the corners. names: of the two
    inputs. classes: empty for a regression.
    """

    x: np.ndarray
    y: np.ndarray
    low: np.ndarray
    high: np.ndarray
    names: Sequence[str]
    classes: Sequence[str]

    @classmethod
    def of(cls, data: Dataset, split: Split) -> "Plane":
        """Return the plane of the inputs, with the rows of a split; raises NothingToDraw where they are categories."""
        schema = data.schema
        if any(schema.sizes):
            raise NothingToDraw("an input is a category")
        every = np.concatenate([_rows(split.x) for split in data.splits.values()])
        low, high = np.nanmin(every, axis=0), np.nanmax(every, axis=0)
        room = 0.06 * np.maximum(high - low, 1e-6)
        shown = _part(split)
        names = schema.features or ("x", "y")
        return cls(_rows(shown.x), shown.y, low - room, high + room, names, schema.classes)

    def predicted(self, scorer: Scorer) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return three arrays over the grid, the second input down: predictions, how sure they are, and leads.

        The first two are (POINTS, POINTS). The first holds class indices, or the first target; the second is from 0 to
        1, and 1 without probabilities. The third is (POINTS, POINTS, classes): by how much the score of a class exceeds
        the largest of the others, so that its boundary is where that is 0; it has no classes for a regression.
        """
        axes = [np.linspace(self.low[each], self.high[each], POINTS) for each in (0, 1)]
        grid = np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 2).astype("float32")
        outputs = scorer.outputs(grid)
        square = (POINTS, POINTS)
        if not self.classes:
            return outputs[:, 0].reshape(square), np.ones(square), np.zeros((*square, 0))
        found, sure = scorer.classes(outputs), np.ones(len(grid))
        leads = _leads(np.nan_to_num(scorer.by_class(outputs)))
        if scorer.resolved.are_probabilities:
            chance = 1 / len(self.classes)
            sure = (outputs.max(axis=1) - chance) / (1 - chance)
        return found.reshape(square), np.clip(np.nan_to_num(sure), 0, 1).reshape(square), leads.reshape(*square, -1)


def _leads(scores: np.ndarray) -> np.ndarray:
    """Return (n, classes), each score less the largest of the others in its row; scores: (n, classes), 2 or more."""
    second, first = np.sort(scores, axis=1)[:, -2:].T[..., None]
    return np.asarray(scores - np.where(scores == first, second, first))


def _rows(x: Examples) -> np.ndarray:
    return np.asarray(x[:], np.float32)


def _part(split: Split) -> Split:
    """Return at most `MOST_ROWS` rows, evenly over all."""
    return split.take(np.unique(np.linspace(0, len(split) - 1, min(MOST_ROWS, len(split))).astype(np.int64)))
