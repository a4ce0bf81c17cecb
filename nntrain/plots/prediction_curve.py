"""What a model of one input predicts along it, over the rows."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nntrain import canvas
from nntrain.subject import Subject

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from matplotlib.axes import Axes

    from nntrain.evaluation.scored_run import ScoredRun

SUBJECTS = ("run",)
_PLACES, _ROOM = 400, 0.08  # along the input; beyond the rows at either end, a share of their range
_MOST_CURVES, _MOST_ROWS = 8, 2000
_ROWS: dict[str, Any] = {"s": 14, "linewidths": 0.4, "edgecolors": canvas.GREY, "color": canvas.FAINT, "zorder": 2}


@dataclass(frozen=True)
class Options:
    """What a model of one input predicts along it, over the rows.

    places: (m,). predicted: (m, curves). x: (n,) and y: (n, curves) the rows, of classes 1 for the true one, else 0.
    names: of the curves.
    """

    places: "np.ndarray"
    predicted: "np.ndarray"
    x: "np.ndarray"
    y: "np.ndarray"
    names: "Sequence[str]"
    input: str
    title: str


def lacks(subject: Subject) -> str:
    """Return in words why it cannot be drawn; empty where it can."""
    if reason := subject.lacks_model():
        return reason
    return "" if subject.shape == (1,) else "the model has not one input"


def of(run: "ScoredRun") -> Options:
    """Return the predictions of a run around its rows; raises NothingToDraw where the input is a category."""
    import numpy as np

    schema = run.data.schema
    if any(schema.sizes):
        raise canvas.NothingToDraw("the input is a category")
    x = np.asarray(run.split.x[:], np.float32)[:, 0]
    low, high = float(np.nanmin(x)), float(np.nanmax(x))
    room = _ROOM * (high - low) or 1.0
    places = np.linspace(low - room, high + room, _PLACES, dtype=np.float32)
    predicted, y = run.scorer.outputs(places[:, None]), run.y.reshape(len(x), -1)
    names = [*schema.targets] or ["prediction"]
    if schema.classes:
        y, names = np.eye(len(schema.classes))[run.y], [f"P({name})" for name in schema.classes]
    if len(schema.classes) == 2:  # the second curve is all that there is to see
        predicted, y, names = predicted[:, 1:], y[:, 1:], names[1:]
    return Options(places, predicted, x, y, names, schema.features[0] if schema.features else "x", run.title)


def draw(options: Options, format: str = "png") -> bytes:
    """Return an image: a curve for each number, or for the probability of each class, over the rows."""
    figure = canvas.sheet(6.4, 4.6, options.title)
    panel = figure.subplots()
    canvas.plain(panel)
    for at, name in enumerate(options.names[:_MOST_CURVES]):
        _curve(panel, options, at, name)
    panel.set_xlabel(canvas.short(options.input, 60), color=canvas.INK, parse_math=False)
    panel.set_ylabel("predicted, and the rows", color=canvas.INK)
    panel.legend(frameon=False, fontsize=9, labelcolor=canvas.INK)
    return canvas.image(figure, format)


def _curve(panel: "Axes", options: Options, at: int, name: str) -> None:
    step = max(1, len(options.x) // _MOST_ROWS)
    panel.scatter(options.x[::step], options.y[::step, at], **_ROWS)
    panel.plot(options.places, options.predicted[:, at], linewidth=1.8, zorder=3, label=canvas.short(name, 30))
