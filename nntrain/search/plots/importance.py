"""How much the score depends on each parameter."""

from typing import TYPE_CHECKING

from nntrain import canvas
from nntrain.search import plot_style
from nntrain.search.importance import METHOD, ParameterImportance, measure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BAR = "#2b7bba"
_WEAK, _GOOD = 0.3, 0.6  # R² below which the forest predicts little, and from which it is reliable: rules of thumb


class Options(plot_style.SearchPlot):
    """How much the score depends on each parameter."""


def draw(options: Options, format: str = "png") -> bytes:
    """Return a PNG as of `bars`; raises NothingToDraw where there are too few trials to measure the importance."""
    found = measure(options.trials, options.space, options.seed)
    return bars(found, options.metric, options.title, format)


def bars(importance: ParameterImportance, metric: str, title: str, format: str = "png") -> bytes:
    """Return a PNG: a bar for each parameter, the most important on top, with its spread as a whisker.

    Below are the method, the number of trials, and the R² of the forest on held-out trials, with its reliability.
    """
    names = [plot_style.wrapped(path, 34, lines=3) for path in importance.paths]
    row = 0.34 + 0.08 * max(name.count("\n") for name in names)
    figure = canvas.sheet(8, row * len(names) + 1.9, title)
    panel = figure.subplots()
    places = range(len(names))
    panel.barh(places, importance.drops, height=0.6, color=_BAR if importance.r2 >= _WEAK else "#a9c8e0")
    panel.errorbar(importance.drops, places, xerr=importance.spreads, fmt="none", ecolor=canvas.INK, elinewidth=1)
    _write_values(panel, importance)
    canvas.plain(panel)
    panel.set_yticks(places, names, parse_math=False)
    panel.invert_yaxis()
    panel.axvline(0, color=canvas.GREY, linewidth=0.8)
    panel.set_xlabel(f"fall of the forest's R² when the values are shuffled\n{_explained(importance)}", fontsize=9)
    shown = f"importance for {canvas.short(metric, 50)}"
    panel.set_title(shown, loc="left", fontsize=10, color=canvas.INK, parse_math=False)
    return canvas.image(figure, format)


def _write_values(panel: "Axes", importance: ParameterImportance) -> None:
    """Write each number to the right of its bar and whisker."""
    ends = [max(drop + spread, 0.0) for drop, spread in zip(importance.drops, importance.spreads, strict=True)]
    width = (max(ends) - min(0.0, *importance.drops)) or 1.0
    for place, (end, drop) in enumerate(zip(ends, importance.drops, strict=True)):
        shown = f"{drop:.2f}".replace("-0.00", "0.00").replace("-", "−")
        panel.text(end + 0.01 * width, place, shown, va="center", fontsize=9, color=canvas.INK)
    panel.set_xlim(right=max(ends) + 0.08 * width)


def _explained(importance: ParameterImportance) -> str:
    (fewest, most), r2 = importance.epochs, importance.r2
    roughly = "it predicts the score roughly" if r2 >= _WEAK else "do not rely on this, it does not predict the score"
    trust = "it predicts the score well" if r2 >= _GOOD else roughly
    lines = [METHOD, f"{importance.trials} trials; R² of the forest {r2:.2f}: {trust}"]
    if fewest < most:
        lines.append(f"the trials were trained for {fewest} to {most} epochs, which is not taken into account")
    return "\n".join(lines)
