"""How many of a class are found, over how many of the others are taken for it."""

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
    """How many of a class are found, over how many of the others are taken for it."""

    curves: "Curves"
    title: str


def of(run: "ScoredRun") -> Options:
    """Return the curve of each class in the rows of a run; raises NothingToDraw where they are all of one class."""
    return Options(threshold_plot.refuse_none(run.roc_curves()), run.title)


def draw(options: Options, format: str = "png") -> bytes:
    """Return a PNG; of many classes those that are separated worst have a curve."""
    form = threshold_plot.CurveForm(
        name="ROC curve",
        area="area",
        x_label="false positive rate: share of the others",
        y_label="true positive rate: share of the class",
        legend="lower right",
        guess=(0.0, 1.0),
    )
    return threshold_plot.draw(options.curves, options.title, form, format)
