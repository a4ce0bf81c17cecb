"""A bias whose effect BatchNormalization takes away again."""

from collections.abc import Iterator
from dataclasses import dataclass

from nntrain.config.keras import layers
from nntrain.doctor.case import Case
from nntrain.doctor.finding import Finding
from nntrain.doctor.prescription import prescribed


@dataclass(frozen=True)
class Options:
    """A layer has a bias that does nothing: BatchNormalization subtracts the mean (Ioffe and Szegedy 2015, 3.2)."""


def diagnose(case: Case, options: Options) -> Iterator[Finding]:
    """Yield one note for all such layers."""
    found = [
        block
        for block in case.hidden
        if block.head.activation == "linear"
        and block.rest
        and isinstance(block.rest[0].spec, layers.BatchNormalization)
        and getattr(block.head.spec, "use_bias", None) is not False
    ]
    if found:
        units = sum(block.head.units for block in found)
        message = f"{units:,} biases do nothing: `BatchNormalization` follows and subtracts the mean"
        cure = prescribed(case, *(((*block.head.path, "use_bias"), False) for block in found))
        yield Finding("note", message, found[0].head.path, {"biases": float(units)}, cure)
