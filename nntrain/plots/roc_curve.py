"""How many of a class are found, over how many of the others are taken for it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nntrain import canvas

if TYPE_CHECKING:
    from nntrain.evaluation.scored_run import ScoredRun
    from nntrain.evaluation.threshold_curves import Curves
    from nntrain.subject import Subject

SUBJECTS = ("run",)


@dataclass(frozen=True)
class Options:
    """How many of a class are found, over how many of the others are taken for it."""

    curves: "Curves"
    title: str


def lacks(subject: "Subject") -> str:
    """Return in words why there is no curve; empty where there is."""
    return subject.lacks_classes()


def of(run: "ScoredRun") -> Options:
    """Return the curve of each class in the rows of a run; raises NothingToDraw where they are all of one class."""
    from nntrain.evaluation.threshold_curves import roc_curves

    found = roc_curves(run.y, run.outputs, run.classes)
    if not found.shown:
        raise canvas.NothingToDraw("all rows are of one class")
    return Options(found, run.title)


def draw(options: Options, format: str = "png") -> bytes:
    """Return a PNG; of many classes those that are separated worst have a curve."""
    found = options.curves
    figure = canvas.sheet(6.4, 6.2, options.title)
    panel = figure.subplots()
    panel.plot([0, 1], [0, 1], color=canvas.GREY, linewidth=1, linestyle=(0, (1, 1.5)), label="guessing: 0.5")
    for curve, look in zip(found.shown, canvas.LOOKS, strict=False):
        label = f"{canvas.short(curve.name, 30)}: {curve.area:.4f}"
        panel.plot(curve.x, curve.y, linewidth=1.7, label=label, **look)
    canvas.name(panel, "ROC curve")
    canvas.share_axes(panel, "false positive rate: share of the others", "true positive rate: share of the class")
    more = f", the {len(found.shown)} worst of {found.count}" if len(found.shown) < found.count else ""
    panel.legend(title=f"area{more}", loc="lower right", **canvas.LEGEND)
    mean = f"Mean of the area over {found.count} classes: {found.mean:.4f}." if found.count > 1 else ""
    canvas.explain(figure, mean, "Each point is a threshold of the score of a class.")
    return canvas.image(figure, format)
