"""The score over the values of each parameter alone."""

from collections.abc import Sequence
from math import ceil
from typing import TYPE_CHECKING, Any

from nntrain import canvas
from nntrain.search import plot_style
from nntrain.search.parameter_axis import BESIDE, Axis, axis
from nntrain.search.trial_table import Trial

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Normalize
    from matplotlib.figure import Figure

_ACROSS = 3  # panels in a row
_WIDTH, _HEIGHT = 3.0, 2.6  # of a panel, in inches
_LETTERS = 34  # that fit under a panel
_TURNED = 16  # letters of a rotated label
_MOST = 8  # labels of a choice


class Options(plot_style.SearchPlot):
    """The score over the values of each parameter alone."""


def draw(options: Options, format: str = "png") -> bytes:
    """Return a PNG: a panel for each parameter with a mark for each trial, later ones darker.

    A trial in which the parameter is not active is to the left of the axis, one without a finite score is a cross
    below, a running one is left out. Raises NothingToDraw when no trial is over.
    """
    over, parameters = options.over, options.space.parameters
    across = min(_ACROSS, len(parameters))
    down = ceil(len(parameters) / across)
    figure = canvas.sheet(_WIDTH * max(across, 2) + 1.4, _HEIGHT * down + 1.0, options.title)
    panels = figure.subplots(down, across, sharey=True, squeeze=False)
    below = plot_style.score_axis(panels[0, 0], over)
    order = _order(over)
    for panel, parameter in zip(panels.flat, parameters, strict=False):
        _draw_panel(panel, axis(parameter, [trial.values for trial in over]), over, below, order)
    for panel in panels.flat[len(parameters) :]:
        panel.set_visible(False)
    for panel in panels[:, 0]:
        panel.set_ylabel(options.metric_name(), fontsize=9, parse_math=False)
    _finish(figure, panels, over, order)
    return canvas.image(figure, format)


def _order(over: Sequence[Trial]) -> "Normalize":
    from matplotlib.colors import Normalize

    return Normalize(over[0].number - 0.5, max(over[-1].number, over[0].number + 1) + 0.5)


def _colors() -> Any:
    return plot_style.darker("Blues", 0.25, 8)


def _draw_panel(panel: "Axes", each: Axis, over: Sequence[Trial], below: float, order: "Normalize") -> None:
    colors = _colors()
    for trial in over:
        mark = plot_style.look(plot_style.kind(trial), colors(order(trial.number)), len(over))
        panel.plot([each.place(trial.values)], [plot_style.score(trial, below)], **mark, zorder=3)
    own = over[0]
    panel.plot([each.place(own.values)], [plot_style.score(own, below)], **plot_style.RING, zorder=4)
    _dress(panel, each)


def _dress(panel: "Axes", each: Axis) -> None:
    canvas.plain(panel)
    panel.grid(color=canvas.FAINT, linewidth=0.6)
    panel.set_axisbelow(True)
    panel.set_xlim(BESIDE - 0.1 if each.beside else -0.08, 1.08)
    if each.beside:
        panel.axvline(BESIDE / 2, color=canvas.GREY, linewidth=0.8, linestyle=(0, (1, 2)))
    places, labels, turned = labelled(each)
    rotated: dict[str, Any] = {"rotation": 35, "ha": "right", "rotation_mode": "anchor"} if turned else {}
    panel.set_xticks(places, labels, fontsize=8, parse_math=False, **rotated)
    panel.tick_params(labelsize=8)
    panel.set_xlabel(plot_style.wrapped(each.path, _LETTERS), fontsize=9, color=canvas.INK, parse_math=False)


def labelled(each: Axis) -> tuple[list[float], list[str], bool]:
    """Return the places and labels of the ticks, of many only some, and whether the labels must be rotated."""
    ticks = each.ticks
    beside, others = (ticks[:1], ticks[1:]) if each.beside else ([], ticks)
    ticks = beside + others[:: ceil(len(others) / _MOST)]
    places = [place for place, _ in ticks]
    labels = [canvas.short(text, _TURNED) for _, text in ticks]
    level = [text.replace(" ", "\n") for text in labels]
    return (places, level, False) if _room(places, level) else (places, labels, True)


def _room(places: Sequence[float], labels: Sequence[str]) -> bool:
    """Return whether horizontal labels fit without touching."""
    letters = [max(map(len, text.split("\n"))) for text in labels]
    inches = (_WIDTH - 0.3) / (1.4 if places[0] == BESIDE else 1.16)  # of one unit of the axis
    return all(
        (right - left) * inches > 0.068 * ((one + other) / 2 + 0.8)
        for left, right, one, other in zip(places, places[1:], letters, letters[1:], strict=False)
    )


def _finish(figure: "Figure", panels: Any, over: Sequence[Trial], order: "Normalize") -> None:
    """Draw the scale of the colours on the right, and the legend."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.ticker import MaxNLocator

    if len(over) > 1:
        scale = ScalarMappable(order, _colors())
        bar = figure.colorbar(scale, ax=panels, aspect=40, pad=0.02, ticks=MaxNLocator(6, integer=True))
        canvas.dress_bar(bar, "trial")
    canvas.name(panels[0, 0], "Each mark is a trial; later ones are darker.")
    plot_style.legend(figure, plot_style.mark_handles(over, _colors()(0.7)))
