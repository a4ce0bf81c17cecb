"""Figures and predictions of a trained model on a split."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from nntrain.config.data_schema import Schema
from nntrain.config.experiment import Experiment
from nntrain.config.output_layer import are_logits, find_output_layer
from nntrain.data.examples import Split
from nntrain.data.row_file import Examples
from nntrain.model.build import encode_labels
from nntrain.model.custom.network import Network
from nntrain.training.choose_program import make_program
from nntrain.training.programs.resident import Arrays, Program


@dataclass(frozen=True)
class Scorer:
    """The model of a resolved experiment with its compiled loops."""

    experiment: Experiment
    schema: Schema
    program: Program

    @classmethod
    def of(cls, experiment: Experiment, schema: Schema, model: Network, x: Examples, batch_size: int = 1) -> "Scorer":
        """Compiles for inputs such as `x`; `batch_size` matters to training alone."""
        y = np.zeros(1, "int32") if schema.classes else np.zeros((1, schema.target_count), "float32")
        weights = None if experiment.train.class_weight is None else np.ones(1, "float32")
        example = Arrays(np.zeros((1, *schema.shape), x.dtype), encode_labels(y, experiment, schema), weights)
        return cls(experiment, schema, make_program(experiment, schema, model, example, batch_size, x))

    def arrays(self, split: Split, weights: np.ndarray | None = None) -> Arrays:
        """The split with its labels as the loss wants them."""
        return Arrays(split.x, encode_labels(split.y, self.experiment, self.schema), weights)

    def metrics(self, split: Split) -> dict[str, float]:
        """Loss and metrics at inference."""
        return self.program.evaluate(self.arrays(split))

    def outputs(self, x: Examples) -> np.ndarray:
        """(n, classes) float32 probabilities, or (n, targets) numbers for a regression."""
        raw = self.program.predict(x)
        if not self.schema.classes:
            return raw.reshape(len(raw), -1)
        if self._logits:
            raw = _sigmoid(raw) if raw.shape[1] == 1 else _softmax(raw)
        return np.concatenate([1 - raw, raw], axis=1) if raw.shape[1] == 1 else raw

    def predicted(self, x: Examples) -> np.ndarray:
        """(n,) class indices, or (n, targets) numbers for a regression."""
        outputs = self.outputs(x)
        if not self.schema.classes:
            return outputs
        # With two classes Keras's accuracy asks for more than one half, so a tie is the first class, as argmax says.
        return outputs.argmax(axis=1)

    @cached_property
    def _logits(self) -> bool:
        output = find_output_layer(self.experiment.model, self.schema)
        return output is not None and are_logits(self.experiment.train.loss, output)


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(x, -80, 80)))


def _softmax(x: np.ndarray) -> np.ndarray:
    exponentials = np.exp(x - x.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def class_weights(experiment: Experiment, y: np.ndarray, classes: tuple[str, ...]) -> np.ndarray | None:
    """(n,) float32 weights of the examples, from `train.class_weight`; `balanced` is n / (classes · count)."""
    wanted = experiment.train.class_weight
    if wanted is None:
        return None
    if wanted == "balanced":
        weights = len(y) / (len(classes) * np.maximum(np.bincount(y, minlength=len(classes)), 1))
    else:
        by_index = {index: weight for index, weight in wanted.items() if index not in classes}
        each = [wanted.get(name, by_index.get(str(index), 1.0)) for index, name in enumerate(classes)]
        weights = np.array(each)
    return weights.astype("float32")[y]
