"""How much worse the model gets when one column says nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nntrain import canvas
from nntrain.subject import Subject

if TYPE_CHECKING:
    from nntrain.evaluation.column_importance import ColumnImportance
    from nntrain.evaluation.scored_run import ScoredRun

SUBJECTS = ("run",)
_MOST = 30  # columns, the most important ones


@dataclass(frozen=True)
class Options:
    """How much worse the model gets when one column says nothing. worse: what the numbers are."""

    columns: "Sequence[ColumnImportance]"
    worse: str
    title: str


def lacks(subject: Subject) -> str:
    """Return in words why it cannot be drawn; empty where it can."""
    return subject.lacks_model() or ("" if len(subject.shape) == 1 else "the rows of the run have no columns")


def of(run: "ScoredRun") -> Options:
    """Return the importance of each column for the rows of a run."""
    return Options(run.importances(), run.unit_of_importance, run.title)


def draw(options: Options, format: str = "png") -> bytes:
    """Return a PNG: a bar for each column, the most important first, with its deviation over the permutations."""
    shown = list(options.columns[:_MOST])
    more = f", {len(shown)} of {len(options.columns)} columns" if len(shown) < len(options.columns) else ""
    figure = canvas.sheet(6.4, 1.5 + 0.28 * len(shown), options.title + more)
    panel = figure.subplots()
    means, deviations = [each.mean for each in shown], [each.sd for each in shown]
    panel.barh(range(len(shown)), means, xerr=deviations, color=canvas.BLUE, height=0.7, ecolor=canvas.INK, capsize=2)
    panel.axvline(0, color=canvas.GREY, linewidth=1)
    canvas.plain(panel)
    canvas.name(panel, "importance of the columns")
    panel.set_yticks(range(len(shown)), [canvas.short(each.name, 30) for each in shown], parse_math=False)
    panel.tick_params(axis="y", length=0)
    panel.invert_yaxis()
    panel.set_xlabel(options.worse, color=canvas.INK)
    canvas.explain(figure, "Each column is permuted between the rows, five times; the line is the deviation of these.")
    return canvas.image(figure, format)
