"""The trials of a search for those who read them, and the table trials.csv."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, Literal

from nntrain.config.search.space import Space, Values

Status = Literal["waiting", "running", "stopped", "done", "pruned", "failed"]


@dataclass(frozen=True)
class Trial:
    """One trial of a search; a `stopped` one can be resumed."""

    number: int  # of its folder; the first trial has the config's own values
    values: Values
    score: float | None  # the objective, its mean where a trial is repeated; None without one
    status: Status
    epochs: int  # those of its parent included
    seconds: float
    spread: float | None = None  # the standard deviation over the repeats, in the unit of the score
    message: str = ""  # why it failed

    @property
    def over(self) -> bool:
        """Whether the trial has ended, well or not."""
        return self.status in ("done", "pruned", "failed")

    @property
    def scored(self) -> bool:
        """Whether the trial has a finite score, which a plot can show."""
        return self.score is not None and isfinite(self.score)


def paths_of(trials: Sequence[Trial], space: Space) -> list[str]:
    """Return the searched paths, then those that only trials before a change of the space have."""
    searched = [parameter.path for parameter in space.parameters]
    return list(dict.fromkeys([*searched, *(path for trial in trials for path in trial.values)]))


def trials_csv(trials: Sequence[Trial], space: Space) -> list[dict[str, Any]]:
    """Return the rows of the table: trial, status, score, spread, epochs, seconds, a column for each path, message.

    A cell is empty where a value is missing, and where a parameter is not active or not in the trial's space. A mapping
    or a list is JSON. Text that a spreadsheet would execute as a formula gets an apostrophe in front.
    """
    paths = paths_of(trials, space)
    return [_row(trial, paths) for trial in trials]


def _row(trial: Trial, paths: Sequence[str]) -> dict[str, Any]:
    values = {path: _cell(trial.values[path]) if path in trial.values else "" for path in paths}
    return {
        "trial": trial.number,
        "status": trial.status,
        "score": "" if trial.score is None else trial.score,
        "spread": "" if trial.spread is None else trial.spread,
        "epochs": trial.epochs,
        "seconds": round(trial.seconds, 3),
        **values,
        "message": _harmless(" ".join(trial.message.split())),
    }


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return _harmless(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)


def _harmless(text: str) -> str:
    """Return text that no spreadsheet executes (OWASP, "CSV Injection"); a number is not changed."""
    try:
        float(text)
    except ValueError:
        return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else text
    return text
