"""The penalty on the weights is most of the loss, so that they are pulled to 0."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from nntrain.doctor.case import Case
from nntrain.doctor.finding import Finding
from nntrain.doctor.prescription import prescribed
from nntrain.errors import Path


@dataclass(frozen=True)
class Options:
    """A regularizer is too strong.

    `share` of the penalty in the loss at the end; `strength`: usual factors end at 0.01 (Goodfellow et al. 2016, 7.1).
    """

    share: float = 0.6
    strength: float = 0.05
    lower: float = 1e-4


def diagnose(case: Case, options: Options) -> Iterator[Finding]:
    """Yield a warning where the factor is large, and the training, if there was one, went badly."""
    strong = list(_strong(case, options.strength))
    if not strong:
        return
    course = case.course
    losses, penalties = (course.curve(name) if course else [] for name in ("loss", "regularization_loss"))
    share = penalties[-1] / losses[-1] if penalties and losses and losses[-1] else 0.0
    if course is not None and course.rows and share < options.share and not case.is_ill:
        return
    path, value = strong[0]
    message = f"the penalty of {value:g} is strong" + (f": it is {100 * share:.0f} % of the loss" if share else "")
    cure = prescribed(case, *((each, options.lower) for each, _ in strong))
    evidence = {"factor": value, "share_of_loss": share}
    yield Finding("warning", message, path, evidence, cure, weight=5.0)


def _strong(case: Case, least: float) -> Iterator[tuple[Path, float]]:
    """Yield the factors that are strong, with their paths: that of all weights first, then those of layers."""
    names = ("kernel_regularizer", "activity_regularizer")
    penalties: list[tuple[Path, Any]] = [
        (("train", "regularizer"), case.resolved.train.regularizer),
        *(((*each.path, name), getattr(each.spec, name, None)) for each in case.placed for name in names),
    ]
    for path, penalty in penalties:
        for factor, value in penalty.written().items() if penalty else ():
            if isinstance(value, float | int) and value >= least:
                yield (*path, penalty.called(), factor), float(value)
