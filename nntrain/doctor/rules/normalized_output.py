"""A normalization after the output activation: what comes out is not a probability any more."""

from collections.abc import Iterator
from dataclasses import dataclass

from nntrain.config.keras import layers
from nntrain.doctor.case import Case
from nntrain.doctor.finding import Finding
from nntrain.doctor.prescription import prescribed, with_layer


@dataclass(frozen=True)
class Options:
    """The output is normalized after its activation."""


def diagnose(case: Case, options: Options) -> Iterator[Finding]:
    """Yield an error for a normalization after the output layer."""
    kinds = (layers.BatchNormalization, layers.LayerNormalization)
    rest = case.blocks[-1].rest if case.blocks else ()
    found = next((each for each in rest if isinstance(each.spec, kinds)), None)
    if found is None or case.blocks[-1].head.activation == "linear" and not case.is_regression:
        return
    message = f"`{found.spec.called()}` behind the output layer changes what it predicts"
    at = found.path[1]
    cure = prescribed(case, with_layer(case, at, drop=1)) if isinstance(at, int) else ()
    yield Finding("error", message, found.path, {"layers": 1.0}, cure, weight=8.0)
