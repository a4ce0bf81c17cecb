"""Which pairs of classes are confused most: what is left of a confusion matrix of many classes."""

from collections.abc import Sequence
from dataclasses import dataclass

from nntrain import canvas

MOST_PAIRS = 30
_LONGEST = 28  # letters of a name that are shown


@dataclass(frozen=True)
class Pair:
    """How often (`rows`) one class was taken for another, and how many rows (`support`) the true class has."""

    true: str
    predicted: str
    rows: int
    support: int


@dataclass(frozen=True)
class Options:
    """pairs: to be drawn, the most frequent one first. right, total: how many predictions are right, and all."""

    pairs: Sequence[Pair]
    right: int
    total: int
    title: str


def draw(options: Options) -> bytes:
    """Return a PNG: a bar for each pair, as long as its share of the true class."""
    pairs = options.pairs
    figure = canvas.sheet(8, 0.26 * max(len(pairs), 4) + 1.4, options.title)
    axes = figure.subplots()
    axes.set_title(canvas.accuracy(options.right, options.total), loc="left", fontsize=10, color=canvas.INK)
    bars = axes.barh(range(len(pairs)), [pair.rows / pair.support for pair in pairs], color=canvas.BLUE)
    axes.bar_label(bars, [f"{pair.rows:,} of {pair.support:,}" for pair in pairs], padding=3, fontsize=8)
    labels = [f"{canvas.short(pair.true, _LONGEST)}  →  {canvas.short(pair.predicted, _LONGEST)}" for pair in pairs]
    axes.set_yticks(range(len(pairs)), labels, parse_math=False)
    axes.invert_yaxis()
    canvas.plain(axes)
    axes.set_xlim(0, 1.15)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1])
    axes.xaxis.set_major_formatter(canvas.percent())
    axes.set_xlabel("share of the true class that is taken for the other one", color=canvas.INK)
    return canvas.png(figure)
