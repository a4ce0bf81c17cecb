"""The plot of activations and gradients by layer, in the manner of Glorot and Bengio 2010, figures 6 and 7."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from nntrain import canvas
from nntrain.explain.flow import Moment

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_LAYERS = 12  # of those with a histogram
BINS = 60
LEGEND = 0.3  # the room above the lines, as a share of their orders of magnitude
OUTER = 0.005  # the share of the values at either end that a histogram leaves out


def draw(title: str, moments: Sequence[Moment], format: str) -> bytes:
    """Return a PNG or SVG: a row for each moment, with both histograms and the deviations by layer."""
    figure = canvas.sheet(12, 3.6 * len(moments) + 0.6, title)
    grid = figure.subplots(len(moments), 3, squeeze=False)
    for axes, moment in zip(grid, moments, strict=True):
        shown = [moment.layers[at] for at in _spread(len(moment.layers))]
        names = [flow.name for flow in shown]
        _ridges(axes[0], names, [_finite(flow.activations) for flow in shown])
        _ridges(axes[1], names, [_exponents(_finite(flow.adjoints)) for flow in shown])
        title = f"{canvas.short(moment.title, 60)}:\n{'activations h' if moment.is_finite else 'diverged'}"
        axes[0].set_title(title, fontsize=10, loc="left", parse_math=False)
        axes[1].set_title("back-propagated gradients: log10 |dL/da|", fontsize=10, loc="left")
        _deviations(axes[2], moment)
    return canvas.image(figure, format)


def _spread(count: int) -> list[int]:
    """Return the places of the layers to show: all, or the first, the last and some between them."""
    return sorted({int(each) for each in np.linspace(0, count - 1, min(count, MOST_LAYERS)).round()})


def _finite(values: np.ndarray) -> np.ndarray:
    return values[np.isfinite(values)]


def _exponents(values: np.ndarray) -> np.ndarray:
    """Return the decimal logarithms of the sizes, without those of zeros: the orders of magnitude."""
    return np.log10(np.abs(values[values != 0]))


def _ridges(axes: "Axes", names: Sequence[str], layers: Sequence[np.ndarray]) -> None:
    """Draw a histogram for each layer, each as high as its row, the first layer at the bottom."""
    canvas.plain(axes)
    ends = [np.quantile(values, (OUTER, 1 - OUTER)) for values in layers if values.size]
    low, high = (min(end[0] for end in ends), max(end[1] for end in ends)) if ends else (0.0, 1.0)
    room = 0.05 * (high - low) or 0.5
    edges = np.linspace(low - room, high + room, BINS + 1)
    for row, values in enumerate(layers):
        counts, _ = np.histogram(values, edges)
        heights = row + 0.85 * counts / max(counts.max(), 1)
        axes.stairs(heights, edges, baseline=row, fill=True, color=_color(row, len(layers)), alpha=0.75)
    axes.set_yticks(range(len(names)), [canvas.short(name, 18) for name in names], fontsize=8)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)


def _deviations(axes: "Axes", moment: Moment) -> None:
    """Draw the standard deviations of h and dL/da by layer, on a logarithmic axis."""
    canvas.numbered(axes, 1, len(moment.layers), 0.05)
    layers = range(1, len(moment.layers) + 1)
    lines = {
        "deviation of h": ([flow.deviation for flow in moment.layers], canvas.BLUE),
        "dL/da (root mean square)": ([flow.back for flow in moment.layers], canvas.INK),
        "gradient of the kernel (norm)": ([flow.gradient for flow in moment.layers], canvas.GREY),
    }
    for name, (values, color) in lines.items():
        shown = [value if np.isfinite(value) and value > 0 else np.nan for value in values]
        axes.plot(layers, shown, marker="o", markersize=4, color=color, label=name)
    axes.set_yscale("log")
    axes.set_title("size by layer", fontsize=10, loc="left")
    axes.set_xlabel("layer with a kernel", fontsize=9, color=canvas.INK)
    low, high = axes.get_ylim()
    axes.set_ylim(low, high * (high / low) ** LEGEND)
    axes.legend(frameon=False, fontsize=8, loc="upper right")


def _color(index: int, count: int) -> tuple[float, float, float]:
    """Return a colour from blue, for the first layer, to red, for the last."""
    share = index / max(count - 1, 1)
    return 0.1 + 0.75 * share, 0.35 - 0.1 * share, 0.8 - 0.65 * share
