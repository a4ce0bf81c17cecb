"""Which class was taken for which."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nntrain import canvas
from nntrain.nearest import natural_order
from nntrain.subject import Subject

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from nntrain.evaluation.scored_run import ScoredRun

SUBJECTS = ("run",)
MOST_CLASSES = 60  # of more the cells are too small; `confused_pairs` shows the most frequent mistakes
_LONGEST = 24  # letters of a name that are shown
_MOST_WITH_COUNTS = 20  # classes; more cells are too small for a number
_MOST_WITH_SHARES = 12  # classes; more cells are too small for the percentage below

_DARK = 0.5  # the share from which white is easier to read on a cell than black


@dataclass(frozen=True)
class Options:
    """Which class was taken for which; matrix: (classes, classes) counts from `scores.confusion_matrix`."""

    matrix: "np.ndarray"
    names: Sequence[str]
    title: str


def lacks(subject: Subject) -> str:
    """Return in words why it cannot be drawn; empty where it can."""
    if reason := subject.lacks_classes():
        return reason
    if (count := len(subject.classes)) <= MOST_CLASSES:
        return ""
    return f"{count:,} classes are too many for a matrix; `confused_pairs` shows the most frequent mistakes"


def of(run: "ScoredRun") -> Options:
    """Return the matrix of the rows of a run, the classes in their natural order: 2 before 10."""
    order = natural_order(run.classes)
    return Options(run.confusion_matrix()[order][:, order], [run.classes[index] for index in order], run.title)


def draw(options: Options, format: str = "png") -> bytes:
    """Return a PNG: the true class down, the predicted one across, a cell's colour by its share of the row.

    A cell has its count, and up to 12 classes its percentage; more than 20 classes are shown by colour alone.

    Raises ValueError when the matrix does not fit the names.
    """
    matrix, names = options.matrix, options.names
    if matrix.shape != (len(names), len(names)):
        raise ValueError(f"a matrix of {matrix.shape} does not fit {len(names)} names")
    side = _cell(len(names)) * len(names)
    shown = [canvas.short(name, _LONGEST) for name in names]
    margin = 0.085 * max(map(len, shown)) + 0.6
    figure = canvas.sheet(side + margin + 1.3, side + margin + 0.9, options.title)
    axes = figure.subplots()
    shares = matrix / matrix.sum(axis=1, keepdims=True).clip(1)
    _draw_cells(figure, axes, shares)
    if len(names) <= _MOST_WITH_COUNTS:
        _write_counts(axes, matrix, shares)
    _label(axes, shown)
    axes.set_title(canvas.accuracy(int(matrix.trace()), int(matrix.sum())), loc="left", fontsize=10, color=canvas.INK)
    return canvas.image(figure, format)


def _cell(classes: int) -> float:
    """Return the side of a cell in inches."""
    return max(0.24, min(0.9, 6 / classes))


def _draw_cells(figure: "Figure", axes: "Axes", shares: "np.ndarray") -> None:
    from matplotlib.colors import PowerNorm

    # The square root of the share, because with the share itself a mistake of a few per cent would be invisible.
    image = axes.imshow(shares, cmap="Blues", norm=PowerNorm(0.5, vmin=0, vmax=1))
    bar = figure.colorbar(image, ax=axes, aspect=30, pad=0.03, ticks=[0, 0.01, 0.05, 0.2, 0.5, 1])
    bar.ax.yaxis.set_major_formatter(canvas.percent())
    canvas.dress_bar(bar, "share of the true class")


def _write_counts(axes: "Axes", matrix: "np.ndarray", shares: "np.ndarray") -> None:
    digits = len(str(matrix.max()))
    size = min(11.0, 72 * _cell(len(matrix)) * 0.85 / (0.64 * max(digits, 2)))
    for row, counts in enumerate(matrix.tolist()):
        for column, count in enumerate(counts):
            color = "white" if shares[row, column] > _DARK else canvas.INK if count else "#a8a8a8"
            both = count and len(matrix) <= _MOST_WITH_SHARES
            text = f"{count}\n{shares[row, column]:.1%}" if both else str(count)
            axes.text(column, row, text, ha="center", va="center", fontsize=min(size, 9) if both else size, color=color)


def _label(axes: "Axes", names: Sequence[str]) -> None:
    places = range(len(names))
    size = min(10.0, 72 * _cell(len(names)) * 0.7)
    rotation = 0 if max(map(len, names)) * size * 0.62 < 72 * _cell(len(names)) else 45 if len(names) <= 12 else 90
    turned: dict[str, Any] = {"ha": "right", "va": "center", "rotation": rotation, "rotation_mode": "anchor"}
    axes.set_xticks(places, names, fontsize=size, parse_math=False, **(turned if rotation else {}))
    axes.set_yticks(places, names, fontsize=size, parse_math=False)
    axes.set_xlabel("predicted", color=canvas.INK)
    axes.set_ylabel("true", color=canvas.INK)
    edges = [place - 0.5 for place in places[1:]]
    axes.set_xticks(edges, minor=True)
    axes.set_yticks(edges, minor=True)
    axes.grid(which="minor", color="white", linewidth=1)
    axes.tick_params(which="both", length=0, pad=6, labelcolor=canvas.INK)
    axes.spines[:].set_visible(False)
