"""The model is no better than answering the majority class, or the mean, of the training split."""

from collections.abc import Iterator
from dataclasses import dataclass

from nntrain.doctor.case import Case
from nntrain.doctor.finding import Finding


@dataclass(frozen=True)
class Options:
    """The model has learned nothing that a constant answer does not know, by `Course.is_guessing`.

    `linear`: a linear model that is better than a constant answer by that much has learned something.
    """

    linear: float = 0.05


def diagnose(case: Case, options: Options) -> Iterator[Finding]:
    """Yield an error for the split that counts."""
    score = case.course.score if case.course else None
    if score is None or not case.is_guessing:
        return
    message = f"accuracy is {score.score:.3f}, and that of always answering the majority class {score.guess:.3f}"
    if case.is_regression:
        message = f"R² is {score.score:.3g}, and that of predicting the mean is 0"
    linear = score.linear
    learnable = linear is None or linear > score.guess + options.linear
    evidence = {"score": score.score, "guess": score.guess, **({} if linear is None else {"linear": linear})}
    message += f"; a linear model reaches {linear:.3f}" if linear is not None and learnable else ""
    yield Finding("error", message, (), evidence, help=_HELP, symptom=True, weight=5.0)


_HELP = "look at the other findings first; `nntrain eval RUN --baselines` fits simple models to the same rows"
