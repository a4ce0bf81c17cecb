"""Whether predictions are right as often as the model is sure of them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nntrain import canvas
from nntrain.subject import Subject

if TYPE_CHECKING:
    import numpy as np

    from nntrain.evaluation.scored_run import ScoredRun

SUBJECTS = ("run",)
lacks = Subject.lacks_classes
_BINS = 10


@dataclass(frozen=True)
class Options:
    """Whether predictions are right as often as the model is sure of them.

    confidence: (n,) the probability of the class that is predicted. right: (n,) bool.
    """

    confidence: "np.ndarray"
    right: "np.ndarray"
    title: str


def of(run: "ScoredRun") -> Options:
    """Return how sure the model is of its predictions; raises NothingToDraw where it gives no probabilities."""
    import numpy as np

    if not run.scorer.resolved.are_probabilities:
        raise canvas.NothingToDraw("the outputs of the model are not probabilities")
    confidence = run.outputs[np.arange(len(run.y)), run.predicted].astype(np.float64)
    finite = np.isfinite(confidence)
    if not finite.any():
        raise canvas.NothingToDraw("no output of the model is finite")
    return Options(confidence[finite], (run.predicted == run.y)[finite], run.title)


def draw(options: Options, format: str = "png") -> bytes:
    """Return a PNG: the share of right predictions over their mean confidence, in ten intervals of equal width.

    Below is the number of predictions in each. The expected calibration error is the mean distance from the diagonal,
    weighted by these numbers (Naeini, Cooper and Hauskrecht 2015).
    """
    import numpy as np

    place = np.clip((options.confidence * _BINS).astype(int), 0, _BINS - 1)
    counts = np.bincount(place, minlength=_BINS)
    used = counts > 0
    sure = np.bincount(place, options.confidence, _BINS)[used] / counts[used]
    right = np.bincount(place, options.right, _BINS)[used] / counts[used]
    error = float((np.abs(sure - right) * counts[used]).sum() / counts.sum())
    figure = canvas.sheet(6.0, 7.2, options.title)
    above, below = figure.subplots(2, height_ratios=(4, 1))
    above.plot([0, 1], [0, 1], color=canvas.GREY, linewidth=1, linestyle=(0, (1, 1.5)), label="perfectly calibrated")
    for low, high, x in zip(np.minimum(sure, right), np.maximum(sure, right), sure, strict=True):
        above.plot([x, x], [low, high], color=canvas.BLUE, linewidth=5, alpha=0.5, solid_capstyle="butt")
    above.plot(sure, right, color=canvas.DARK, marker="o", linewidth=1.5, label="the model")
    canvas.name(above, "calibration")
    canvas.share_axes(above, "mean confidence", "share that is right")
    above.legend(loc="upper left", **canvas.LEGEND)
    below.bar((np.arange(_BINS) + 0.5) / _BINS, counts, width=0.09, color=canvas.BLUE)
    canvas.plain(below)
    below.set_xlim(-0.01, 1.01)
    below.set_xlabel("confidence", color=canvas.INK)
    below.set_ylabel("rows", color=canvas.INK)
    mean, share = options.confidence.mean(), options.right.mean()
    word = "too sure" if mean > share else "not sure enough"
    gap = f"On average the model is {mean:.1%} sure and {share:.1%} right, so it is {word}."
    equal = f"On average the model is {mean:.1%} sure and as often right."
    sentence = equal if abs(mean - share) < 0.005 else gap
    canvas.explain(figure, f"Expected calibration error: {error:.4f}.", sentence)
    return canvas.image(figure, format)
