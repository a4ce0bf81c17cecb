"""The loss jumps up and down from epoch to epoch."""

from collections.abc import Iterator
from dataclasses import dataclass

from nntrain.doctor.case import Case
from nntrain.doctor.curves import finite, roughness, turns
from nntrain.doctor.finding import Finding
from nntrain.doctor.prescription import prescribed


@dataclass(frozen=True)
class Options:
    """The training loss oscillates.

    `turns`: the share of epochs in which it changes its direction, 2/3 for noise alone. `rough`: the sum of its rises
    by its range and the epochs. `size`: its spread in the second half, by its mean. Over the healthy configs of the
    tests no training loss has all three. `epochs`: fewer have too few turns to count.
    """

    turns: float = 0.4
    rough: float = 0.1
    size: float = 0.15
    epochs: int = 8


def diagnose(case: Case, options: Options) -> Iterator[Finding]:
    """Yield a warning with a tenth of the learning rate, a note where the training did not go badly."""
    losses = case.course.curve("loss") if case.course else []
    if len(losses) < options.epochs or not finite(losses):
        return
    half = losses[len(losses) // 2 :]
    mean = sum(half) / len(half)
    size = (max(half) - min(half)) / mean if mean > 0 else 0.0
    if turns(losses) < options.turns or roughness(losses) < options.rough or size < options.size:
        return
    if mean < 0.05 * losses[0] and not case.is_ill:
        return  # what is left of the loss is small
    message = f"the training loss jumps: in the second half it goes from {min(half):.3g} to {max(half):.3g} and back"
    rate = float(f"{0.1 * case.learning_rate:.3g}")
    cure = prescribed(case, (case.learning_rate_path, rate))
    evidence = {"turns": turns(losses), "relative_size": size, "learning_rate": case.learning_rate}
    yield Finding(case.suspicion, message, case.learning_rate_path, evidence, cure, weight=4.0)
