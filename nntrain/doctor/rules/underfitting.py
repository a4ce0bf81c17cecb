"""The model does not even fit the training rows, or less well than a linear one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nntrain.doctor.case import Block, Case
from nntrain.doctor.finding import Finding, Severity
from nntrain.doctor.prescription import longer, prescribed


@dataclass(frozen=True)
class Options:
    """The model underfits.

    It is below a linear model on the training and on the validation rows, by more than chance does. `r2`, `gain`: R²,
    or the share of the way from the majority class to 1, below which a training is called underfitted where it is not
    below guessing already; the healthy configs of the tests have at least an R² of 0.92, and 0.80 of the way, below
    which it is a note if a hidden layer has fewer than `units`: the data may not tell more.
    """

    gain: float = 0.4
    r2: float = 0.3
    note: float = 0.8
    units: int = 16


def diagnose(case: Case, options: Options) -> Iterator[Finding]:
    """Yield a warning where a linear model is better, or the training rows are hardly fitted, a note if not well.

    Rows that are hardly fitted are a note where simple models do no better: the data do not tell more.
    """
    course = case.course
    score = course.scores.get("train") if course else None
    if course is None or score is None or course.diverged or course.cut:
        return
    worse = case.is_below_linear
    way = (score.score - score.guess) / max(1e-9, 1 - score.guess)
    narrow = [block for block in case.hidden if block.head.units < options.units and hasattr(block.head.spec, "units")]
    little = way < (options.r2 if case.is_regression else options.gain)
    if not worse and not little and (way >= options.note or not narrow):
        return
    name = "R²" if case.is_regression else "accuracy"
    message = f"{name} on the training rows is {score.score:.3f}"
    message += f", and {score.linear:.3f} for a linear model" if worse and score.linear is not None else ""
    evidence = {"score": score.score, "guess": score.guess}
    if score.linear is not None:
        evidence["linear"] = score.linear
    severity: Severity = "warning" if worse or (little and case.is_ill) else "note"
    yield Finding(severity, message, ("model",), evidence, _cure(case, narrow), symptom=True, weight=3.0)


def _cure(case: Case, narrow: Sequence[Block]) -> tuple[str, ...]:
    """Return more units for the hidden layers where they are few, else more epochs."""
    if narrow:
        return prescribed(case, *(((*block.head.path, "units"), 4 * max(8, block.head.units)) for block in narrow))
    return prescribed(case, longer(case))
