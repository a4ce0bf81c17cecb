"""Each class is decided by itself, although only one class is true of a row."""

from collections.abc import Iterator
from dataclasses import dataclass

from nntrain.doctor.case import Case
from nntrain.doctor.finding import Finding
from nntrain.doctor.prescription import prescribed


@dataclass(frozen=True)
class Options:
    """A sigmoid for each of several classes that exclude each other."""


def diagnose(case: Case, options: Options) -> Iterator[Finding]:
    """Yield a warning for a sigmoid with a unit for each class, a note where they were not learned badly."""
    output = case.resolved.output
    if case.is_regression or output.activation != "sigmoid" or output.units == 1:
        return
    path = case.blocks[-1].activation_path
    message = f"`sigmoid` decides each of {len(case.resolved.schema.classes)} classes by itself, but only one is true"
    changes = [(path, "softmax")]
    if case.prepared.config.experiment.train.loss is not None:
        changes.append((("train", "loss"), "sparse_categorical_crossentropy"))
    evidence = {"classes": float(len(case.resolved.schema.classes))}
    yield Finding(case.suspicion, message, path, evidence, prescribed(case, *changes), weight=8.0)
