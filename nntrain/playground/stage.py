"""What the training loop calls after an epoch or a step: it shows the network, and waits where a page has paused it."""

import math
import time
from collections.abc import Callable, Mapping

from nntrain.playground.desk import Desk
from nntrain.playground.pictures import Pictures
from nntrain.playground.snapshots import Snapshots
from nntrain.training.signals import StopRequest

FRAME_SECONDS = 0.05  # between two pictures of a training that runs
_OVER = "the settings have changed"


class Stage:
    """The watcher and the judge of a training; both run in its thread, so nothing is drawn while a step is made.

    validate: returns the metrics on the validation split, `val_loss` and others, and leaves those of the epoch so far.
    """

    def __init__(
        self, desk: Desk, pictures: Pictures, request: StopRequest, validate: Callable[[], Mapping[str, float]]
    ) -> None:
        self.desk = desk
        self.pictures = pictures
        self.request = request
        self.validate = validate
        self.snapshots = Snapshots()
        self.drawn_at = 0.0
        self.last = 0  # the epoch that was trained last
        self.step = 0  # of the next epoch, the step that was trained last

    def begin(self, epochs: int, steps: int) -> None:
        """Show the network before the first epoch."""
        self.desk.publish(steps=steps)
        self._keep()
        self._draw(self.last)
        self._wait()
        self._end_if_over()

    def piece(self, epoch: int, step: int, metrics: Mapping[str, float]) -> None:
        """Show the network after a step and wait, where steps are wanted; let a long epoch end where others are."""
        self.step = step
        if self.desk.by_step:
            number = epoch - 1 + step / self.desk.now.steps
            self.desk.add_step(self._row(number, {**metrics, **self.validate()}))
            self._draw(self.last)
            self._wait()
        self._end_if_over()

    def most(self) -> int | None:
        """Return the most steps that may be trained before the next call of `piece`."""
        return 1 if self.desk.by_step else None

    def epoch(self, row: Mapping[str, float]) -> None:
        """Add the row of an epoch, and show the network where the last picture is old enough."""
        self.last, self.step = int(row["epoch"]), 0
        self._keep()
        self.desk.add(self._row(row["epoch"], row))
        if time.monotonic() - self.drawn_at >= FRAME_SECONDS or self.desk.is_still:
            self._draw(self.last)

    def judge(self, _: Mapping[str, float]) -> bool | str:
        """Wait while the training is paused; return why it ends, where it does."""
        self._wait()
        return _OVER if self.desk.is_over else False

    def stay(self) -> None:
        """Show earlier epochs of a training that has ended, until another one is wanted."""
        self._draw(self.last)
        while not self.desk.is_over:
            if (look := self.desk.look()) is not None:
                self._show(look)
            self.desk.sleep(ended=True)

    def _row(self, number: float, metrics: Mapping[str, float]) -> list[float | None]:
        values = [metrics.get(name) for name in self.desk.now.metrics]
        return [number, *(value if value is not None and math.isfinite(value) else None for value in values)]

    def _end_if_over(self) -> None:
        if self.desk.is_over:
            self.request.ask()

    def _wait(self) -> None:
        """Wait until an epoch may be trained, or another training is wanted."""
        if self.desk.is_still and not self.desk.is_over:
            self.desk.publish(status="paused")
        while not self.desk.is_over:
            if (look := self.desk.look()) is not None:
                self._show(look)
            elif self.desk.is_still:
                self.desk.sleep()
            else:
                break
        if not self.desk.is_over and not self.desk.by_step and self.desk.now.status != "running":
            self.desk.publish(status="running")

    def _keep(self) -> None:
        self.snapshots.add(self.last, self.pictures.model.get_weights)

    def _show(self, epoch: int) -> None:
        """Draw an earlier epoch, and put the weights of the training back."""
        if epoch >= self.last:
            self._draw(self.last)  # of an epoch that has begun, as it is now
            return
        model = self.pictures.model
        kept = model.get_weights()
        found, weights = self.snapshots.at(epoch)
        try:
            model.set_weights(weights)
            self._draw(found)
        finally:
            model.set_weights(kept)

    def _draw(self, epoch: int) -> None:
        self.drawn_at = time.monotonic()
        drawn, step = self.desk.now.drawn + 1, self.step if epoch == self.last else 0
        self.desk.publish(shown=epoch, epoch=self.last, step=step, drawn=drawn, pictures=self.pictures.draw())
