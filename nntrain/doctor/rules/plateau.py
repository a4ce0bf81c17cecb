"""The loss stands still from the beginning."""

from collections.abc import Iterator
from dataclasses import dataclass

from nntrain.doctor.case import Case
from nntrain.doctor.curves import finite
from nntrain.doctor.finding import Finding


@dataclass(frozen=True)
class Options:
    """The training loss does not fall.

    `fall`: the share by which it is lower at its best than in the first epoch, and than before it; over the healthy
    configs of the tests at least 0.62. `epochs`: fewer show no standstill.
    """

    fall: float = 0.02
    epochs: int = 4


def diagnose(case: Case, options: Options) -> Iterator[Finding]:
    """Yield a warning where the training went badly."""
    losses = case.course.curve("loss") if case.course else []
    if len(losses) < options.epochs or not finite(losses) or not case.is_ill or losses[0] <= 0:
        return
    start = max(losses[0], case.signs[0].loss) if case.signs else losses[0]
    fall = (start - min(losses)) / start
    if fall < options.fall and losses[-1] < 1.1 * losses[0]:
        message = f"the training loss stands still: {losses[0]:.4g} at first, {min(losses):.4g} at its lowest"
        evidence = {"first_loss": start, "lowest_loss": min(losses)}
        yield Finding("warning", message, ("train",), evidence, help=_HELP, symptom=True, weight=2.0)


_HELP = "change the learning rate by a factor of 10, up and down, and look at the other findings"
