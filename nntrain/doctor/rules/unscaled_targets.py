"""The targets of a regression are large, so that the first losses and gradients are, or their mean is far away."""

from collections.abc import Iterator
from dataclasses import dataclass

from nntrain.config.keras import layers, table_layers
from nntrain.doctor.case import FAST, Case
from nntrain.doctor.finding import Finding, Severity
from nntrain.doctor.prescription import prescribed, with_layer


@dataclass(frozen=True)
class Options:
    """The targets are not scaled.

    The gradient of the squared error is in proportion to the error. `size` is the root mean square of the targets: a
    kernel of Glorot gives outputs of about 1.
    """

    size: float = 10.0


def diagnose(case: Case, options: Options) -> Iterator[Finding]:
    """Yield a warning where the targets are large, an error where the planned steps cannot reach their mean.

    One that did not go badly in spite of them gets a note.
    """
    if (
        not case.is_regression
        or not case.blocks
        or case.blocks[-1].has(layers.Rescaling, layers.Normalization, *table_layers.OF_TARGETS)
    ):
        return
    mean, spread = case.targets.mean, case.targets.spread
    size = (mean**2 + spread**2) ** 0.5
    if size < options.size or case.blocks[-1].activation != "linear":
        return
    reach = case.learning_rate * case.updates if isinstance(case.resolved.train.optimizer, FAST) else float("inf")
    message = f"the targets are not scaled: their mean is {mean:.4g} and their standard deviation {spread:.3g}"
    if reach < abs(mean):
        message += f"; {case.updates:,} updates of at most {case.learning_rate:g} move a bias by {reach:.3g}"
    evidence = {"mean": mean, "standard_deviation": spread, "largest_move_of_a_bias": min(reach, 1e300)}
    written = len(case.prepared.config.document.tree["model"]) + len(case.resolved.added)
    cure = prescribed(case, with_layer(case, written, "TargetNormalization"))
    severity: Severity = "error" if reach < abs(mean) and case.is_ill else case.suspicion
    yield Finding(severity, message, case.blocks[-1].head.path, evidence, cure, weight=7.0)
