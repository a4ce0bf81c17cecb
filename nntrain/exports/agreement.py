"""Whether an export predicts what `nntrain predict` does."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from nntrain.config.messages import counted
from nntrain.errors import NNTrainError
from nntrain.evaluation import scores
from nntrain.exports.exported_run import ExportedRun
from nntrain.exports.formats import Answers, Format
from nntrain.exports.refused_layers import OTHERS
from nntrain.model.build import outputs_of

LIMITS = {"float32": 1e-5, "float16": 1e-2, "dynamic": 1e-2}
SCORE_LIMIT = 0.01
"""The most that int8 may change the accuracy, or R² of a regression."""


@dataclass(frozen=True)
class Agreement:
    """How far an export is from `predict`: `measure` is what of both is compared, which may differ by `limit`.

    largest: the largest difference of a score, whatever is compared. equal: the rows with the same class, of a format
    that says a class.
    """

    rows: int
    runtime: str
    measure: str
    difference: float
    limit: float
    largest: float
    equal: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Return all of it for `--json`."""
        return dict(vars(self))

    def in_words(self) -> str:
        """Return a sentence about it."""
        words = f"{self.measure} {self.difference:.3g} (at most {self.limit:g})"
        words += (
            "" if self.equal is None else f", {'all' if self.equal == self.rows else f'{self.equal:,}'} classes equal"
        )
        return f"{self.runtime} compared with `predict` on {counted(self.rows, 'row')}: {words}"

    def refuse(self, options: Format) -> None:
        """Raise NNTrainError beyond the limit."""
        if not self.difference <= self.limit:
            also = " --precision float16" if options.precision in ("dynamic", "int8") else ""
            help = f"use `--to {options.name}{also}`" if also else OTHERS
            raise NNTrainError(f"the export is not the model: {self.in_words()}", help=help)


def agreement(options: Format, exported: ExportedRun, answers: Answers) -> Agreement:
    """Return how an export agrees: its largest difference, or for int8 what its accuracy or R² differs by.

    The difference of a number is relative to the largest one of its column where that is above 1.
    """
    largest = largest_difference(answers.found, answers.expected)
    rows = len(answers.expected)
    if options.precision != "int8":
        limit = max(LIMITS[options.precision], LIMITS["float16"] if exported.is_mixed else 0.0)
        equal = _equal(exported, answers, limit)
        return Agreement(rows, answers.runtime, "largest difference", largest, limit, largest, equal)
    measure = "accuracy" if exported.saved.resolved.schema.classes else "R²"
    found, expected = (_score(exported, each) for each in (answers.found, answers.expected))
    difference = abs(found - expected)
    words = f"{measure} {found:.4f} instead of {expected:.4f}, a difference of"
    return Agreement(rows, answers.runtime, words, difference, SCORE_LIMIT, largest)


def largest_difference(found: np.ndarray, expected: np.ndarray) -> float:
    """Return max |found - expected| / max(1, max |expected| of the column); infinite where only one is finite."""
    if found.shape != expected.shape or (np.isfinite(found) != np.isfinite(expected)).any():
        return float("inf")
    size = np.maximum(1.0, np.abs(expected).max(axis=0, initial=0.0))
    return float(np.max(np.abs(found.astype("float64") - expected) / size, initial=0.0))


def _equal(exported: ExportedRun, answers: Answers, limit: float) -> int | None:
    """Return how many classes are equal. Raises NNTrainError for another one where no score is that near."""
    if answers.classes is None:
        return None
    decided = np.asarray(outputs_of(exported.saved.resolved, exported.saved.model).decided(answers.expected))
    wrong = np.flatnonzero(np.asarray(answers.classes) != decided.argmax(axis=1))
    for row in wrong:
        if decided[row].max() - decided[row][answers.classes[int(row)]] > 4 * limit:
            message = f"the export is not the model: another class in row {row + 1} of those that were compared"
            raise NNTrainError(message, help=OTHERS)
    return len(answers.classes) - len(wrong)


def _score(exported: ExportedRun, outputs: np.ndarray) -> float:
    y = exported.rows.y
    if exported.saved.resolved.schema.classes:
        return float((exported.scorer.classes(outputs) == y).mean())
    return scores.regression_scores(y, outputs)["r2_score"]
