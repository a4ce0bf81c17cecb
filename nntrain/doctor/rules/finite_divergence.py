"""The loss grows and grows, but stays finite."""

from collections.abc import Iterator
from dataclasses import dataclass

from nntrain.doctor.case import Case
from nntrain.doctor.curves import finite
from nntrain.doctor.finding import Finding, Severity
from nntrain.doctor.prescription import prescribed


@dataclass(frozen=True)
class Options:
    """The training loss is higher at the end than at the beginning.

    `growth`: from 1.5 times as high on it is an error. On the bowl a rate above 2 divided by its curvature multiplies
    the loss in every step (Goodfellow et al. 2016, section 4.3.1). `lower`: what the rate is multiplied by in the cure.
    """

    growth: float = 1.5
    lower: float = 0.1


def diagnose(case: Case, options: Options) -> Iterator[Finding]:
    """Yield an error where the training loss ends above where it began.

    Where the kept epoch is an earlier one that did not go badly it is a warning, and a note where that went well.
    """
    losses = case.course.curve("loss") if case.course else []
    if len(losses) < 2 or not finite(losses):
        return
    start = case.signs[0].loss if case.signs and case.signs[0].epoch == 0 else losses[0]
    first = min(losses[0], start) if start > 0 else losses[0]
    if losses[-1] < options.growth * first or losses[-1] <= min(losses) * options.growth or first <= 1e-6:
        return
    message = f"the training loss went from {first:.4g} to {losses[-1]:.4g}: it diverges"
    rate = float(f"{options.lower * case.learning_rate:.3g}")
    cure = prescribed(case, (case.learning_rate_path, rate))
    evidence = {"first_loss": first, "last_loss": losses[-1], "learning_rate": case.learning_rate}
    severity: Severity = "error" if case.suspicion == "warning" else "note" if case.is_well else "warning"
    yield Finding(severity, message, case.learning_rate_path, evidence, cure, weight=7.0)
