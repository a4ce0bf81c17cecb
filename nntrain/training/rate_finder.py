"""The learning-rate range test (Smith 2017, https://arxiv.org/abs/1506.01186): the loss while the rate rises."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from nntrain.config.load import Config, put_value
from nntrain.errors import NNTrainError
from nntrain.training.prepare import Prepared, prepare
from nntrain.training.programs.arrays import epoch_order
from nntrain.training.scorer import Scorer, training_weights

LOWEST, HIGHEST = 1e-7, 10.0
SMOOTHING = 0.9  # of the moving average: about the last ten steps
WORSE = 4.0  # times the first loss: a loss so far above the lowest one ends the test
_BELOW_MINIMUM = 10.0  # the suggestion is a tenth of the rate of the lowest loss, as in fastai


@dataclass(frozen=True)
class RangeTest:
    """The rate of each step, and the loss of its batch. `path` is where the config has the rate."""

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    path: str

    @cached_property
    def smoothed(self) -> list[float]:
        """The moving average of the losses, without the bias of its start."""
        average, found = 0.0, []
        for count, loss in enumerate(self.losses, start=1):
            average = SMOOTHING * average + (1 - SMOOTHING) * loss
            found.append(average / (1 - SMOOTHING**count))
        return found

    @cached_property
    def lowest(self) -> int:
        """The step with the lowest smoothed loss."""
        return int(np.argmin(self.smoothed))

    @property
    def suggestion(self) -> float:
        """A tenth of the rate of the lowest loss, with two digits."""
        return float(f"{self.rates[self.lowest] / _BELOW_MINIMUM:.1e}")

    @property
    def falls(self) -> bool:
        """Whether the loss fell at all: by more than a twentieth of what it began with."""
        first = self.smoothed[0]
        return self.smoothed[self.lowest] < first - 0.05 * abs(first)


def find_rate(config: Config, steps: int) -> RangeTest:
    """Train this many steps while the rate rises from LOWEST to HIGHEST, each step by the same factor.

    Ends early where the loss explodes. Raises as `prepare` does, and NNTrainError where the first loss is not finite.
    """
    optimizer = config.experiment.train.optimizer.called()
    path = f"train.optimizer.{optimizer}.learning_rate"
    prepared = prepare(put_value(put_value(config, path, LOWEST), "train.engine", "resident"))
    rates = [LOWEST * (HIGHEST / LOWEST) ** (step / (steps - 1)) for step in range(steps)]
    losses = list(_losses(prepared, rates))
    if not losses:
        raise NNTrainError(
            "the loss is not finite at the lowest rate", help=f"run `nntrain doctor {config.document.file}`"
        )
    return RangeTest(tuple(rates[: len(losses)]), tuple(losses), path)


def _losses(prepared: Prepared, rates: list[float]) -> Iterator[float]:
    """Yield the loss of the batch of each step, until one is not finite or explodes."""
    resolved, train = prepared.resolved, prepared.data.train
    batch = resolved.batch_size(len(train))
    first, lowest = math.nan, math.inf
    chosen = train.take(_rows(resolved.experiment.seed, len(train), len(rates) * batch))
    scorer = Scorer.of(resolved, prepared.model, chosen.x, batch)
    arrays = scorer.arrays(chosen, training_weights(resolved, chosen))
    order = np.arange(len(chosen), dtype="int32")
    for step, rate in enumerate(rates):
        at = step % (len(chosen) // batch)  # a batch has at most all rows
        prepared.model.optimizer.learning_rate = rate
        prepared.model.reset_metrics()
        result = scorer.program.train(arrays, order, at, at + 1)
        loss = result.metrics["loss"]
        first, lowest = (loss if math.isnan(first) else first), min(lowest, loss)
        if not math.isfinite(loss) or not result.finite or loss - lowest > WORSE * max(abs(first), 1e-12):
            return
        yield loss


def _rows(seed: int, rows: int, count: int) -> np.ndarray:
    """Return the rows of the first epochs in their order, at most `count`, and each once only."""
    return epoch_order(seed, 1, rows, True)[: min(rows, count)]
