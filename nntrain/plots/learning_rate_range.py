"""The loss while the learning rate rises."""

from collections.abc import Sequence
from dataclasses import dataclass

from nntrain import canvas


@dataclass(frozen=True)
class Options:
    """The loss of each step of a learning-rate range test, over the rate, and the rate that it suggests."""

    rates: Sequence[float]
    losses: Sequence[float]
    smoothed: Sequence[float]
    suggestion: float | None = None
    title: str = ""


def draw(options: Options, format: str = "png") -> bytes:
    """Return a PNG."""
    figure = canvas.sheet(8, 4.2, options.title)
    panel = figure.subplots()
    panel.plot(options.rates, options.losses, color=canvas.FAINT, linewidth=1.0, label="loss of a batch")
    panel.plot(options.rates, options.smoothed, color="#0b3c6f", linewidth=1.8, label="moving average")
    panel.set_xscale("log")
    low, high = min(options.smoothed), max(options.smoothed[0], min(options.smoothed))
    room = max(high - low, 1e-6)
    panel.set_ylim(low - 0.15 * room, high + 0.6 * room)
    if options.suggestion is not None:
        label = f"suggestion: {options.suggestion:g}"
        panel.axvline(options.suggestion, color="#c44e00", linewidth=1.4, linestyle=(0, (4, 1.5)), label=label)
    canvas.plain(panel)
    panel.grid(axis="y", color=canvas.FAINT, linewidth=0.6)
    panel.set_axisbelow(True)
    panel.set_xlabel("learning rate", color=canvas.INK)
    panel.set_ylabel("training loss", color=canvas.INK)
    panel.legend(frameon=False, fontsize=9, labelcolor=canvas.INK)
    return canvas.image(figure, format)
