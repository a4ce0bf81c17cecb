"""How many of those taken for a class belong to it, over how many of it are found."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nntrain.evaluation import threshold_plot
from nntrain.subject import Subject

if TYPE_CHECKING:
    from nntrain.evaluation.scored_run import ScoredRun
    from nntrain.evaluation.threshold_curves import Curves

SUBJECTS = ("run",)
lacks = Subject.lacks_classes


@dataclass(frozen=True)
class Options:
    """How many of those taken for a class belong to it, over how many of it are found."""

    curves: "Curves"
    title: str


def of(run: "ScoredRun") -> Options:
    """Return the curve of each class in the rows of a run; raises NothingToDraw where they are all of one class."""
    return Options(threshold_plot.refuse_none(run.precision_recall_curves()), run.title)


def draw(options: Options, format: str = "png") -> bytes:
    """Return a PNG; of many classes those that are separated worst have a curve."""
    shares = sorted({curve.share for curve in options.curves.shown})
    form = threshold_plot.CurveForm(
        name="precision-recall curve",
        area="average precision",
        x_label="recall: share of the class that is found",
        y_label="precision: share of those taken for the class",
        legend="lower left",
        drawstyle="steps-pre",
        guess=(shares[0], shares[0]) if len(shares) == 1 else None,  # as precise as the class is frequent
    )
    return threshold_plot.draw(options.curves, options.title, form, format)
