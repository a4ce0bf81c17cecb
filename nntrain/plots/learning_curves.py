"""How each figure of the log moved from epoch to epoch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nntrain import canvas

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_TRAINING, _VALIDATION = "#56a0d3", "#0b3c6f"  # one hue, told apart by lightness and dashes
_NOT_METRICS = ("epoch", "seconds", "learning_rate")
_DASHES = (0, (4, 1.5))
_BEST: dict[str, Any] = {"color": canvas.GREY, "linewidth": 1.2, "linestyle": ":"}
_FEW = 15  # epochs up to which each is marked by a dot
_MANY = 200  # epochs above which lines are thin


def draw(rows: Sequence[Mapping[str, float]], best_epoch: int, title: str) -> bytes:
    """A PNG: a panel for the loss and for each further metric, and one for the learning rate where it changes.

    `rows` are those of metrics.csv, one an epoch; a column may be absent from some of them and its value may be
    non-finite, which leaves a gap. A `best_epoch` that is none of the epochs is not marked. Raises ValueError when
    there are no rows.
    """
    if not rows:
        raise ValueError("learning curves need at least one epoch")
    log = _Log(rows)
    heights = [2.3] * len(log.metrics) + [1.0] * log.rate_changes
    figure = canvas.sheet(8, sum(heights) + 1.2, title)
    panels = figure.subplots(len(heights), sharex=True, squeeze=False, height_ratios=heights)[:, 0]
    for panel, metric in zip(panels, log.metrics, strict=False):
        _draw_metric(panel, log, metric)
    if log.rate_changes:
        _draw_rate(panels[-1], log)
    for panel in panels:
        _dress(panel, log, best_epoch)
    panels[-1].set_xlabel("epoch", color=canvas.INK)
    _legend(panels[0], log, best_epoch)
    return canvas.png(figure)


@dataclass(frozen=True)
class _Log:
    """The columns of the log."""

    rows: Sequence[Mapping[str, float]]

    @property
    def epochs(self) -> np.ndarray:
        return self.column("epoch")

    @property
    def metrics(self) -> list[str]:
        """The names without `val_`, the loss first, the others in the order of the log."""
        names = dict.fromkeys(name.removeprefix("val_") for row in self.rows for name in row)
        return sorted((name for name in names if name not in _NOT_METRICS), key=lambda name: name != "loss")

    @property
    def rate_changes(self) -> bool:
        rate = self.column("learning_rate")
        return len(np.unique(rate[np.isfinite(rate)])) > 1

    @property
    def validated(self) -> bool:
        return any(name.startswith("val_") for row in self.rows for name in row)

    def column(self, name: str) -> np.ndarray:
        """(epochs,) float64, NaN where there is no finite value."""
        values = np.array([row.get(name, np.nan) for row in self.rows], np.float64)
        return np.where(np.isfinite(values), values, np.nan)


def _draw_metric(panel: "Axes", log: _Log, metric: str) -> None:
    training, validation = log.column(metric), log.column(f"val_{metric}")
    panel.plot(log.epochs, training, **_line(_TRAINING, "-", len(log.rows)))
    panel.plot(log.epochs, validation, **_line(_VALIDATION, _DASHES, len(log.rows)))
    panel.set_title(metric.replace("_", " "), loc="left", fontsize=10, color=canvas.INK, parse_math=False)
    if metric == "loss":
        _scale(panel, np.concatenate([training, validation]))


def _draw_rate(panel: "Axes", log: _Log) -> None:
    rate = log.column("learning_rate")
    panel.step(log.epochs, rate, where="mid", color=canvas.GREY, linewidth=1.4)
    panel.set_title("learning rate", loc="left", fontsize=10, color=canvas.INK)
    _scale(panel, rate)


def _line(color: str, style: Any, epochs: int) -> dict[str, Any]:
    """How a curve looks: with dots where there are few epochs, thin where there are many."""
    marker = "o" if epochs <= _FEW else ""
    width = 1.6 if epochs <= _MANY else 1.0
    return {"color": color, "linestyle": style, "linewidth": width, "marker": marker, "markersize": 4}


def _scale(panel: "Axes", values: np.ndarray) -> None:
    """Makes the axis logarithmic where all values are positive and span more than two decades."""
    from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

    finite = values[np.isfinite(values)]
    if not len(finite) or finite.min() <= 0 or finite.max() <= 100 * finite.min():
        return
    panel.set_yscale("log")
    panel.yaxis.set_major_locator(LogLocator(numticks=6))
    panel.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    panel.yaxis.set_minor_formatter(NullFormatter())


def _dress(panel: "Axes", log: _Log, best_epoch: int) -> None:
    from matplotlib.ticker import MaxNLocator

    canvas.plain(panel)
    panel.grid(axis="y", color=canvas.FAINT, linewidth=0.6)
    panel.set_axisbelow(True)
    panel.xaxis.set_major_locator(MaxNLocator(nbins=10, steps=[1, 2, 5, 10], integer=True, min_n_ticks=1))
    first, last = log.epochs.min(), log.epochs.max()
    room = max(0.5, 0.015 * (last - first))
    panel.set_xlim(first - room, last + room)
    if best_epoch in log.epochs:
        panel.axvline(best_epoch, **_BEST, zorder=0)


def _legend(panel: "Axes", log: _Log, best_epoch: int) -> None:
    """One legend for all panels, above the first one on the right."""
    from matplotlib.lines import Line2D

    handles = [Line2D([], [], **_line(_TRAINING, "-", len(log.rows)), label="training")]
    if log.validated:
        handles.append(Line2D([], [], **_line(_VALIDATION, _DASHES, len(log.rows)), label="validation"))
    if best_epoch in log.epochs:
        handles.append(Line2D([], [], **_BEST, label=f"best epoch: {best_epoch}"))
    place = {"loc": "lower right", "bbox_to_anchor": (1, 1), "borderaxespad": 0.2}
    panel.legend(handles=handles, **place, ncols=3, frameon=False, fontsize=9, labelcolor=canvas.INK)
