"""Features of very different or large sizes reach the first kernel as they are."""

from collections.abc import Iterator
from dataclasses import dataclass

from nntrain.doctor.case import FAST, Case
from nntrain.doctor.finding import Finding
from nntrain.doctor.prescription import prescribed, with_layer


@dataclass(frozen=True)
class Options:
    """The features are not scaled.

    Gradient descent needs steps in proportion to the condition of the inputs' covariance, the square of the ratio of
    their sizes (LeCun et al. 1998, "Efficient BackProp", section 4.3). `size` is the root mean square of a feature from
    which a warning is given: the points of the plane of `toy_2d` have 3.5, petals of iris 5.9. They come before targets
    that are not scaled where the optimizer is SGD: the largest rate with which it converges is 2 by the curvature,
    which depends on the inputs alone where the model is linear and the error squared.
    """

    size: float = 10.0
    ratio: float = 100.0


def diagnose(case: Case, options: Options) -> Iterator[Finding]:
    """Yield a warning for a table whose largest feature is large, or far larger than its smallest.

    One that did not go badly in spite of it gets a note.
    """
    import numpy as np

    if case.inputs.is_image or case.is_scaled or not case.blocks:
        return
    sizes = np.sqrt((case.inputs.x**2).mean(axis=0))
    used = sizes[sizes > 0]
    if not len(used):
        return
    largest, smallest = float(used.max()), float(used.min())
    small = largest < 1 / options.ratio
    if largest < options.size and largest < options.ratio * smallest and not small:
        return
    if largest < 1 and not small:
        return  # one-hot columns of rare classes have small sizes
    names = case.resolved.schema.features
    name = f"`{names[int(sizes.argmax())]}`" if len(names) == len(sizes) else f"feature {int(sizes.argmax()) + 1}"
    message = f"the inputs are not scaled: {name} has the size {largest:.3g} and the smallest feature {smallest:.3g}"
    cure = prescribed(case, with_layer(case, 0, "Normalization"))
    evidence = {"largest_rms": largest, "smallest_rms": smallest, "largest_value": case.inputs.largest}
    weight = 6.5 if isinstance(case.resolved.train.optimizer, FAST) else 7.5
    yield Finding(case.suspicion, message, ("model", 0), evidence, cure, weight=weight)
