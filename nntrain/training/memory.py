"""How much memory a training needs, found from its config and data before anything large is made."""

import contextlib
import math
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from nntrain import machine
from nntrain.backend import LEAST_ADDRESS_SPACE
from nntrain.config.resolve import Resolved
from nntrain.data.dataset import Dataset
from nntrain.errors import ConfigError, NNTrainError, Path, Problem
from nntrain.model.build import keras_object, outline
from nntrain.training.programs.arrays import EVALUATION_BATCH

# Measured as the peak of resident memory on Linux with TensorFlow 2.21 on a CPU (docs/log.md).
LIBRARIES = 650_000_000  # bytes of a process that trains Iris
DATA_COPIES = 2  # NumPy's and TensorFlow's
CHECKPOINT_COPIES = 2  # the arrays of the state, and the file in memory
TRAINING_COPIES = 1.5  # of the outputs of all layers: kept for the gradients, and the gradients
EVALUATION_COPIES = 3  # of the largest output: a layer's input and output, and one between them


@dataclass(frozen=True)
class Memory:
    """The bytes that a training needs at its peak, right within a factor of two."""

    resolved: Resolved
    data: Dataset
    layers: list[tuple[Path, keras.layers.Layer]]

    @classmethod
    def of(cls, resolved: Resolved, data: Dataset) -> "Memory":
        """Return the estimate; raises ConfigError at a layer that does not fit its input."""
        return cls(resolved, data, outline(resolved))

    @cached_property
    def parts(self) -> dict[str, int]:
        """Bytes by what they are for."""
        arrays = [part for split in self.data.splits.values() for part in (split.x, split.y)]
        return {
            "libraries": LIBRARIES,
            "data": DATA_COPIES * sum(part.nbytes for part in arrays if isinstance(part, np.ndarray)),
            "weights": self._weights,
            "activations": self._activations,
        }

    @property
    def total(self) -> int:
        """All bytes."""
        return sum(self.parts.values())

    @property
    def inference(self) -> int:
        """The bytes that the trained model needs to predict one example."""
        weights = sum(layer.count_params() for _, layer in self.layers)
        return LIBRARIES + 4 * (weights + _evaluation([_size(layer) for _, layer in self.layers], 1))

    def __str__(self) -> str:
        return f"{in_words(self.total)} ({', '.join(f'{name} {in_words(size)}' for name, size in self.parts.items())})"

    def refuse_too_much(self) -> None:
        """Raise ConfigError where this machine, or the limit of this process, has less memory."""
        limit = available()
        if limit is not None and self.total > limit:
            message = f"the training needs about {self}, and {in_words(limit)} are there"
            raise ConfigError(problems=[Problem(message, *self._cure())])

    @contextlib.contextmanager
    def explained(self) -> Iterator[None]:
        """Raise NNTrainError with the estimate where the memory runs out in the block."""
        try:
            yield
        except (MemoryError, tf.errors.ResourceExhaustedError) as error:
            message = f"the memory ran out; the training needs about {self}"
            raise NNTrainError(message, help=self._cure()[1]) from error

    @property
    def _weights(self) -> int:
        """Values, gradients, optimizer and the weights to keep, and the copies of a checkpoint. Weights are float32."""
        weights = sum(layer.count_params() for _, layer in self.layers)
        state = weights * (1 + _slots(self.resolved)) + weights
        return 4 * (weights + (1 + CHECKPOINT_COPIES) * state)

    @property
    def _activations(self) -> int:
        """The outputs of all layers for a batch in training, or the largest ones of a batch in evaluation."""
        outputs, rows = [_size(layer) for _, layer in self.layers], len(self.data.train)
        training = TRAINING_COPIES * sum(outputs) * self.resolved.batch_size(rows)
        return int(max(training, _evaluation(outputs, rows))) * (4 if self.resolved.train.precision == "float32" else 2)

    def _cure(self) -> tuple[Path, str]:
        """Return the place of what needs most, and what to do about it."""
        largest = max(self.parts, key=lambda name: self.parts[name])
        if largest == "weights":
            return max(self.layers, key=lambda pair: pair[1].count_params())[0], "use fewer units or filters"
        if largest == "activations" and self.resolved.batch_size(len(self.data.train)) > 32:
            return ("train", "batch_size"), "use a smaller batch, such as `batch_size: 32`"
        if largest == "activations":
            return max(self.layers, key=lambda pair: _size(pair[1]))[0], "use smaller images, or fewer filters"
        return ("data",), "use fewer rows, or a machine with more memory"


def refuse_large_batch(resolved: Resolved, rows: int) -> None:
    """Raise NNTrainError where the model cannot compute this many rows, in batches, in the memory that is there."""
    outputs = [math.prod(resolved.schema.shape), *(_size(layer) for _, layer in outline(resolved))]
    needed, limit = LIBRARIES + 4 * _evaluation(outputs, rows), available()
    if limit is not None and needed > limit:
        message = f"the model needs about {in_words(needed)} for its outputs, and {in_words(limit)} are there"
        raise NNTrainError(message, help="use a machine with more memory, or fewer rows at once")


def _evaluation(outputs: Sequence[int], rows: int) -> int:
    """Return the numbers that are in memory when this many rows are evaluated."""
    return EVALUATION_COPIES * max(outputs) * min(EVALUATION_BATCH, rows)


def _size(layer: Any) -> int:
    """Return the numbers in the output of a layer for one example."""
    return math.prod(layer.output.shape[1:])


def _slots(resolved: Resolved) -> int:
    """Return how many numbers the optimizer keeps for each weight."""
    optimizer, weight = keras_object(resolved.train.optimizer), keras.Variable(np.zeros((2, 3)))
    optimizer.build([weight])
    return sum(tuple(variable.shape) == (2, 3) for variable in optimizer.variables)


def available() -> int | None:
    """Return the bytes that this process may use at most: of the machine, its cgroups and `ulimit -v`."""
    return min((limit for limit in _limits() if limit > 0), default=None)


def _limits() -> Iterator[int]:
    if "SC_PHYS_PAGES" in os.sysconf_names:
        yield os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    if sys.platform != "win32":
        import resource

        if (limit := resource.getrlimit(resource.RLIMIT_AS)[0]) != resource.RLIM_INFINITY:
            yield limit - (LEAST_ADDRESS_SPACE - LIBRARIES)
    yield from machine.memory_limits()


def words_of(error: Exception) -> str:
    """Return what a training has raised in one line."""
    if is_exhausted(error):
        return "out of memory"
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:300]


def is_exhausted(error: Exception) -> bool:
    """Return whether the memory has run out."""
    return isinstance(error, (MemoryError, tf.errors.ResourceExhaustedError))


def in_words(size: float) -> str:
    """Return a size as `12 MB` or `3.4 GB`."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"
