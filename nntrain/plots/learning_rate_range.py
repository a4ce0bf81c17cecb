"""The loss while the learning rate rises."""

from collections.abc import Sequence
from dataclasses import dataclass

from nntrain import canvas

_BATCH = "#b4b4b4"


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
    panel.plot(options.rates, options.losses, color=_BATCH, linewidth=1.0, label="loss of a batch")
    panel.plot(options.rates, options.smoothed, color=canvas.DARK, linewidth=1.8, label="moving average")
    panel.set_xscale("log")
    panel.set_ylim(*_span(options))
    if options.suggestion is not None:
        label = f"suggestion: {options.suggestion:g}, a tenth of the best"
        panel.axvline(options.suggestion, color="#c44e00", linewidth=1.4, linestyle=(0, (4, 1.5)), label=label)
    canvas.plain(panel)
    panel.grid(axis="y", color=canvas.FAINT, linewidth=0.6)
    panel.set_axisbelow(True)
    panel.set_xlabel("learning rate", color=canvas.INK)
    panel.set_ylabel("training loss", color=canvas.INK)
    panel.legend(frameon=False, fontsize=9, labelcolor=canvas.INK)
    return canvas.image(figure, format)


def _span(options: Options) -> tuple[float, float]:
    """Return the ends of the axis: all of the loss until it is lowest, and as much of its rise as is as high again."""
    until = min(range(len(options.smoothed)), key=options.smoothed.__getitem__) + 1
    low, high = min(options.losses), max(*options.smoothed[:until], *options.losses[:until])
    room = max(high - low, 1e-6)
    return low - 0.05 * room, high + 0.25 * room
