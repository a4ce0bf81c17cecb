"""Steps over data that lie on the disk, or are too large to be copied: a block is read while one before it is used.

A block holds the rows of some whole batches in the order of the epoch, and the resident engine's compiled loops run
over it. So the batches are the same, and the results are the same to the bit, however the loops are compiled.

The blocks are not read by `tf.data`: a Python function that it calls is never freed (TensorFlow 2.21 keeps it with its
global graph), and a process that ends while one of its threads waits for Python hangs.
"""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from nntrain.data.row_file import Examples, is_large
from nntrain.model.custom.network import Network
from nntrain.training.programs.arrays import EVALUATION_BATCH, Arrays, TrainResult, epoch_order
from nntrain.training.programs.resident import Program

BLOCK_BYTES = 8 << 20  # the most that a block takes, unless a batch takes more
BLOCK_ROWS = 1 << 16  # the most rows of a block, each of which may be a read of its own
READERS = 2  # blocks that are read while another is used


def fits_in_memory(x: Examples) -> bool:
    """Whether the resident engine should take it: it is in memory, and a second copy would do no harm."""
    return isinstance(x, np.ndarray) and not is_large(x.nbytes)


class StreamedProgram(Program):
    """A model's compiled loops over blocks that are read ahead. Raises DataError where a file cannot be read."""

    engine = "streamed"

    def __init__(self, model: Network, data: Arrays, batch_size: int, xla: bool = False) -> None:
        super().__init__(model, data.take(np.arange(1)), batch_size, xla)
        self._readers = ThreadPoolExecutor(READERS, "read-ahead")
        self._epoch: _Epoch | None = None

    def train(self, data: Arrays, order: np.ndarray, first: int, last: int) -> TrainResult:
        """Trains steps `first` to `last` (excluded; there may be none) of the epoch whose rows come in this order.

        What was read ahead is used where a call goes on with the same order at the step where the last one ended.
        """
        if first == last:
            return super().train(data.take(order[:0]), order[:0], 0, 0)
        epoch, self._epoch = self._epoch, None
        if epoch is None or not epoch.is_at(data, order, first):
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
        """Loss and metrics over all rows at inference, as Python floats; leaves the metrics reset."""
        self.model.reset_metrics()
        everything = epoch_order(0, 1, len(data), shuffle=False)
        for block in self._blocks(Arrays(data.x, data.y), everything, EVALUATION_BATCH, 0):
            self._test(block.data.tensors)
        found = self.metrics()
        self.model.reset_metrics()
        return found

    def _blocks(self, data: Arrays, order: np.ndarray, batch_size: int, first: int) -> Iterator["_Block"]:
        """The blocks of an order from one of its steps on; those that come next are being read already."""
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
    """The rows of the steps `first` to `last` (excluded) of an epoch, one after the other."""

    data: Arrays
    first: int
    last: int


@dataclass
class _Epoch:
    """How far an order was trained on, and the blocks that were read ahead; `step` is the next one."""

    data: Arrays
    order: np.ndarray
    step: int
    blocks: Iterator[_Block]
    block: _Block | None = None

    def is_at(self, data: Arrays, order: np.ndarray, step: int) -> bool:
        """Whether this step of this order is the next one."""
        return self.data is data and self.order is order and self.step == step

    def current(self) -> _Block:
        """The block that holds the next step."""
        if self.block is None or self.step == self.block.last:
            self.block = next(self.blocks)
        return self.block


def _read(data: Arrays, rows: np.ndarray, first: int, last: int) -> _Block:
    block = _Block(data.take(rows), first, last)
    _ = block.data.tensors  # copied to the device here, in the reader's thread
    return block
