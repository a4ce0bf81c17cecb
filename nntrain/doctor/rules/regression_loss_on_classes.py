"""A squared or absolute error where classes are predicted: cross-entropy learns faster."""

from collections.abc import Iterator
from dataclasses import dataclass

from nntrain.doctor.case import Case
from nntrain.doctor.finding import Finding
from nntrain.doctor.prescription import prescribed
from nntrain.errors import Path


@dataclass(frozen=True)
class Options:
    """The loss of a regression is used for classes.

    Behind a sigmoid or softmax the gradient of the squared error vanishes where the answer is clearly wrong
    (Golik et al. 2013, https://www.isca-archive.org/interspeech_2013/golik13_interspeech.html).
    """


def diagnose(case: Case, options: Options) -> Iterator[Finding]:
    """Yield a note, a warning for several classes, if they were not learned well, or where the training went badly."""
    loss, output = case.resolved.train.loss, case.resolved.output
    perceptron = output.activation == "heaviside"  # whose rule is the gradient of this loss
    if case.is_regression or loss.labels != "number" or perceptron:
        return
    several = case.resolved.schema.task == "multiclass"
    linear = output.activation == "linear"
    one = output.units == 1
    fitting = "binary_crossentropy" if one else "sparse_categorical_crossentropy"
    changes: list[tuple[Path, str]] = [(("train", "loss"), fitting)]
    if linear:
        changes.append((case.blocks[-1].activation_path, "sigmoid" if one else "softmax"))
    message = f"`{loss.called()}` is a loss for numbers, but classes are predicted"
    evidence = {"classes": float(len(case.resolved.schema.classes))}
    severity = case.suspicion if several or linear or case.is_ill else "note"
    yield Finding(severity, message, ("train", "loss"), evidence, prescribed(case, *changes), weight=4.5 + several)
