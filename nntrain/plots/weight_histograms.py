"""How the weights of each layer are spread."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from nntrain import canvas
from nntrain.subject import Subject

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes

    from nntrain.evaluation.scored_run import ScoredRun

SUBJECTS = ("run",)
lacks = Subject.lacks_model
_ACROSS, _MOST = 4, 32  # panels in a row, of the plot


@dataclass(frozen=True)
class Options:
    """How the weights of each layer are spread; of each its name and its values, of any shape."""

    weights: "Sequence[tuple[str, np.ndarray]]"
    title: str


def of(run: "ScoredRun") -> Options:
    """Return the trained weights of a run; raises NothingToDraw where the model has none."""
    if run.subject.directory.is_ensemble:
        member = f"{run.subject.name}/member-1"
        raise canvas.NothingToDraw(f"an ensemble has weights in its members: `nntrain plot {member} weight_histograms`")
    model = run.scorer.program.model
    found = [
        (f"{index}. {layer.name} {weight.name}", weight.numpy())
        for index, layer in enumerate(model.layers)
        for weight in layer.trainable_weights
    ]
    if not found:
        raise canvas.NothingToDraw("the model has no trained weights")
    return Options(found, run.subject.name)


def draw(options: Options, format: str = "png") -> bytes:
    """Return a PNG: a histogram for each array of weights, those of a deep network up to the 32nd."""
    shown = options.weights[:_MOST]
    across = min(_ACROSS, len(shown))
    more = f", {len(shown)} of {len(options.weights)} arrays" if len(shown) < len(options.weights) else ""
    figure = canvas.sheet(max(5.2, 2.9 * across), 2.1 * ceil(len(shown) / across) + 0.8, options.title + more)
    panels = list(figure.subplots(ceil(len(shown) / across), across, squeeze=False).flat)
    for panel, (name, values) in zip(panels, shown, strict=False):
        _draw(panel, name, values)
    for panel in panels[len(shown) :]:
        panel.set_visible(False)
    canvas.explain(figure, "Below each name: the number of weights, their mean and standard deviation. Dotted: 0.")
    return canvas.image(figure, format)


def _draw(panel: "Axes", name: str, values: "np.ndarray") -> None:
    import numpy as np

    flat = np.asarray(values, np.float64).ravel()
    finite = flat[np.isfinite(flat)]
    words = f"{canvas.short(name, 30)}\n{flat.size:,}"
    if len(finite):
        words += f": {finite.mean():.3g} ± {finite.std():.3g}"
        low, high = float(finite.min()), float(finite.max())
        room = 0.0 if high > low else max(abs(low), 1e-3)
        panel.hist(finite, bins=min(50, 10 + len(finite) // 20), range=(low - room, high + room), color=canvas.BLUE)
    else:
        panel.text(0.5, 0.5, "no finite value", transform=panel.transAxes, ha="center", color=canvas.GREY)
    panel.axvline(0, color=canvas.INK, linewidth=0.9, linestyle=(0, (1, 1.5)))
    canvas.plain(panel)
    panel.tick_params(labelsize=7)
    panel.locator_params(nbins=4)
    panel.set_title(words, loc="left", fontsize=8, color=canvas.INK, parse_math=False)
