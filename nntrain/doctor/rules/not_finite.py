"""A loss or a weight became infinite or NaN."""

from collections.abc import Iterator
from dataclasses import dataclass

from nntrain.doctor.case import Case
from nntrain.doctor.finding import Finding
from nntrain.doctor.prescription import prescribed


@dataclass(frozen=True)
class Options:
    """The training diverged to numbers that are not finite.

    `lower`: what the learning rate is multiplied by. `clipnorm`: that of Pascanu et al. 2013
    (https://proceedings.mlr.press/v28/pascanu13.html) is of the order of a usual gradient norm.
    """

    lower: float = 0.1
    clipnorm: float = 1.0


def diagnose(case: Case, options: Options) -> Iterator[Finding]:
    """Yield an error with the epoch; a cause that another rule finds is printed before it."""
    course = case.course
    if course is None or not course.diverged:
        return
    epoch = len(course.rows) + 1
    optimizer = case.resolved.train.optimizer
    changes = [((*case.learning_rate_path[:-1], "clipnorm"), options.clipnorm)]
    if isinstance(optimizer.learning_rate, float) or optimizer.learning_rate is None:
        lower = min(options.lower * case.learning_rate, case.usual_rate)
        changes.append((case.learning_rate_path, float(f"{lower:.3g}")))
    yield Finding(
        "error",
        course.diverged,
        ("train", "optimizer"),
        {"epoch": float(epoch), "learning_rate": case.learning_rate},
        prescribed(case, *changes),
        symptom=True,
        weight=9.0,
    )
