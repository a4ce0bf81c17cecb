"""Metrics and predictions of a model on a split."""

from dataclasses import dataclass

import numpy as np

from nntrain.config.class_weight import class_index
from nntrain.config.resolve import Resolved
from nntrain.data.examples import Split
from nntrain.data.row_file import Examples
from nntrain.model.build import encode_labels, outputs_of
from nntrain.model.custom import DecisionThreshold, Network
from nntrain.model.restore import SavedModel
from nntrain.training.choose_program import make_program
from nntrain.training.programs.arrays import Arrays
from nntrain.training.programs.resident import Program


@dataclass(frozen=True)
class Scorer:
    """The model of a resolved experiment with its compiled functions, to be scored."""

    resolved: Resolved
    program: Program

    @classmethod
    def of(cls, resolved: Resolved, model: Network, x: Examples, batch_size: int = 1) -> "Scorer":
        """Return the scorer of a model whose inputs are like `x`; only training uses `batch_size`."""
        schema = resolved.schema
        y = np.zeros(1, "int32") if schema.classes else np.zeros((1, schema.target_count), "float32")
        weights = np.ones(1, "float32") if resolved.is_weighted else None
        example = Arrays(np.zeros((1, *schema.shape), x.dtype), encode_labels(y, resolved), weights)
        return cls(resolved, make_program(resolved, model, example, batch_size, x))

    @classmethod
    def restored(cls, saved: SavedModel, x: Examples | None = None) -> "Scorer":
        """Return the scorer of a saved model; `x` is what it will score, where that may be too large for memory."""
        examples = np.empty(0, saved.dtype) if x is None else x
        return cls.of(saved.resolved, saved.model, examples)

    def arrays(self, split: Split, weights: np.ndarray | None = None) -> Arrays:
        """Return the split with its labels as the loss compares them; weights: (n,) float32 of the examples."""
        return Arrays(split.x, encode_labels(split.y, self.resolved), weights)

    def evaluate(self, split: Split) -> dict[str, float]:
        """Return the loss and the metrics of a split, at inference."""
        return self.program.evaluate(self.arrays(split))

    def outputs(self, x: Examples) -> np.ndarray:
        """Return (n, classes) float32 probabilities or scores, or (n, targets) float32 numbers for a regression."""
        return self.scores(self.program.predict(x))

    def scores(self, raw: np.ndarray) -> np.ndarray:
        """Return what `outputs` does, of (n, units) outputs of the model."""
        if not self.resolved.schema.classes:
            return raw.reshape(len(raw), -1)
        return np.asarray(outputs_of(self.resolved, self.program.model).scores(raw))

    def predicted(self, x: Examples) -> np.ndarray:
        """Return (n,) class indices, or (n, targets) float32 numbers for a regression."""
        return self.decided(self.outputs(x))

    def decided(self, outputs: np.ndarray) -> np.ndarray:
        """Return what `predicted` does, of what `outputs` returns."""
        return self.classes(outputs) if self.resolved.schema.classes else outputs

    def classes(self, outputs: np.ndarray) -> np.ndarray:
        """Return (n,) the class indices of (n, classes) outputs."""
        # As in Keras's accuracy, a tie is the first class: of two classes the second needs more than one half.
        return self.by_class(outputs).argmax(axis=1)

    def by_class(self, outputs: np.ndarray) -> np.ndarray:
        """Return (n, classes) scores of (n, classes) outputs; the largest one of a row is the predicted class."""
        return np.asarray(outputs_of(self.resolved, self.program.model).decided(outputs))

    def choose_threshold(self, split: Split) -> None:
        """Choose the threshold of a `DecisionThreshold` on this split; without that layer do nothing."""
        last = self.program.model.layers[-1]
        if isinstance(last, DecisionThreshold):
            last.choose(split.y, self.outputs(split.x)[:, 1])


def training_weights(resolved: Resolved, split: Split) -> np.ndarray | None:
    """Return (n,) float32, the weight of each training row: its own one times that of its class; None without any."""
    of_classes = class_weights(resolved, split.y)
    if of_classes is None or split.weights is None:
        return split.weights if of_classes is None else of_classes
    return np.asarray(of_classes * split.weights, np.float32)


def class_weights(resolved: Resolved, y: np.ndarray) -> np.ndarray | None:
    """Return (n,) float32, the weight of each example by `train.class_weight`, or None without it.

    y: (n,) class indices. A class is named by its name or its index. `balanced` is n / (classes · count), as in
    scikit-learn.
    """
    by_class, classes = resolved.train.class_weight, resolved.schema.classes
    if by_class is None:
        return None
    if by_class == "balanced":
        weights = len(y) / (len(classes) * np.maximum(np.bincount(y, minlength=len(classes)), 1))
    else:
        by_index = {class_index(key, classes): weight for key, weight in by_class.items()}
        weights = np.array([by_index.get(index, 1.0) for index in range(len(classes))])
    return weights.astype("float32")[y]
