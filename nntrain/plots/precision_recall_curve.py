"""How many of those taken for a class belong to it, over how many of it are found."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nntrain import canvas

if TYPE_CHECKING:
    from nntrain.evaluation.scored_run import ScoredRun
    from nntrain.evaluation.threshold_curves import Curves
    from nntrain.subject import Subject

SUBJECTS = ("run",)


@dataclass(frozen=True)
class Options:
    """How many of those taken for a class belong to it, over how many of it are found."""

    curves: "Curves"
    title: str


def lacks(subject: "Subject") -> str:
    """Return in words why there is no curve; empty where there is."""
    return subject.lacks_classes()


def of(run: "ScoredRun") -> Options:
    """Return the curve of each class in the rows of a run; raises NothingToDraw where they are all of one class."""
    from nntrain.evaluation.threshold_curves import precision_recall_curves

    found = precision_recall_curves(run.y, run.outputs, run.classes)
    if not found.shown:
        raise canvas.NothingToDraw("all rows are of one class")
    return Options(found, run.title)


def draw(options: Options, format: str = "png") -> bytes:
    """Return a PNG; of many classes those that are separated worst have a curve."""
    found = options.curves
    figure = canvas.sheet(6.4, 6.2, options.title)
    panel = figure.subplots()
    shares = {curve.share for curve in found.shown}
    for share in sorted(shares)[:1] if len(shares) == 1 else ():
        dots: dict[str, Any] = {"color": canvas.GREY, "linewidth": 1, "linestyle": (0, (1, 1.5))}
        panel.axhline(share, **dots, label=f"guessing: {share:.4f}")
    for curve, look in zip(found.shown, canvas.LOOKS, strict=False):
        label = f"{canvas.short(curve.name, 30)}: {curve.area:.4f}"
        panel.step(curve.x, curve.y, where="pre", linewidth=1.7, label=label, **look)
    canvas.name(panel, "precision-recall curve")
    canvas.share_axes(
        panel, "recall: share of the class that is found", "precision: share of those taken for the class"
    )
    more = f", the {len(found.shown)} worst of {found.count}" if len(found.shown) < found.count else ""
    panel.legend(title=f"average precision{more}", loc="lower left", **canvas.LEGEND)
    mean = f"Mean of the average precision over {found.count} classes: {found.mean:.4f}." if found.count > 1 else ""
    canvas.explain(figure, mean, "Each point is a threshold of the score of a class.")
    return canvas.image(figure, format)
