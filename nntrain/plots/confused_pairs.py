"""Which pairs of classes are confused most: what is left of a confusion matrix of many classes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nntrain import canvas
from nntrain.subject import Subject

if TYPE_CHECKING:
    from nntrain.evaluation.scored_run import ScoredRun

SUBJECTS = ("run",)
lacks = Subject.lacks_classes
_LONGEST = 28  # letters of a name that are shown
_BARS = 4.6  # inches for the bars, beside the names
_LEAST = 0.05  # of the axis: a mistake in a thousand does not look like one in two


@dataclass(frozen=True)
class Options:
    """pairs: the most frequent one first; count: of all of them. right, total: how many predictions are right, and all.

    A pair is the true class, the predicted one, how many rows were confused so, and the rows of the true class.
    """

    pairs: Sequence[tuple[str, str, int, int]]
    right: int
    total: int
    title: str
    count: int = 0


def of(run: "ScoredRun") -> Options:
    """Return the most frequent mistakes in the rows of a run."""
    pairs = [(each.true, each.predicted, each.rows, each.support) for each in run.most_confused()]
    right = run.predicted == run.y
    count = len(set(zip(run.y[~right].tolist(), run.predicted[~right].tolist(), strict=True)))
    return Options(pairs, int(right.sum()), len(run.y), run.title, count)


def draw(options: Options, format: str = "png") -> bytes:
    """Return a PNG: a bar for each pair, as long as its share of the true class."""
    pairs = options.pairs
    labels = ["  →  ".join(canvas.short(name, _LONGEST) for name in names) for *names, _, _ in pairs]
    names = max((canvas.inches(label, 9) for label in labels), default=0.0)
    figure = canvas.sheet(max(8.0, names + _BARS), 0.26 * max(len(pairs), 4) + 1.7, options.title)
    axes = figure.subplots()
    axes.set_title(canvas.accuracy(options.right, options.total), loc="left", fontsize=10, color=canvas.INK)
    bars = axes.barh(range(len(pairs)), [count / rows for _, _, count, rows in pairs], color=canvas.BLUE)
    axes.bar_label(bars, [f"{count:,} of {rows:,}" for _, _, count, rows in pairs], padding=3, fontsize=8)
    axes.set_yticks(range(len(pairs)), labels, parse_math=False)
    canvas.plain(axes)
    largest = max((count / rows for _, _, count, rows in pairs), default=1.0)
    axes.set_xlim(0, 1.18 * max(largest, _LEAST))  # room for the numbers beside the bars
    axes.set_ylim(len(pairs) - 0.4, -0.6)
    step = next(step for step in (0.01, 0.05, 0.1, 0.25) if step * 6 >= max(largest, _LEAST))
    axes.set_xticks([number * step for number in range(int(1 / step) + 1) if number * step <= axes.get_xlim()[1]])
    axes.xaxis.set_major_formatter(canvas.percent())
    axes.set_xlabel("share of the true class that is taken for the other one", color=canvas.INK)
    more = f"The {len(pairs)} most frequent of {options.count:,} pairs." if options.count > len(pairs) else ""
    canvas.explain(figure, "Each bar: the true class  →  the class that it is taken for.", more)
    return canvas.image(figure, format)
