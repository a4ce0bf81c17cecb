"""The learning curves of several runs on common axes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, nan
from typing import TYPE_CHECKING

from nntrain import canvas

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Okabe and Ito 2008: colors that the color-blind tell apart; the dashes tell them apart in print.
_COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#222222")
_STYLES = ("-", (0, (4, 1.5)), (0, (1, 1)), (0, (6, 1.5, 1, 1.5)))
_MOST_METRICS = 3
_LONGEST = 40  # letters of a name

Rows = Sequence[Mapping[str, float]]


@dataclass(frozen=True)
class Options:
    """The learning curves of several runs on common axes."""

    curves: Sequence[tuple[str, Sequence[Rows]]]  # the name of each, and the rows of metrics.csv of one run or several
    metrics: Sequence[str]  # in this order
    title: str = ""


def draw(options: Options) -> bytes:
    """Return a PNG: a panel for each metric, on the validation split where a run has one.

    Raises ValueError without a curve.
    """
    if not any(rows for _, every in options.curves for rows in every):
        raise ValueError("a comparison needs at least one epoch")
    metrics = options.metrics[:_MOST_METRICS]
    figure = canvas.sheet(9, 2.7 * len(metrics) + 0.8 + 0.2 * (len(options.curves) // 3), options.title)
    panels = figure.subplots(len(metrics), sharex=True, squeeze=False)[:, 0]
    for panel, metric in zip(panels, metrics, strict=True):
        for index, (name, every) in enumerate(options.curves):
            _draw_curve(panel, metric, index, canvas.short(name, _LONGEST), every)
        panel.set_title(canvas.short(f"validation {metric}".replace("_", " "), 60), loc="left", fontsize=10)
    longest = max(len(rows) for _, every in options.curves for rows in every)
    for panel in panels:
        canvas.numbered(panel, 1, longest, room=0.015)
    panels[-1].set_xlabel("epoch", color=canvas.INK)
    lines, names = panels[0].get_legend_handles_labels()
    figure.legend(lines, names, loc="outside lower left", ncols=3, frameon=False, fontsize=9)
    return canvas.png(figure)


def _draw_curve(panel: "Axes", metric: str, index: int, name: str, every: Sequence[Rows]) -> None:
    """Draw the mean over the runs, and the range of their values as a band."""
    color, style = _COLORS[index % len(_COLORS)], _STYLES[index % len(_STYLES)]
    found = [_values(rows, metric) for rows in every if rows]
    length = max(map(len, found), default=0)
    epochs = list(range(1, length + 1))
    at = [
        [values[epoch] for values in found if epoch < len(values) and isfinite(values[epoch])]
        for epoch in range(length)
    ]
    means = [sum(values) / len(values) if values else nan for values in at]
    marker = "o" if length <= 15 else ""
    panel.plot(epochs, means, color=color, linestyle=style, linewidth=1.6, marker=marker, markersize=4, label=name)
    if len(found) > 1:
        low, high = [min(values, default=nan) for values in at], [max(values, default=nan) for values in at]
        panel.fill_between(epochs, low, high, color=color, alpha=0.15, linewidth=0)


def _values(rows: Rows, metric: str) -> list[float]:
    column = f"val_{metric}" if any(f"val_{metric}" in row for row in rows) else metric
    return [float(row.get(column, nan)) for row in rows]
