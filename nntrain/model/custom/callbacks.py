"""Callbacks that Keras lacks. `reason` says in words why the training was stopped."""

import time
from typing import Any

import keras


class StopAtTarget(keras.callbacks.Callback):
    """Stops at the end of the first epoch whose figure `monitor` has reached `target`; mode is `min` or `max`."""

    def __init__(self, target: float, monitor: str = "val_accuracy", mode: str = "max") -> None:
        super().__init__()
        self.target = target
        self.monitor = monitor
        self.mode = mode
        self.reason = ""

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Compares the epoch's figure with the target."""
        value = (logs or {})[self.monitor]
        if value >= self.target if self.mode == "max" else value <= self.target:
            self.reason = f"{self.monitor} reached {self.target:g}"
            self.model.stop_training = True


class StopAfter(keras.callbacks.Callback):
    """Stops at the end of the first epoch that ends more than `seconds` after the training began.

    `spent` is the time in training so far; a resumed training goes on counting.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds
        self.spent = 0.0
        self.reason = ""

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Starts the clock."""
        self.began = time.monotonic()
        self.spent = 0.0

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Looks at the clock."""
        now = time.monotonic()
        self.spent += now - self.began
        self.began = now
        if self.spent >= self.seconds:
            self.reason = f"the limit of {self.seconds:g} s is reached"
            self.model.stop_training = True
