"""Pixels from 0 to 255 reach the first kernel as they are."""

from collections.abc import Iterator
from dataclasses import dataclass

from nntrain.doctor.case import Case
from nntrain.doctor.finding import Finding
from nntrain.doctor.prescription import prescribed, with_layer


@dataclass(frozen=True)
class Options:
    """The pixels are not scaled: kernels of Glorot and He expect inputs of about 1.

    `largest`: from which value on numbers are pixels from 0 to 255; scaled ones end at 1.
    """

    largest: float = 16.0


def diagnose(case: Case, options: Options) -> Iterator[Finding]:
    """Yield a warning for images that no layer scales, a note where the training did not go badly."""
    if not case.inputs.is_image or case.is_scaled or case.inputs.largest < options.largest or not case.blocks:
        return
    message = f"the pixels go up to {case.inputs.largest:g}, and no layer scales them"
    cure = prescribed(case, with_layer(case, 0, {"Rescaling": {"scale": "1/255"}}))
    yield Finding(case.suspicion, message, ("model", 0), {"largest_pixel": case.inputs.largest}, cure, weight=6.5)
