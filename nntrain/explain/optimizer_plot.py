"""The plot of an optimizer on one weight: the weight by step, as Keras and as the lectures compute it."""

from collections.abc import Sequence

from nntrain import canvas
from nntrain.explain.formulas import Move


def draw(title: str, start: float, moves: Sequence[Move], format: str) -> bytes:
    """Return a PNG or SVG: the weight after each step, and below it Keras's slots."""
    slots = list(moves[0].slots)
    figure = canvas.sheet(7.5, 5.6 if slots else 3.8, title)
    grid = figure.subplots(2 if slots else 1, 1, squeeze=False, sharex=True)[:, 0]
    steps = range(len(moves) + 1)
    weights = {"Keras": [start, *(move.keras for move in moves)]}
    if moves[0].lecture is not None:
        weights["formula"] = [start, *(move.lecture or 0.0 for move in moves)]
    if moves[0].ahead is not None:
        weights["formula, θ - β m"] = [start, *(move.ahead or 0.0 for move in moves)]
    for axes in grid:
        canvas.numbered(axes, 0, len(moves), 0.03)
    styles = {"Keras": (canvas.BLUE, "-", 2.4), "formula": (canvas.INK, "--", 1.2)}
    styles["formula, θ - β m"] = (canvas.INK, ":", 1.2)
    for name, values in weights.items():
        color, line, width = styles[name]
        grid[0].plot(steps, values, line, color=color, linewidth=width, marker="o", markersize=4, label=name)
    grid[0].set_ylabel("weight", color=canvas.INK)
    for name in slots:
        grid[-1].plot(steps[1:], [move.slots[name] for move in moves], marker="o", markersize=4, label=name)
    if slots:
        grid[-1].set_ylabel("slots of Keras", color=canvas.INK)
    for axes in grid:
        axes.legend(frameon=False, fontsize=9)
    grid[-1].set_xlabel("step", color=canvas.INK)
    return canvas.image(figure, format)
