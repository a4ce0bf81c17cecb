"""Accuracy says little where nearly all rows have one class."""

from collections.abc import Iterator
from dataclasses import dataclass

from nntrain.config.keras.metrics import Accuracy
from nntrain.doctor.case import Case
from nntrain.doctor.finding import Finding, Severity
from nntrain.doctor.prescription import prescribed


@dataclass(frozen=True)
class Options:
    """One class has nearly all rows, and accuracy is the only metric.

    `share` of the most frequent class: answering it alone has an accuracy of 95 %. `note`: of the healthy configs
    of the tests that are measured by accuracy alone the largest share is 0.63.
    """

    share: float = 0.95
    note: float = 0.8


def diagnose(case: Case, options: Options) -> Iterator[Finding]:
    """Yield a warning where accuracy is the only metric, or no class is weighted."""
    import numpy as np

    schema, train = case.resolved.schema, case.resolved.train
    if not schema.classes:
        return
    counts = np.bincount(np.asarray(case.data.train.y), minlength=len(schema.classes))
    share = float(counts.max() / counts.sum())
    only = all(isinstance(metric, Accuracy) for metric in train.metrics)
    if share < options.note or not only or train.class_weight is not None:
        return
    name = schema.classes[int(counts.argmax())]
    message = f"{100 * share:.1f} % of the rows are of class `{name}`: answering always that has this accuracy"
    cure = prescribed(
        case, (("train", "class_weight"), "balanced"), (("train", "metrics"), ["accuracy", "F1Score", "AUC"])
    )
    severity: Severity = "warning" if share >= options.share or case.is_ill else "note"
    yield Finding(severity, message, ("train", "metrics"), {"majority_share": share}, cure, weight=5.0)
