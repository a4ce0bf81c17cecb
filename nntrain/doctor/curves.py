"""What a learning curve shows. Curves are lists with a value for each epoch."""

import math
from collections.abc import Sequence

from nntrain.doctor.course import Course


def smooth(values: Sequence[float]) -> list[float]:
    """Return the median of each value and its two neighbours, so that a single bad epoch decides nothing."""
    if len(values) < 3:
        return list(values)
    middle = [sorted(values[at - 1 : at + 2])[1] for at in range(1, len(values) - 1)]
    return [values[0], *middle, values[-1]]


def judged(course: Course) -> list[float]:
    """Return the loss that decides: on the validation split, else on the training split."""
    return course.curve("val_loss") or course.curve("loss")


def improvement_at_end(course: Course) -> float | None:
    """Return the share of the improvement of the loss that the last fifth of the epochs has brought.

    None for fewer than 5 epochs, or where the loss has not become better.
    """
    losses = smooth(judged(course))
    if len(losses) < 5:
        return None
    best = min(losses)
    whole = losses[0] - best
    if whole <= 0 or best < 0.02 * losses[0]:  # what is left to gain is little
        return None
    before = min(losses[: len(losses) - max(1, len(losses) // 5)])
    return max(0.0, before - best) / whole


def turns(values: Sequence[float]) -> float:
    """Return the share of the epochs in which a curve changes its direction; 2/3 for noise alone."""
    steps = [after - before for before, after in zip(values, values[1:], strict=False)]
    signs = [step > 0 for step in steps if step]
    if len(signs) < 2:
        return 0.0
    return sum(one != other for one, other in zip(signs, signs[1:], strict=False)) / (len(signs) - 1)


def roughness(values: Sequence[float]) -> float:
    """Return the sum of all rises, divided by the range of the curve and the number of epochs."""
    if len(values) < 3 or max(values) <= min(values):
        return 0.0
    rises = sum(max(0.0, after - before) for before, after in zip(values, values[1:], strict=False))
    return rises / (max(values) - min(values)) / (len(values) - 1)


def finite(values: Sequence[float]) -> bool:
    """Return whether there are values, and all are finite."""
    return bool(values) and all(math.isfinite(value) for value in values)
