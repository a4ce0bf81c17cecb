"""The model is no better than answering the majority class, or the mean, of the training split."""

from collections.abc import Iterator
from dataclasses import dataclass

from nntrain.doctor.case import Case
from nntrain.doctor.course import Score
from nntrain.doctor.finding import Finding


@dataclass(frozen=True)
class Options:
    """The model has learned nothing that a constant answer does not know.

    `deviations`: a share of n rows has a standard error of sqrt(p (1 - p) / n); two are 95 %. One is enough where the
    training rows, which are more, are two above. `r2`: that of the mean is 0.
    """

    deviations: float = 2.0
    r2: float = 0.02


def diagnose(case: Case, options: Options) -> Iterator[Finding]:
    """Yield an error for the split that counts."""
    score = case.course.score if case.course else None
    if score is None or case.course is None or case.course.diverged:
        return
    if case.is_regression:
        bad = score.score < max(score.guess, 0) + options.r2
        message = f"R² is {score.score:.3g}, and that of predicting the mean is 0"
    else:
        trained = case.course.scores.get("train", score)
        learned = _deviations(trained) > options.deviations
        hard = score.guess > 0.9 and score.score >= score.guess
        most = 1.0 if learned else options.deviations
        half = score.score <= score.guess + 0.5 * (1 - score.guess)
        bad = _deviations(score) <= most and half and not hard
        message = f"accuracy is {score.score:.3f}, and that of always answering the majority class {score.guess:.3f}"
    linear = score.linear
    learnable = linear is None or linear > score.guess + 0.05
    if bad:
        evidence = {"score": score.score, "guess": score.guess, **({} if linear is None else {"linear": linear})}
        message += f"; a linear model reaches {linear:.3f}" if linear is not None and learnable else ""
        yield Finding("error", message, (), evidence, help=_HELP, symptom=True, weight=5.0)


def _deviations(score: Score) -> float:
    """Return by how many standard errors the score is above that of the majority class."""
    error = (score.guess * (1 - score.guess) / score.rows) ** 0.5
    return (score.score - score.guess) / max(error, 1e-9)


_HELP = "look at the other findings first; `nntrain eval RUN --baselines` fits simple models to the same rows"
