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
MOST_NUMBERS = 40  # entries of a kernel with their numbers on them


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
        _bars(axes[0], panel.output, f"{panel.name}: {panel.symbol}", canvas.BLUE)
        _bars(axes[1], panel.adjoint, f"g = dL/d{panel.symbol}", canvas.GREY)
        _kernel(axes[2], panel)
    return canvas.image(figure, format)


def _bars(axes: "Axes", values: np.ndarray, title: str, color: str) -> None:
    from matplotlib.ticker import MaxNLocator

    flat = values.ravel()[:MOST_BARS]
    canvas.plain(axes)
    axes.bar(range(len(flat)), flat, color=color)
    axes.axhline(0, color=canvas.GREY, linewidth=0.6)
    more = f", {len(flat)} of {values.size}" if values.size > MOST_BARS else ""
    axes.set_title(canvas.short(title + more, 40), fontsize=9, loc="left", parse_math=False)
    axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.margins(y=0.2)
    if len(flat) <= 6:
        for at, value in enumerate(flat):
            axes.annotate(f"{value:.4g}", (at, value), ha="center", va="bottom" if value >= 0 else "top", fontsize=8)


def _kernel(axes: "Axes", panel: Panel) -> None:
    """Draw the gradient of a kernel, (inputs, units): a column for each unit, like the kernel itself."""
    axes.set_axis_off()
    if panel.kernel is None:
        return
    matrix = panel.kernel.reshape(-1, panel.kernel.shape[-1])
    largest = float(np.abs(matrix).max()) or 1.0
    axes.imshow(matrix, cmap="RdBu", vmin=-largest, vmax=largest, aspect="auto", interpolation="nearest")
    title = f"gradient of the kernel, up to {largest:.3g}"
    axes.set_title(title, fontsize=9, loc="left", parse_math=False)
    if matrix.size <= MOST_NUMBERS:
        for (row, column), value in np.ndenumerate(matrix):
            ink = "white" if abs(value) > 0.6 * largest else canvas.INK
            axes.text(column, row, f"{value:.3g}", ha="center", va="center", fontsize=8, color=ink)
