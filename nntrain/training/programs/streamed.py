"""Steps over data on the disk, or too large for a copy: a block is read while an earlier one is used.

A block holds the rows of some whole batches in the order of the epoch, and the resident program's compiled loops run
over it. So the batches and the results have the same bits, however the loops are compiled.

`tf.data` does not read the blocks: it never frees a Python function that it calls (TensorFlow 2.21 keeps it with its
global graph), and a process that ends while one of its threads waits for Python hangs.
"""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from nntrain.data.row_file import Examples, is_large
from nntrain.model.custom import Network
from nntrain.training.programs.arrays import EVALUATION_BATCH, Arrays, TrainResult, epoch_order
from nntrain.training.programs.resident import Program

BLOCK_BYTES = 8 << 20  # the largest block, unless a batch is larger
BLOCK_ROWS = 1 << 16  # the most rows in a block; each may be a separate read
READERS = 2  # blocks that are read while another is used


def fits_in_memory(x: Examples) -> bool:
    """Return whether the data are in memory, and small enough for a second copy."""
    return isinstance(x, np.ndarray) and not is_large(x.nbytes)


class StreamedProgram(Program):
    """A model with its compiled loops over blocks that are read ahead; raises DataError if a file cannot be read."""

    engine = "streamed"

    def __init__(self, model: Network, data: Arrays, batch_size: int, xla: bool = False) -> None:
        super().__init__(model, data.take(np.arange(1)), batch_size, xla)
        self._readers = ThreadPoolExecutor(READERS, "read-ahead")
        self._epoch: _Epoch | None = None

    def train(self, data: Arrays, order: np.ndarray, first: int, last: int) -> TrainResult:
        """Train steps `first` to `last` (excluded, so there may be none) of the epoch with this order of its rows.

        A call with the order of the last one that begins at the step where that ended uses what was read ahead.
        """
        if first == last:
            return super().train(data.take(order[:0]), order[:0], 0, 0)
        epoch, self._epoch = self._epoch, None
        if epoch is None or epoch.data is not data or epoch.order is not order or epoch.step != first:
            epoch = _Epoch(data, order, first, self._blocks(data, order, self.batch_size, first))
        while epoch.step < last:
            block = epoch.current()
            until = min(last, block.last)
            every_row = np.arange(len(block.data), dtype="int32")
            seen = super().train(block.data, every_row, epoch.step - block.first, until - block.first)
            epoch.step = until
        if last < self.steps(data):
            self._epoch = epoch
        return seen

    def evaluate(self, data: Arrays) -> dict[str, float]:
        """Return loss and metrics over all rows at inference, as Python floats, and reset the metrics."""
        self.model.reset_metrics()
        everything = epoch_order(0, 1, len(data), shuffle=False)
        for block in self._blocks(Arrays(data.x, data.y), everything, EVALUATION_BATCH, 0):
            self._test(block.data.tensors)
        found = self.metrics() | self._areas(data)
        self.model.reset_metrics()
        return found

    def _blocks(self, data: Arrays, order: np.ndarray, batch_size: int, first: int) -> Iterator["_Block"]:
        """Yield the blocks of an order from its step `first`, while threads read the next ones."""
        rows_fitting = min(BLOCK_ROWS, BLOCK_BYTES * len(data) // max(1, data.x.nbytes))
        steps = max(1, rows_fitting // batch_size)
        coming: deque[Future[_Block]] = deque()
        for start in range(first, -(-len(order) // batch_size), steps):
            rows = order[start * batch_size : (start + steps) * batch_size]
            coming.append(self._readers.submit(_read, data, rows, start, start + steps))
            if len(coming) > READERS:
                yield coming.popleft().result()
        while coming:
            yield coming.popleft().result()


@dataclass(frozen=True)
class _Block:
    """The rows of the steps `first` to `last` (excluded) of an epoch, in order."""

    data: Arrays
    first: int
    last: int


@dataclass
class _Epoch:
    """An order of rows, the next step in it, and the blocks that were read ahead."""

    data: Arrays
    order: np.ndarray
    step: int
    blocks: Iterator[_Block]
    block: _Block | None = None

    def current(self) -> _Block:
        """Return the block with the next step."""
        if self.block is None or self.step == self.block.last:
            self.block = next(self.blocks)
        return self.block


def _read(data: Arrays, rows: np.ndarray, first: int, last: int) -> _Block:
    block = _Block(data.take(rows), first, last)
    _ = block.data.tensors  # the reader's thread copies them to the device
    return block
