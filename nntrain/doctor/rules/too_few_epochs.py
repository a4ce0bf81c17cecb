"""The training ends after few updates, or while it still gets better."""

from collections.abc import Iterator
from dataclasses import dataclass

from nntrain.config.messages import counted
from nntrain.doctor.case import Case
from nntrain.doctor.curves import improvement_at_end
from nntrain.doctor.finding import Finding, Severity
from nntrain.doctor.prescription import longer, prescribed


@dataclass(frozen=True)
class Options:
    """The training is too short.

    `updates`: as in `batch_too_large`. `gain`: the share of the whole improvement of the loss that the last fifth of
    the epochs has brought; a curve that falls as exp(-t) over 4 of its time constants brings 0.024 in its last fifth.
    Over the healthy configs of the tests it is at most 0.13, and then a note.
    """

    updates: int = 100
    gain: float = 0.1


def diagnose(case: Case, options: Options) -> Iterator[Finding]:
    """Yield a warning for few updates and a loss that still falls fast, a note where it falls slowly.

    A training that went well gets a note.
    """
    train, course = case.resolved.train, case.course
    if train.epochs is None and train.steps is None:
        return
    few = case.updates < options.updates and bool(case.hidden)
    gain = None if course is None or course.cut or course.diverged else improvement_at_end(course)
    ended = course is None or not course.stopped or course.stopped == "all epochs are done"
    if not ended or (gain is None and not few) or (gain is not None and gain < options.gain):
        return
    name, amount = ("epochs", train.epochs) if train.steps is None else ("steps", train.steps)
    path = ("train", name)
    evidence = {"updates": float(case.updates), name: float(amount or 0)}
    length = counted(amount or 0, name.removesuffix("s"))
    message = f"{counted(case.updates, 'update')} of the weights in {length}"
    if gain is not None:
        evidence["gain_of_the_last_fifth"] = gain
        message = f"still improving after {length}: the last fifth brought {100 * gain:.0f} % of the improvement"
    severity: Severity = "warning" if (few and not case.is_well) or case.is_ill else "note"
    yield Finding(
        severity,
        message,
        path,
        evidence,
        prescribed(case, longer(case)),
        weight=5.5 if few else 4.0 if case.is_ill else 2.0,
    )
