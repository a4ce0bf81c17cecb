"""The result of a training so far."""

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Row = dict[str, float]


@dataclass
class History:
    """One row an epoch, the weights to keep, the seconds of training, and the reason if it stopped early."""

    rows: list[Row] = field(default_factory=list)
    best_epoch: int = 0
    best_value: float = math.nan
    weights: list[np.ndarray] = field(default_factory=list)
    reason: str = ""
    seconds: float = 0.0
    signs: list[dict[str, Any]] = field(default_factory=list)  # what the doctor has measured in the model

    def as_facts(self) -> dict[str, Any]:
        """Return everything but the weights as plain values."""
        best = None if math.isnan(self.best_value) else self.best_value
        return {
            "rows": list(self.rows),
            "best_epoch": self.best_epoch,
            "best_value": best,
            "reason": self.reason,
            "seconds": self.seconds,
            "signs": list(self.signs),
        }

    def take_facts(self, facts: dict[str, Any]) -> None:
        """Take over the plain values of `as_facts`."""
        self.rows = list(facts["rows"])
        self.best_epoch = facts["best_epoch"]
        self.best_value = math.nan if facts["best_value"] is None else facts["best_value"]
        self.reason = facts["reason"]
        self.seconds = facts["seconds"]
        self.signs = list(facts.get("signs", ()))  # which versions without a doctor did not write
