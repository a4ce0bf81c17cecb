"""A layer has the weights that it began with."""

from collections.abc import Iterator
from dataclasses import dataclass

from nntrain.doctor.case import Case
from nntrain.doctor.finding import Finding, Severity
from nntrain.errors import dotted


@dataclass(frozen=True)
class Options:
    """A kernel that is trained does not change.

    `moved`: the norm of its change since the first step, as a share of its first norm. float32 keeps 6e-8.
    """

    moved: float = 1e-5


def diagnose(case: Case, options: Options) -> Iterator[Finding]:
    """Yield a warning for all such layers at once, a note where the training went well."""
    signs = case.last_signs
    if signs is None or len(signs.layers) < 2:
        return
    still = [layer for layer in signs.layers if layer.moved < options.moved and layer.weight > 0]
    if not still or not (case.is_ill or len(still) < len(signs.layers)):
        return
    named = still[0].layer
    path = next((each.path for each in case.placed if dotted(each.path) == named), ())
    message = f"{len(still)} of {len(signs.layers)} layers learn nothing, the first is `{named}`"
    evidence = {"layers": float(len(still)), "moved": still[0].moved}
    severity: Severity = "note" if case.is_well else "warning"
    yield Finding(severity, message, path, evidence, help=_HELP, symptom=True, weight=4.0)


_HELP = "no gradient reaches it: look for dead, saturated or vanishing layers behind it"
