"""The rows are sorted by class and not shuffled, so that a batch has one class only."""

from collections.abc import Iterator
from dataclasses import dataclass

from nntrain.doctor.case import Case
from nntrain.doctor.finding import Finding
from nntrain.doctor.prescription import prescribed


@dataclass(frozen=True)
class Options:
    """The rows are sorted and not shuffled.

    `share`: the changes from a row to the next, as a share of those that a random order has on average (the runs test
    of Wald and Wolfowitz 1940).
    """

    share: float = 0.2


def diagnose(case: Case, options: Options) -> Iterator[Finding]:
    """Yield a warning for sorted labels or targets, a note where the order is random but the same in every epoch."""
    import numpy as np

    if case.resolved.train.shuffle or case.resolved.batch_size(case.rows) >= case.rows:
        return
    y = np.asarray(case.data.train.y)
    values = (y > np.median(y, axis=0)).reshape(len(y), -1)[:, 0].astype(int) if case.is_regression else y
    shares = np.bincount(values) / len(values)
    expected = float(1 - (shares**2).sum()) * (len(values) - 1)
    changes = float((values[1:] != values[:-1]).sum())
    is_sorted = changes < options.share * expected
    message = "`shuffle: false`: every epoch has the same batches"
    if is_sorted:
        message = "the rows are sorted and not shuffled: "
        message += f"{changes:.0f} changes of the label, {expected:.0f} in a random order"
    cure = prescribed(case, (("train", "shuffle"), True))
    evidence = {"changes": changes, "expected_changes": expected}
    severity = case.suspicion if is_sorted or case.is_ill else "note"
    yield Finding(severity, message, ("train", "shuffle"), evidence, cure, weight=7.0 if is_sorted else 3.0)
