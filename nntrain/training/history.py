"""What a training has come to so far."""

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Row = dict[str, float]


@dataclass
class History:
    """One row an epoch, the weights to keep, the `seconds` spent in training, the `reason` for an early stop."""

    rows: list[Row] = field(default_factory=list)
    best_epoch: int = 0
    best_value: float = math.nan
    weights: list[np.ndarray] = field(default_factory=list)
    reason: str = ""
    seconds: float = 0.0

    def as_facts(self) -> dict[str, Any]:
        """All but the weights, as plain values."""
        best = None if math.isnan(self.best_value) else self.best_value
        return {
            "rows": list(self.rows),
            "best_epoch": self.best_epoch,
            "best_value": best,
            "reason": self.reason,
            "seconds": self.seconds,
        }

    def take_facts(self, facts: dict[str, Any]) -> None:
        """Becomes what `as_facts` told."""
        self.rows = list(facts["rows"])
        self.best_epoch = facts["best_epoch"]
        self.best_value = math.nan if facts["best_value"] is None else facts["best_value"]
        self.reason = facts["reason"]
        self.seconds = facts["seconds"]
