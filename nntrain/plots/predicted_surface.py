"""What a model of one or two numbers predicts everywhere, under the rows that it is scored on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nntrain import canvas

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_COLORS = ("#d1731c", "#2f77b4", "#3a9a5b", "#8a5ab0", "#b8434b", "#5f6b76", "#a08c00", "#1f9aa8", "#c4529c", "#7a5230")
_DOTS: dict[str, Any] = {"s": 16, "linewidths": 0.5, "edgecolors": canvas.INK}
_MOST_DOTS = 2000


@dataclass(frozen=True)
class Options:
    """What a model of one or two numbers predicts everywhere, under the rows that it is scored on.

    axes: the places along each input. predicted: (places of the last input, places of the first, outputs) with two
    inputs, (places, outputs) with one; of classes their probabilities, or scores from 0 to 1. x: (n, inputs) the rows.
    y: (n,) class indices, or (n, outputs). right: how many rows are classified rightly.
    """

    axes: Sequence["np.ndarray"]
    predicted: "np.ndarray"
    x: "np.ndarray"
    y: "np.ndarray"
    names: Sequence[str]
    classes: Sequence[str] = ()
    right: int = 0
    title: str = ""


def draw(options: Options) -> bytes:
    """Return a PNG: a curve over one input, a map over two, with the line where the predicted class changes."""
    figure = canvas.sheet(6.4, 5.6 if len(options.axes) == 2 else 4.6, options.title)
    panel = figure.subplots()
    canvas.plain(panel)
    if len(options.axes) == 1:
        _curve(panel, options)
    elif options.classes:
        _classes(panel, options)
    else:
        _values(figure, panel, options)
    panel.set_xlabel(options.names[0], color=canvas.INK, parse_math=False)
    return canvas.png(figure)


def _curve(panel: "Axes", options: Options) -> None:
    """Draw a line for each output; of two classes one, the probability of the second."""
    outputs = options.predicted[:, 1:] if len(options.classes) == 2 else options.predicted
    first = len(options.classes) == 2
    for at in range(outputs.shape[1]):
        color, name = _COLORS[(at + first) % len(_COLORS)], _name(options, at + first)
        panel.plot(options.axes[0], outputs[:, at], color=color, linewidth=1.8, zorder=4, label=name)
        targets = (options.y == at + first) if options.classes else options.y[:, at]
        shown = slice(_MOST_DOTS)
        panel.scatter(options.x[shown, 0], targets[shown], color=canvas.FAINT, **_DOTS)
    panel.set_ylabel("predicted", color=canvas.INK)
    panel.legend(frameon=False, fontsize=9, labelcolor=canvas.INK)


def _name(options: Options, at: int) -> str:
    return f"P({canvas.short(options.classes[at], 24)})" if options.classes else "prediction, and the rows"


def _classes(panel: "Axes", options: Options) -> None:
    """Color each place by its most probable class, the paler the less sure, with the borders between classes."""
    import numpy as np
    from matplotlib.colors import to_rgb

    winner, count = options.predicted.argmax(axis=-1), options.predicted.shape[-1]
    colors = np.array([to_rgb(_COLORS[at % len(_COLORS)]) for at in range(count)])
    sure = (options.predicted.max(axis=-1) - 1 / count) / (1 - 1 / count)
    strength = (0.12 + 0.5 * sure.clip(0, 1))[..., None]
    across, down = options.axes
    extent = (across[0], across[-1], down[0], down[-1])
    image = (1 - strength) + strength * colors[winner]
    panel.imshow(image, extent=extent, origin="lower", aspect="auto", interpolation="bilinear", zorder=0)
    for at in range(count if count > 2 else 1):
        if (winner == at).any() and (winner != at).any():
            others = np.delete(options.predicted, at, axis=-1).max(axis=-1)
            margin = options.predicted[..., at] - others
            panel.contour(across, down, margin, levels=[0], colors=canvas.INK, linewidths=1.2)
    for at in range(count):
        chosen = np.flatnonzero(options.y == at)[:_MOST_DOTS]
        label = canvas.short(options.classes[at], 24)
        panel.scatter(*options.x[chosen].T, color=_COLORS[at % len(_COLORS)], label=label, zorder=3, **_DOTS)
    panel.set_title(canvas.accuracy(options.right, len(options.y)), loc="left", fontsize=10, color=canvas.INK)
    panel.set_ylabel(options.names[1], color=canvas.INK, parse_math=False)
    place = {"loc": "upper left", "bbox_to_anchor": (1.01, 1), "borderaxespad": 0.0}
    panel.legend(**place, frameon=False, fontsize=9, labelcolor=canvas.INK)


def _values(figure: "Figure", panel: "Axes", options: Options) -> None:
    """Color each place by the first output, and each row by its target in the same colors."""
    from matplotlib.colors import Normalize

    across, down = options.axes
    values, targets = options.predicted[..., 0], options.y[:, 0]
    scale = Normalize(min(values.min(), targets.min()), max(values.max(), targets.max()))
    colored: dict[str, Any] = {"cmap": "viridis", "norm": scale}
    extent = (across[0], across[-1], down[0], down[-1])
    image = panel.imshow(values, extent=extent, origin="lower", aspect="auto", interpolation="bilinear", **colored)
    shown = slice(_MOST_DOTS)
    panel.scatter(options.x[shown, 0], options.x[shown, 1], c=targets[shown], zorder=3, **colored, **_DOTS)
    panel.set_ylabel(options.names[1], color=canvas.INK, parse_math=False)
    canvas.dress_bar(figure.colorbar(image, ax=panel, aspect=30, pad=0.03), "predicted, and the targets of the rows")
