"""The plot of one step: for each layer its outputs, their derivatives, and the gradient of its kernel."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nntrain import canvas

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_PANELS = 12
MOST_BARS = 64
MOST_NUMBERED = (10, 4)  # rows and columns of a kernel with numbers on its entries, so that they do not overlap
WIDE = 2.6  # the width of a panel by its height


@dataclass(frozen=True)
class Panel:
    """A step: outputs and derivatives of any shape, and the gradient of a kernel or None."""

    name: str
    symbol: str
    output: np.ndarray
    adjoint: np.ndarray
    kernel: np.ndarray | None


def draw(title: str, panels: Sequence[Panel], format: str) -> bytes:
    """Return a PNG or SVG, a row of plots for each step; of many steps the last ones."""
    shown = panels[-MOST_PANELS:]
    more = f", the last {len(shown)} of {len(panels)} steps" if len(shown) < len(panels) else ""
    figure = canvas.sheet(10, 1.7 * len(shown) + 0.8, title + more)
    grid = figure.subplots(len(shown), 3, squeeze=False, width_ratios=(2, 2, 1.6))
    for axes, panel in zip(grid, shown, strict=True):
        _values(axes[0], panel.output, f"{panel.name}: {panel.symbol}", canvas.BLUE)
        _values(axes[1], panel.adjoint, f"g = dL/d{panel.symbol}", canvas.GREY)
        _kernel(axes[2], panel)
    return canvas.image(figure, format)


def _values(axes: "Axes", values: np.ndarray, title: str, color: str) -> None:
    """Draw the outputs of a layer, or their derivatives: of an image its first channel, else bars."""
    if values.ndim != 3 or min(values.shape[:2]) == 1:
        _bars(axes, values, title, color)
        return
    largest = _matrix(axes, values[..., 0])
    _title(axes, title)
    height, width, channels = values.shape
    axes.set_xlim(-0.5, max(width, WIDE * height) - 0.5)  # an aspect of 1 would make all columns of plots narrow
    notes = [f"channel 0 of {channels}"] if channels > 1 else []
    text = "\n".join([f"{height} x {width}", *notes, f"up to {largest:.3g}"])
    axes.text(1.05 * width, height / 2, text, va="center", fontsize=8, color=canvas.INK)


def _matrix(axes: "Axes", values: np.ndarray) -> float:
    """Draw a matrix, blue above 0 and red below; return its largest size."""
    largest = float(np.abs(values).max())
    limit = largest or 1.0
    axes.set_axis_off()
    axes.imshow(values, cmap="RdBu", vmin=-limit, vmax=limit, aspect="auto", interpolation="nearest")
    return largest


def _title(axes: "Axes", title: str) -> None:
    axes.set_title(canvas.short(title, 44), fontsize=9, loc="left", parse_math=False)


def _bars(axes: "Axes", values: np.ndarray, title: str, color: str) -> None:
    from matplotlib.ticker import MaxNLocator

    flat = values.ravel()[:MOST_BARS]
    canvas.plain(axes)
    axes.bar(range(len(flat)), flat, color=color)
    axes.axhline(0, color=canvas.GREY, linewidth=0.6)
    more = f", {len(flat)} of {values.size}" if values.size > MOST_BARS else ""
    _title(axes, title + more)
    axes.xaxis.set_major_locator(MaxNLocator(4, integer=True, min_n_ticks=1))  # a single bar has one
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.margins(y=0.2)
    if not flat.any():
        axes.set_ylim(-1, 1)
    if len(flat) <= 6:
        for at, value in enumerate(flat):
            axes.annotate(f"{value:.4g}", (at, value), ha="center", va="bottom" if value >= 0 else "top", fontsize=8)


def _kernel(axes: "Axes", panel: Panel) -> None:
    """Draw the gradient of a kernel, (inputs, units): a column for each unit, like the kernel itself."""
    if panel.kernel is None:
        axes.set_axis_off()
        return
    matrix = panel.kernel.reshape(-1, panel.kernel.shape[-1])
    largest = _matrix(axes, matrix)
    _title(axes, f"gradient of the kernel, up to {largest:.2g}")
    if all(length <= most for length, most in zip(matrix.shape, MOST_NUMBERED, strict=True)):
        for (row, column), value in np.ndenumerate(matrix):
            ink = "white" if abs(value) > 0.6 * largest else canvas.INK
            axes.text(column, row, f"{value:.3g}", ha="center", va="center", fontsize=8, color=ink)
