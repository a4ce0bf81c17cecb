"""A softmax in a hidden layer lets one unit win, so that little gets through."""

from collections.abc import Iterator
from dataclasses import dataclass

from nntrain.doctor.case import Case
from nntrain.doctor.finding import Finding
from nntrain.doctor.prescription import prescribed


@dataclass(frozen=True)
class Options:
    """A hidden layer has the softmax of an output layer."""


def diagnose(case: Case, options: Options) -> Iterator[Finding]:
    """Yield a warning for every hidden softmax at once, a note where the training did not go badly."""
    found = [block for block in case.hidden if block.activation in ("softmax", "log_softmax")]
    if found:
        message = "`softmax` in a hidden layer makes its units share a sum of 1, and its gradients are small"
        cure = prescribed(case, *((block.activation_path, "relu") for block in found))
        yield Finding(
            case.suspicion, message, found[0].activation_path, {"layers": float(len(found))}, cure, weight=7.0
        )
