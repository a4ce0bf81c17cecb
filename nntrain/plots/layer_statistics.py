"""Gradients, weights and activations of each layer, over the epochs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nntrain import canvas
from nntrain.subject import Subject

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from nntrain.evaluation.scored_run import ScoredRun

SUBJECTS = ("run",)
_PANELS = {
    "gradient": "norm of the gradient of the loss by the kernel",
    "weight": "norm of the kernel",
    "moved": "change of the kernel since the first step, as a share of its first norm",
    "spread": "standard deviation of the outputs over the rows",
    "dead": "share of the units that are 0 for all rows",
    "saturated": "share of the outputs close to a bound",
}
_SHARES = ("dead", "saturated")


@dataclass(frozen=True)
class Options:
    """Gradients, weights and activations of each layer, over the epochs, as the doctor has measured them."""

    signs: Sequence[Mapping[str, Any]]
    title: str


def lacks(subject: Subject) -> str:
    """Return in words why it cannot be drawn; empty where it can."""
    signs = subject.diagnosis.get("signs") or []
    if any(each["layers"] and each["epoch"] for each in signs):
        return ""
    if any(each["layers"] for each in signs):
        return "the layers were measured before the first epoch only"
    return "no layer was measured" if subject.diagnosis else "the doctor has not examined it"


def of(run: "ScoredRun") -> Options:
    """Return what was measured in the layers of a run."""
    return Options(run.subject.diagnosis["signs"], run.subject.name)


def draw(options: Options, format: str = "png") -> bytes:
    """Return a PNG: a panel for each quantity with a line for each layer, the later ones darker.

    The epochs are on a logarithmic axis, as they were measured: after 1, 2, 4, … and the last, and before the first.
    """
    layers = list(dict.fromkeys(layer["layer"] for sign in options.signs for layer in sign["layers"]))
    shown = [name for name in _PANELS if any(y is not None for path in layers for _, y in _curve(options, path, name))]
    down = (len(shown) + 1) // 2
    figure = canvas.sheet(10, 2.3 * down + 1.0 + 0.18 * (len(layers) // 4), options.title)
    panels = list(figure.subplots(down, 2, sharex=True, squeeze=False).flat)
    for panel, name in zip(panels, shown, strict=False):
        values = []
        for index, path in enumerate(layers):
            points = [(x, y) for x, y in _curve(options, path, name) if y is not None]
            values += [y for _, y in points]
            panel.plot(*zip(*points, strict=True), label=path, **_look(index, len(layers))) if points else None
        _dress(panel, name, values, [sign["epoch"] for sign in options.signs])
    for panel in panels[len(shown) :]:
        panel.set_visible(False)
    handles, labels = panels[0].get_legend_handles_labels()
    few = [canvas.short(label, 28) for label in labels]
    figure.legend(handles[:24], few[:24], loc="outside lower left", ncols=4, frameon=False, fontsize=8)
    return canvas.image(figure, format)


def _curve(options: Options, path: str, name: str) -> list[tuple[int, float | None]]:
    return [
        (sign["epoch"], layer[name]) for sign in options.signs for layer in sign["layers"] if layer["layer"] == path
    ]


def _look(index: int, count: int) -> dict[str, Any]:
    """Return the line of a layer: the first ones pale and dashed, the last one dark."""
    from matplotlib import colormaps

    color = colormaps["viridis_r"](0.15 + 0.85 * index / max(1, count - 1))
    return {"color": color, "linestyle": canvas.LOOKS[index % 4]["linestyle"], "marker": "o", "markersize": 3.5}


def _dress(panel: "Axes", name: str, values: Sequence[float], epochs: Sequence[int]) -> None:
    canvas.plain(panel)
    panel.grid(axis="y", color=canvas.FAINT, linewidth=0.6)
    panel.set_title(_PANELS[name], loc="left", fontsize=9, color=canvas.INK)
    if name in _SHARES:
        panel.set_ylim(-0.03, 1.03)
    elif min(values) > 0 and max(values) > 100 * min(values):
        canvas.logarithmic(panel)
    panel.set_xscale("symlog", linthresh=1)
    panel.set_xticks(epochs, [str(epoch) for epoch in epochs], fontsize=8, minor=False)
    panel.xaxis.minorticks_off()
    panel.tick_params(labelbottom=True)
    panel.set_xlabel("epoch (0: before the first)", fontsize=8, color=canvas.INK)
