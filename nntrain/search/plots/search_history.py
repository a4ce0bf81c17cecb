"""How the score went from trial to trial."""

from itertools import accumulate
from typing import TYPE_CHECKING, Any

from nntrain import canvas
from nntrain.search import plot_style
from nntrain.search.trial_table import Trial

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

_BEST: dict[str, Any] = {"color": "#0b3c6f", "linewidth": 1.4}


class Options(plot_style.SearchPlot):
    """How the score went from trial to trial, with the best so far."""


def draw(options: Options, format: str = "png") -> bytes:
    """Return a PNG: the score over the number of the trial, with the best so far of those done as steps.

    A repeated trial has a whisker of its spread to either side, one without a finite score is a cross below, a running
    one is left out. The score's axis is logarithmic where the scores are positive and span more than two decades.
    Raises NothingToDraw when no trial is over.
    """
    over = options.over
    figure = canvas.sheet(8, 4.2, options.title)
    panel = figure.subplots()
    below = plot_style.score_axis(panel, over)
    for trial in over:
        _draw_trial(panel, trial, below, len(over))
    own = over[0]
    panel.plot([own.number], [plot_style.score(own, below)], **plot_style.RING, zorder=5)
    best = _draw_best(panel, options)
    canvas.numbered(panel, over[0].number, over[-1].number, room=0.02)
    panel.set_xlabel("trial", color=canvas.INK)
    panel.set_ylabel(options.metric_name(), color=canvas.INK, parse_math=False)
    canvas.name(panel, "Each mark is a trial, the line the best so far.")
    plot_style.legend(figure, [*plot_style.mark_handles(over, plot_style.DONE), *best])
    return canvas.image(figure, format)


def _draw_trial(panel: "Axes", trial: Trial, below: float, trials: int) -> None:
    mark = plot_style.look(plot_style.kind(trial), plot_style.DONE, trials)
    height = plot_style.score(trial, below)
    if trial.scored and trial.spread:
        panel.errorbar([trial.number], [height], yerr=[trial.spread], color=plot_style.DONE, elinewidth=1, capsize=2)
    panel.plot([trial.number], [height], **mark, zorder=4 if trial.status == "done" else 3)


def _draw_best(panel: "Axes", options: Options) -> "list[Line2D]":
    """Draw the steps of the best so far; return them for the legend."""
    best = options.best
    if best is None:
        panel.text(0.5, 0.5, "no trial is done", transform=panel.transAxes, ha="center", color=canvas.GREY)
        return []
    done = options.done
    reached = list(accumulate(map(plot_style.score, done), min if options.direction == "min" else max))
    numbers = [trial.number for trial in done]
    name = f"best so far, at last {plot_style.score(best):.4g} in trial {best.number}"
    steps = [*numbers, options.over[-1].number], [*reached, reached[-1]]
    return panel.step(*steps, where="post", **_BEST, zorder=2, label=name)
