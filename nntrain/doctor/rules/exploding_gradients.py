"""The gradients are so large that one step throws the weights away."""

from collections.abc import Iterator
from dataclasses import dataclass

from nntrain.doctor.case import FAST, Case
from nntrain.doctor.finding import Finding, Severity
from nntrain.doctor.prescription import prescribed


@dataclass(frozen=True)
class Options:
    """The gradients explode.

    `norm` of the gradient over all kernels: Pascanu et al. 2013 clip at values of about 1. Over the
    healthy configs of the tests the norm is at most 60.
    """

    norm: float = 300.0
    clipnorm: float = 1.0


def diagnose(case: Case, options: Options) -> Iterator[Finding]:
    """Yield a warning for a large or infinite norm that no clipping limits, an error where the training went badly.

    One that did not go badly gets a note.
    """
    optimizer = case.resolved.train.optimizer
    if not case.signs or optimizer.clipnorm or optimizer.global_clipnorm or optimizer.clipvalue:
        return
    norms = [(sum(layer.gradient**2 for layer in signs.layers) ** 0.5, signs) for signs in case.signs]
    norm, signs = next((one for one in norms if not one[0] <= options.norm), norms[0])
    if norm <= options.norm or (isinstance(optimizer, FAST) and not case.is_ill):
        return  # the step of Adam and its relatives does not grow with the gradient
    layer = max(signs.layers, key=lambda one: one.gradient if one.gradient == one.gradient else float("inf"))
    message = f"the norm of the gradient is {norm:.3g} (epoch {signs.epoch}), the largest in `{layer.layer}`"
    cure = prescribed(case, ((*case.learning_rate_path[:-1], "clipnorm"), options.clipnorm))
    severity: Severity = "error" if case.is_ill else case.suspicion
    evidence = {"norm": min(norm, 1e300) if norm == norm else 1e300, "epoch": float(signs.epoch)}
    yield Finding(severity, message, ("train", "optimizer"), evidence, cure, symptom=True, weight=4.0)
