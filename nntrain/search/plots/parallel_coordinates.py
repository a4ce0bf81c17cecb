"""All parameters of each trial together, and the score that they led to."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from nntrain import canvas
from nntrain.config.search.space import Direction, Parameter
from nntrain.search import plot_style
from nntrain.search.parameter_axis import BESIDE, Axis, axis
from nntrain.search.trial_table import Trial

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_APART = 1.45  # inches from axis to axis
_LETTERS = 17  # of a line under an axis
_LABEL = 14  # letters of a label beside an axis
_MOST = 12  # labels of a choice
_STRIP = 0.05  # the width of the scale of colours, in distances from axis to axis
_SCORE, _NO_SCORE = "score", "no score"


class Options(plot_style.SearchPlot):
    """All parameters of each trial together, and the score that they led to."""


def draw(options: Options, format: str = "png") -> bytes:
    """Return a PNG: a line for each trial over an axis for each parameter, with the score on the last axis.

    The colour shows the score: better ones are darker and drawn later, the best one is thick. A pruned trial is dotted,
    one without a finite score ends below the scores, a running one is left out. Raises NothingToDraw when no trial is
    over.
    """
    over, direction = options.over, options.direction
    axes = [axis(parameter, [trial.values for trial in over]) for parameter in options.space.parameters]
    scale = _scale(over)
    figure = canvas.sheet(max(_APART * len(axes) + 2.2, 6.5), 4.8, options.title)
    panel = figure.subplots()
    best = options.best
    for trial in sorted(over, key=lambda trial: _rank(trial, scale, direction)):
        look = _line(trial, _rank(trial, scale, direction), trial is best, len(over))
        places = [*(each.place(trial.values) for each in axes), scale.place(_scored(trial))]
        panel.plot(range(len(places)), places, **look)
    for place, each in enumerate([*axes, scale]):
        _draw_axis(panel, place, each)
    if not scale.levels:
        _draw_colors(panel, len(axes), direction)
    _name(panel, axes, options.metric_name(_LETTERS))
    canvas.name(panel, "Each line is a trial, from its values to its score at the right.")
    plot_style.legend(figure, _handles(over, best))
    return canvas.image(figure, format)


def _scale(over: Sequence[Trial]) -> Axis:
    """Return the axis of the score; without a score, one with an unnamed level."""
    scores = [plot_style.score(trial) for trial in over if trial.scored]
    if not scores:
        return Axis(_SCORE, ("",), ("",), beside=_NO_SCORE)
    parameter = Parameter(_SCORE, "float", low=min(scores), high=max(scores), log=plot_style.wide(scores))
    return axis(parameter, [_scored(trial) for trial in over], missing=_NO_SCORE)


def _scored(trial: Trial) -> dict[str, float]:
    return {_SCORE: plot_style.score(trial)} if trial.scored else {}


def _rank(trial: Trial, scale: Axis, direction: Direction) -> float:
    """Return the rank of a trial: from 0, the worst, to 1; negative without a score."""
    place = scale.place(_scored(trial))
    return 1 - place if direction == "min" and place >= 0 else place


def _line(trial: Trial, rank: float, best: bool, trials: int = 1) -> dict[str, Any]:
    """Return the style of a line: the best is thick and dark, the others are faint where they are many."""
    alpha = 0.85 if trials <= plot_style.MANY else 0.45
    if best:
        return {"color": _colors()(1.0), "linewidth": 3}
    if rank < 0:
        return {"color": plot_style.FAILED, "linewidth": 1, "linestyle": (0, (4, 2))}
    style = (0, (1, 1.5)) if trial.status == "pruned" else "-"
    return {"color": _colors()(rank), "linewidth": 1.2, "linestyle": style, "alpha": alpha}


def _colors() -> Any:
    """Return colours from light green to dark violet, monotonic in lightness, which suits any colour vision."""
    return plot_style.darker("viridis_r", 0.1, 16)


def _draw_axis(panel: "Axes", place: int, each: Axis) -> None:
    panel.plot([place, place], [0, 1], color=canvas.INK, linewidth=1, zorder=4)
    box = {"facecolor": "white", "edgecolor": "none", "boxstyle": "square,pad=0.15"}  # hides the lines below a label
    ticks = each.ticks
    stride = -(-len(ticks) // _MOST)
    for height, text in ticks[::stride]:
        panel.plot([place], [height], marker="_", markersize=6, color=canvas.INK, zorder=4)
        shown = canvas.short(text, _LABEL)
        look: dict[str, Any] = {"fontsize": 8, "color": canvas.INK, "bbox": box, "parse_math": False}
        panel.text(place + 0.04 + (each.path == _SCORE) * _STRIP, height, shown, va="center", zorder=5, **look)


def _name(panel: "Axes", axes: Sequence[Axis], metric: str) -> None:
    names = [plot_style.wrapped(each.path, _LETTERS, lines=6) for each in axes]
    panel.set_xticks(range(len(axes) + 1), [*names, metric], fontsize=9, parse_math=False)
    panel.set_yticks([])
    panel.tick_params(length=0, labelcolor=canvas.INK, pad=6)
    panel.spines[:].set_visible(False)
    panel.set_xlim(-0.3, len(axes) + 0.65)
    panel.set_ylim(BESIDE - 0.06, 1.05)


def _draw_colors(panel: "Axes", last: int, direction: Direction) -> None:
    """Draw the colours as a strip along the axis of the score."""
    column = [[share / 255] for share in range(256)]
    shown = column if direction == "max" else column[::-1]
    extent = (last, last + _STRIP, 0, 1)
    panel.imshow(shown, cmap=_colors(), vmin=0, vmax=1, aspect="auto", origin="lower", extent=extent, zorder=3)


def _handles(over: Sequence[Trial], best: Trial | None) -> list[Any]:
    from matplotlib.lines import Line2D

    handles = []
    if best is not None:
        name = f"best: trial {best.number}, {plot_style.score(best):.4g}"
        handles.append(Line2D([], [], **_line(best, 1.0, best=True), label=name))
    pruned = [trial for trial in over if trial.status == "pruned" and trial.scored]
    if pruned:
        handles.append(Line2D([], [], **{**_line(pruned[0], 0.6, best=False), "linewidth": 1.6}, label="pruned"))
    if any(not trial.scored for trial in over):
        handles.append(Line2D([], [], **_line(over[0], -1, best=False), label=_NO_SCORE))
    return handles
