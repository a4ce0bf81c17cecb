"""What pages ask for and what they are shown: the one thing that the threads of a playground share. Light."""

import math
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from nntrain.playground.settings import Settings

IDLE_SECONDS = 20.0  # without a page that asks, after which a training pauses


@dataclass(frozen=True)
class View:
    """What a page shows. `run` counts the trainings, `version` all changes, `drawn` those of the pictures."""

    settings: Settings
    run: int = 0
    version: int = 0
    drawn: int = 0
    status: str = "loading"  # then `paused`, `running`, `ended` or `failed`
    message: str = ""
    help: str = ""
    epoch: int = 0  # the last that is complete
    shown: int = 0  # the epoch of the pictures
    step: int = 0  # of the pictures, in the epoch that follows; 0 at its start
    steps: int = 0  # of an epoch
    metrics: tuple[str, ...] = ()
    rows: list[list[float | None]] = field(default_factory=list)  # of an epoch: its number, and each metric
    inside: list[list[float | None]] = field(default_factory=list)  # of the steps of the epoch that follows
    scene: Mapping[str, Any] = field(default_factory=dict)
    pictures: Mapping[str, Any] = field(default_factory=dict)


class Desk:
    """Takes what pages want, and what the training shows; every method may be called from every thread."""

    def __init__(self, settings: Settings) -> None:
        self._changed = threading.Condition()
        self._view = View(settings)
        self._wanted: Settings | None = settings  # that wait to be trained
        self._epochs = 0.0  # that may still be trained
        self._steps = 0  # that may still be trained, where `_by_step`
        self._by_step = False
        self._look: int | None = None  # the epoch that a page wants to see
        self._closed = False
        self._asked = time.monotonic()

    def want(self, settings: Settings) -> None:
        """Ask for a training of other settings; it pauses before its first epoch, or runs if the present one does."""
        with self._changed:
            self._wanted, self._look, self._by_step, self._steps = settings, None, False, 0
            self._epochs = self._epochs if math.isinf(self._epochs) else 0.0
            self._changed.notify_all()

    def go_on(self, epochs: float = math.inf) -> None:
        """Ask for this many epochs more, the rest of one that has begun included."""
        with self._changed:
            self._epochs, self._look, self._asked = epochs, None, time.monotonic()
            self._by_step, self._steps = False, 0
            self._changed.notify_all()

    def step(self) -> None:
        """Ask for one step more, and for a pause after each step."""
        with self._changed:
            self._epochs, self._look, self._asked = 0.0, None, time.monotonic()
            self._by_step, self._steps = True, self._steps + 1
            self._changed.notify_all()

    def pause(self, look: int | None = None) -> None:
        """Ask for a pause after this epoch, or after this step; and for a view of an earlier epoch."""
        with self._changed:
            self._epochs, self._steps, self._look = 0.0, 0, look
            self._changed.notify_all()

    def close(self) -> None:
        """End all that waits."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def view(self, version: int = -1, seconds: float = 0.0) -> View:
        """Return what is to be shown as soon as it is newer than a version, at the latest after this many seconds."""
        with self._changed:
            self._asked = time.monotonic()
            self._changed.wait_for(lambda: self._view.version > version or self._closed, seconds)
            self._asked = time.monotonic()
            return replace(self._view, rows=list(self._view.rows), inside=list(self._view.inside))

    def take(self) -> Settings | None:
        """Wait for settings to train, and return them; None where the playground is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._wanted is not None or self._closed)
            taken, self._wanted = self._wanted, None
            return None if self._closed else taken

    @property
    def now(self) -> View:
        """What is shown at this moment."""
        return self._view

    @property
    def is_over(self) -> bool:
        """Whether the present training is to end."""
        return self._closed or self._wanted is not None

    @property
    def by_step(self) -> bool:
        """Whether the training pauses after each step."""
        return self._by_step

    @property
    def is_still(self) -> bool:
        """Whether nothing is to be trained now; a training that no page looks at any more pauses here."""
        if time.monotonic() - self._asked > IDLE_SECONDS:
            self._epochs = 0.0
        return not self._has_work

    @property
    def _has_work(self) -> bool:
        return bool(self._epochs or self._steps)

    def look(self) -> int | None:
        """Return the epoch that a page wants to see, once."""
        with self._changed:
            look, self._look = self._look, None
            return look

    def sleep(self, ended: bool = False) -> None:
        """Wait until something is asked for; of a training that has ended epochs are not."""
        with self._changed:
            self._changed.wait_for(lambda: self.is_over or self._look is not None or self._has_work and not ended)

    def add(self, row: list[float | None]) -> None:
        """Add the row of an epoch, which is one of those that were asked for, or has the last of the steps."""
        with self._changed:
            self._epochs = max(0.0, self._epochs - 1)
            self._steps = max(0, self._steps - 1)
            self._view.rows.append(row)
            self._view = replace(self._view, step=0, inside=[])

    def add_step(self, row: list[float | None]) -> None:
        """Add the row of a step inside an epoch; its number is that of the epoch before, and the share of this one."""
        with self._changed:
            self._steps = max(0, self._steps - 1)
            self._view.inside.append(row)

    def publish(self, **changes: Any) -> None:
        """Change what is shown."""
        with self._changed:
            if changes.get("status") in ("failed", "ended"):
                self._epochs, self._steps = 0.0, 0
            self._view = replace(self._view, version=self._view.version + 1, **changes)
            self._changed.notify_all()
