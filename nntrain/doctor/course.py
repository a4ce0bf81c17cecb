"""How a training went: its rows, one for each epoch, and its scores beside those of models that need no network."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

BELOW = 0.05  # so far a training may be below a linear model
GAIN = 0.02  # of R² above that of the mean, from which something was learned
EXPLAINED = 0.2  # of the deviance of a classification, from which its model fits well (McFadden 1977, 0.2 to 0.4)
SURE = 2.0  # standard errors: 95 % of what chance does to a score is within them


@dataclass(frozen=True)
class Score:
    """How well the kept model predicts a split, beside what needs no network.

    `score` is the accuracy, or R² of a regression; `guess` is that of the majority class of the training split, or of
    its mean; `linear` is that of a linear model fitted by least squares, `neighbours` that of the nearest training
    rows; None where it was not computed. `explained` is McFadden's R² of the probabilities of classes, 1 - (log
    likelihood / that of the shares of the classes in the training split), which tells what was learned where one class
    is rare and accuracy does not; None where there are none. `rows`: of the split that were looked at, of `all_rows`;
    0 where that is not known.
    """

    rows: int
    score: float
    guess: float
    linear: float | None = None
    neighbours: float | None = None
    all_rows: int = 0
    explained: float | None = None

    @property
    def has_learned_shares(self) -> bool:
        """Whether the probabilities are far better than the shares of the classes, whatever the accuracy is."""
        return self.explained is not None and self.explained >= EXPLAINED

    @property
    def deviations(self) -> float:
        """By how many standard errors, sqrt(p (1 - p) / n), an accuracy is above that of the majority class."""
        error = (self.guess * (1 - self.guess) / self.rows) ** 0.5
        return (self.score - self.guess) / max(float(error), 1e-9)

    def error(self, is_regression: bool) -> float:
        """Return the standard error of the score: sqrt(p (1 - p) / n), of R² 2 sqrt(R²) (1 - R²) / sqrt(n).

        The second is that of Olkin and Finn 1995 (https://doi.org/10.1037/0033-2909.118.1.155).
        """
        share = min(max(self.score, 0.0), 1.0)
        spread = 2 * share**0.5 * (1 - share) if is_regression else (share * (1 - share)) ** 0.5
        return float(spread / self.rows**0.5)


@dataclass(frozen=True)
class Course:
    """How a training went: its rows, one for each epoch, the scores of the kept model, and what was measured.

    `cut`: whether it ended before its time, because only a part was wanted. `diverged`: the message of the error.
    """

    rows: Sequence[dict[str, float]]
    planned_epochs: int
    best_epoch: int = 0
    monitor: str = "loss"
    save: str = "best"
    stopped: str = ""
    cut: bool = False
    diverged: str = ""
    scores: dict[str, Score] = field(default_factory=dict)

    def curve(self, name: str) -> list[float]:
        """Return the values of a column, one for each epoch that has one."""
        return [row[name] for row in self.rows if name in row]

    @property
    def first_steps(self) -> int:
        """The steps of a first epoch in whose middle the training was cut; 0 where an epoch was finished."""
        found = re.search(r" in epoch 1, after (\d+) of ", self.stopped)
        return int(found[1]) if found else 0

    @property
    def score(self) -> Score | None:
        """The score that counts: of the validation split, else of the training split."""
        return self.scores.get("validation", self.scores.get("train"))

    def is_guessing(self, is_regression: bool) -> bool:
        """Return whether the kept model is no better than a constant answer, but for what chance does.

        Two standard errors are 95 %; one is enough where the training rows, which are more, are two above.
        """
        score = None if self.diverged else self.score
        if score is None:
            return False
        if is_regression:
            return score.score < max(score.guess, 0) + GAIN
        if score.has_learned_shares:
            return False
        most = 1.0 if self.scores.get("train", score).deviations > SURE else SURE
        hard = score.guess > 0.9 and score.score >= score.guess
        half = score.score <= score.guess + 0.5 * (1 - score.guess)
        return score.deviations <= most and half and not hard

    def is_below_linear(self, is_regression: bool) -> bool:
        """Return whether a linear model is better on every split, and on one by more than chance does."""
        gaps = [
            (score.linear - score.score, score.error(is_regression))
            for score in ({} if self.diverged else self.scores).values()
            if score.linear is not None
        ]
        return all(gap > BELOW + 1e-9 for gap, _ in gaps) and any(gap > SURE * error for gap, error in gaps)
