"""Steps over data that lie on the disk, or are too large to be copied: batches are read ahead while a step computes.

The order of the rows is the caller's and a batch holds the same rows as with data in memory, so the results are the
same to the bit.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from nntrain.custom.network import Network
from nntrain.engine.resident import EVALUATION_BATCH, Arrays, Program, as_batch, epoch_order
from nntrain.errors import DataError
from nntrain.rowfile import RowFile, is_large

BLOCK_BYTES = 4 << 20  # batches are read in blocks of about this size; a few blocks are in memory at once
READERS = 2  # blocks that are read at the same time


def fits_in_memory(x: np.ndarray | RowFile) -> bool:
    """Whether the resident engine should take it: it is in memory, and a second copy would do no harm."""
    return isinstance(x, np.ndarray) and not is_large(x.nbytes)


class StreamedProgram(Program):
    """A model's compiled loops over batches that are read ahead."""

    def __init__(self, model: Network, data: Arrays, batch_size: int) -> None:
        weights = None if data.weights is None else data.weights[:1]
        super().__init__(model, Arrays(data.x[:1], data.y[:1], weights), batch_size)
        self._train_on = _loop(model.train_step, data)
        self._test_on = _loop(model.test_step, Arrays(data.x, data.y))
        self._stream: _Stream | None = None

    def train(self, data: Arrays, order: np.ndarray, first: int, last: int) -> None:
        """Trains steps `first` to `last` (excluded) of the epoch whose rows come in this order.

        What was read ahead is used where a call goes on with the same order at the step where the last one ended.
        Raises DataError when the file cannot be read, or was changed.
        """
        stream, self._stream = self._stream, None
        if stream is None or not stream.is_at(data, order, first):
            stream = _Stream(data, order, self.batch_size, first)
        stream.run(self._train_on, last - first)
        if last < self.steps(data):
            self._stream = stream

    def evaluate(self, data: Arrays) -> dict[str, float]:
        """Loss and metrics over all rows at inference, as Python floats. Raises DataError as `train` does."""
        self.model.reset_metrics()
        stream = _Stream(Arrays(data.x, data.y), epoch_order(0, 1, len(data), shuffle=False), EVALUATION_BATCH, 0)
        stream.run(self._test_on, -(-len(data) // EVALUATION_BATCH))
        return self.figures()


class _Stream:
    """The batches of an order from one of its steps on, and how far they were used."""

    def __init__(self, data: Arrays, order: np.ndarray, batch_size: int, first: int) -> None:
        self.data, self.order, self.step = data, order, first
        self.blocks = _Blocks(data, order[first * batch_size :], batch_size)
        self.batches = iter(self.blocks.dataset(batch_size))

    def is_at(self, data: Arrays, order: np.ndarray, step: int) -> bool:
        """Whether the next batch is the one of this step of this order."""
        return self.data is data and self.order is order and self.step == step

    def run(self, steps: Any, count: int) -> None:
        """Runs a compiled loop over the next batches."""
        try:
            steps(self.batches, tf.constant(count))
        except tf.errors.OpError:
            if self.blocks.failure is not None:
                raise self.blocks.failure from None
            raise
        self.step += count


class _Blocks:
    """Reads blocks of whole batches; TensorFlow's threads call it. `failure` is what went wrong, if anything did."""

    def __init__(self, data: Arrays, rows: np.ndarray, batch_size: int) -> None:
        self.parts = _parts(data)
        self.rows = rows
        self.size = batch_size * max(1, BLOCK_BYTES * len(data) // max(1, data.x.nbytes * batch_size))
        self.failure: DataError | None = None

    def dataset(self, batch_size: int) -> Any:
        """A `tf.data.Dataset` of batches: (k, *shape) x, y and, where there are any, the weights."""
        signature = _signature(self.parts)
        dtypes = [part.dtype for part in signature]

        def block(index: Any) -> tuple[Any, ...]:
            read = tf.numpy_function(self.read, [index], dtypes)
            return tuple(tf.ensure_shape(part, spec.shape) for part, spec in zip(read, signature, strict=True))

        indices = tf.data.Dataset.range(-(-len(self.rows) // self.size))
        plain = tf.autograph.experimental.do_not_convert(block)
        blocks = indices.map(plain, num_parallel_calls=READERS, deterministic=True).prefetch(1)
        return blocks.rebatch(batch_size)

    def read(self, index: int) -> list[np.ndarray]:
        """The rows of one block."""
        rows = self.rows[index * self.size : (index + 1) * self.size]
        try:
            return [part[rows] for part in self.parts]
        except DataError as error:
            self.failure = error
            raise


def _loop(step: Callable[[Any], Any], data: Arrays) -> Any:
    """Compiles a loop that takes so many batches and does the model's own step on each."""
    plain = tf.autograph.experimental.do_not_convert(step)

    def steps(batches: Any, count: Any) -> None:
        for _ in tf.range(count):
            plain(as_batch(*batches.get_next()))

    batches = tf.data.IteratorSpec(_signature(_parts(data)))
    return tf.function(steps, input_signature=[batches, tf.TensorSpec([], "int32")])


def _parts(data: Arrays) -> list[np.ndarray | RowFile]:
    return [part for part in (data.x, data.y, data.weights) if part is not None]


def _signature(parts: list[np.ndarray | RowFile]) -> tuple[Any, ...]:
    return tuple(tf.TensorSpec([None, *part.shape[1:]], part.dtype) for part in parts)
