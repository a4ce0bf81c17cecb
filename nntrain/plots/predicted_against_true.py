"""What a regression predicts, against what is true, and how far it is off."""

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
lacks = Subject.lacks_numbers
_MOST_TARGETS = 4
_MANY = 3000  # rows; more are drawn as the density of hexagons


@dataclass(frozen=True)
class Options:
    """What a regression predicts, and the residuals; y, predicted: (n, targets)."""

    y: "np.ndarray"
    predicted: "np.ndarray"
    targets: "Sequence[str]"
    title: str


def of(run: "ScoredRun") -> Options:
    """Return the targets and the predictions of the rows of a run."""
    y = run.y.reshape(len(run.y), -1)
    names = run.schema.targets or [f"target {index + 1}" for index in range(y.shape[1])]
    return Options(y, run.outputs, names, run.title)


def draw(options: Options, format: str = "png") -> bytes:
    """Return a PNG: for each target the predictions over the true values, and below the residuals.

    Raises NothingToDraw where no prediction is finite.
    """
    import numpy as np

    count = min(_MOST_TARGETS, options.y.shape[1])
    more = f", {count} of {options.y.shape[1]} targets" if count < options.y.shape[1] else ""
    figure = canvas.sheet(max(5.5, 3.9 * count), 6.6, options.title + more)
    panels = figure.subplots(2, count, squeeze=False, height_ratios=(1.7, 1))
    left_out = 0
    for index in range(count):
        y, predicted = options.y[:, index].astype("float64"), options.predicted[:, index].astype("float64")
        finite = np.isfinite(predicted)
        left_out += int((~finite).sum())
        if not finite.any():
            raise canvas.NothingToDraw("no prediction is finite")
        _draw_target(panels[:, index], y[finite], predicted[finite], options.targets[index])
    note = f"{left_out:,} predictions are not finite and not drawn." if left_out else ""
    canvas.explain(figure, note, "Residual: the prediction less the true value.")
    return canvas.image(figure, format)


def _draw_target(panels: Any, y: "np.ndarray", predicted: "np.ndarray", name: str) -> None:
    import numpy as np

    above, below = panels
    residuals = predicted - y
    spread = ((y - y.mean()) ** 2).sum()
    r2 = f", R² {1 - (residuals**2).sum() / spread:.3f}" if spread else ""
    words = f"{canvas.short(name, 24)}: mean absolute error {np.abs(residuals).mean():.4g}{r2}"
    above.set_title(words, loc="left", fontsize=9, color=canvas.INK, parse_math=False)
    low, high = float(min(y.min(), predicted.min())), float(max(y.max(), predicted.max()))
    above.plot(
        [low, high], [low, high], color=canvas.INK, linewidth=1, linestyle=(0, (4, 1.5)), zorder=3, label="equal"
    )
    above.axhline(y.mean(), color=canvas.GREY, linewidth=1, linestyle=(0, (1, 1.5)), zorder=3, label="the mean")
    _scatter(above, y, predicted)
    above.legend(frameon=False, fontsize=8, labelcolor=canvas.INK)
    _scatter(below, predicted, residuals)
    below.axhline(0, color=canvas.INK, linewidth=1, linestyle=(0, (4, 1.5)), zorder=3)
    for panel, x_name, y_name in ((above, "true", "predicted"), (below, "predicted", "residual")):
        canvas.plain(panel)
        panel.set_xlabel(x_name, color=canvas.INK, fontsize=9)
        panel.set_ylabel(y_name, color=canvas.INK, fontsize=9)


def _scatter(panel: "Axes", x: "np.ndarray", y: "np.ndarray") -> None:
    if len(x) > _MANY:
        panel.hexbin(x, y, gridsize=45, bins="log", cmap="Blues", mincnt=1, linewidths=0.1)
        return
    size = 16 if len(x) < 500 else 7
    panel.scatter(x, y, s=size, color="#0b3c6f", alpha=0.45, linewidths=0, zorder=2)
