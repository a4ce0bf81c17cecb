"""Callbacks that Keras lacks. `reason` is a sentence: why the training was stopped."""

import time
from typing import Any

import keras


class StopAtTarget(keras.callbacks.Callback):
    """Stop at the end of the first epoch whose metric `monitor` reaches `target`; `mode` is `min` or `max`."""

    def __init__(self, target: float, monitor: str = "val_accuracy", mode: str = "max") -> None:
        super().__init__()
        self.target = target
        self.monitor = monitor
        self.mode = mode
        self.reason = ""

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Compare the epoch's metric with the target."""
        value = (logs or {})[self.monitor]
        if value >= self.target if self.mode == "max" else value <= self.target:
            self.reason = f"{self.monitor} reached {self.target:g}"
            self.model.stop_training = True


class StopAfter(keras.callbacks.Callback):
    """Stop at the end of the first epoch that ends more than `seconds` after the training began.

    `spent` is the time in training so far, in seconds; a resumed training adds to it.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds
        self.spent = 0.0
        self.reason = ""

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Start the clock."""
        self.began = time.monotonic()
        self.spent = 0.0

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Stop the training when its time is over."""
        now = time.monotonic()
        self.spent += now - self.began
        self.began = now
        if self.spent >= self.seconds:
            self.reason = f"the limit of {self.seconds:g} s is reached"
            self.model.stop_training = True
