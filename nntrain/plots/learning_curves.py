"""How each metric moved from epoch to epoch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, nan
from typing import TYPE_CHECKING, Any

from nntrain import canvas

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_TRAINING, _VALIDATION = "#56a0d3", "#0b3c6f"  # one hue, two lightnesses, dashes
_NOT_METRICS = ("epoch", "seconds", "learning_rate")
_DASHES = (0, (4, 1.5))
_BEST: dict[str, Any] = {"color": canvas.GREY, "linewidth": 1.2, "linestyle": ":"}
_FEW = 15  # epochs up to which each is marked by a dot
_MANY = 200  # epochs above which lines are thin


@dataclass(frozen=True)
class Options:
    """How each metric moved from epoch to epoch."""

    rows: Sequence[Mapping[str, float]]  # of metrics.csv, one an epoch; a missing or non-finite value leaves a gap
    best_epoch: int = 0  # is not marked where it is none of the epochs
    title: str = ""

    @property
    def epochs(self) -> list[float]:
        """The number of each epoch."""
        return self.column("epoch")

    @property
    def metrics(self) -> list[str]:
        """The names without `val_`, the loss first, the others in the order of the columns."""
        names = dict.fromkeys(name.removeprefix("val_") for row in self.rows for name in row)
        return sorted((name for name in names if name not in _NOT_METRICS), key=lambda name: name != "loss")

    @property
    def rate_changes(self) -> bool:
        """Whether the learning rate differs between epochs."""
        return len({rate for rate in self.column("learning_rate") if isfinite(rate)}) > 1

    def column(self, name: str) -> list[float]:
        """Return the value of each epoch, NaN where it is missing or not finite."""
        values = [float(row.get(name, nan)) for row in self.rows]
        return [value if isfinite(value) else nan for value in values]


def draw(options: Options) -> bytes:
    """Return a PNG: a panel for each metric, and for a learning rate that changes; raises ValueError without rows."""
    if not options.rows:
        raise ValueError("learning curves need at least one epoch")
    heights = [2.3] * len(options.metrics) + [1.0] * options.rate_changes
    figure = canvas.sheet(8, sum(heights) + 1.2, options.title)
    panels = figure.subplots(len(heights), sharex=True, squeeze=False, height_ratios=heights)[:, 0]
    for panel, metric in zip(panels, options.metrics, strict=False):
        _draw_metric(panel, options, metric)
    if options.rate_changes:
        _draw_rate(panels[-1], options)
    for panel in panels:
        canvas.numbered(panel, min(options.epochs), max(options.epochs), room=0.015)
        if options.best_epoch in options.epochs:
            panel.axvline(options.best_epoch, **_BEST, zorder=0, label=f"best epoch: {options.best_epoch}")
    panels[-1].set_xlabel("epoch", color=canvas.INK)
    # One legend for all panels, above the first one on the right.
    place = {"loc": "lower right", "bbox_to_anchor": (1, 1), "borderaxespad": 0.2}
    panels[0].legend(**place, ncols=3, frameon=False, fontsize=9, labelcolor=canvas.INK)
    return canvas.png(figure)


def _draw_metric(panel: "Axes", options: Options, metric: str) -> None:
    training, validation = options.column(metric), options.column(f"val_{metric}")
    panel.plot(options.epochs, training, **_line(_TRAINING, "-", len(options.rows)), label="training")
    if any(f"val_{metric}" in row for row in options.rows):
        panel.plot(options.epochs, validation, **_line(_VALIDATION, _DASHES, len(options.rows)), label="validation")
    panel.set_title(
        canvas.short(metric.replace("_", " "), 60), loc="left", fontsize=10, color=canvas.INK, parse_math=False
    )
    if metric == "loss":
        _scale(panel, [*training, *validation])


def _draw_rate(panel: "Axes", options: Options) -> None:
    rate = options.column("learning_rate")
    panel.step(options.epochs, rate, where="mid", color=canvas.GREY, linewidth=1.4)
    panel.set_title("learning rate", loc="left", fontsize=10, color=canvas.INK)
    _scale(panel, rate)


def _line(color: str, style: Any, epochs: int) -> dict[str, Any]:
    """Return the style of a curve: with dots where there are few epochs, thin where there are many."""
    marker = "o" if epochs <= _FEW else ""
    width = 1.6 if epochs <= _MANY else 1.0
    return {"color": color, "linestyle": style, "linewidth": width, "marker": marker, "markersize": 4}


def _scale(panel: "Axes", values: list[float]) -> None:
    """Make the axis logarithmic where all values are positive and span more than two decades."""
    finite = [value for value in values if isfinite(value)]
    if finite and min(finite) > 0 and max(finite) > 100 * min(finite):
        canvas.logarithmic(panel)
