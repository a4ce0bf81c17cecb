"""The weights after the epochs so far, of which a long training keeps fewer and fewer."""

from collections.abc import Callable

import numpy as np

Weights = list[np.ndarray]
MOST = 256


class Snapshots:
    """Keeps the weights after epoch 0, `every`, 2 · `every`, …; `every` doubles where they become too many."""

    def __init__(self) -> None:
        self.every = 1
        self._kept: dict[int, Weights] = {}

    def add(self, epoch: int, weights: Callable[[], Weights]) -> None:
        """Keep the weights after an epoch if it is one of those to keep."""
        if epoch % self.every == 0:
            self._kept[epoch] = weights()
        if len(self._kept) > MOST:
            self.every *= 2
            self._kept = {kept: found for kept, found in self._kept.items() if kept % self.every == 0}

    def at(self, epoch: int) -> tuple[int, Weights]:
        """Return the latest kept epoch that is not after this one, with its weights."""
        found = max(kept for kept in self._kept if kept <= max(epoch, 0))
        return found, self._kept[found]
