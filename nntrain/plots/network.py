"""The layers of a network with the shapes of their outputs."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any

from nntrain import canvas
from nntrain.subject import Subject

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from nntrain.evaluation.scored_run import ScoredRun

SUBJECTS = ("run",)
lacks = Subject.lacks_model
_MOST = 40  # layers; of a deeper network the middle is left out
_WIDE = 5.2  # of the widest box
_COLORS = {"kernel": "#bcd8ec", "other": "#eeeeee", "input": "white"}


@dataclass(frozen=True)
class Box:
    """A layer: what it is, the shape of its output, the number of its parameters; size: numbers of its output."""

    name: str
    shape: str
    parameters: int
    size: int
    kind: str


@dataclass(frozen=True)
class Options:
    """The layers of a network, the input first."""

    boxes: Sequence[Box]
    title: str


def of(run: "ScoredRun") -> Options:
    """Return the layers of a run's model."""
    shape = run.data.schema.shape
    boxes = [Box("input", _words(shape), 0, prod(shape), "input")]
    for layer in run.scorer.program.model.layers:
        output = tuple(layer.output.shape[1:])
        activation = getattr(getattr(layer, "activation", None), "__name__", "linear")
        more = f", {activation}" if activation != "linear" else ""
        kind = "kernel" if getattr(layer, "kernel", None) is not None else "other"
        boxes.append(Box(type(layer).__name__ + more, _words(output), layer.count_params(), prod(output), kind))
    return Options(boxes, run.subject.name)


def _words(shape: Sequence[int]) -> str:
    return " × ".join(map(str, shape)) or "1"


def draw(options: Options, format: str = "png") -> bytes:
    """Return a PNG: a box for each layer from the input down, wider for more outputs, blue where it has a kernel."""
    boxes = list(options.boxes)
    if len(boxes) > _MOST:
        gap = Box(f"… {len(boxes) - _MOST + 1} layers …", "", 0, 1, "other")
        boxes = [*boxes[: _MOST // 2], gap, *boxes[-(_MOST - _MOST // 2 - 1) :]]
    total = sum(box.parameters for box in options.boxes)
    figure = canvas.sheet(8.2, 0.5 * len(boxes) + 1.1, f"{options.title}: {total:,} parameters")
    panel = figure.subplots()
    panel.set_axis_off()
    panel.set_xlim(-4.4, 4.4)
    panel.set_ylim(len(boxes) - 0.4, -0.6)
    for place, box in enumerate(boxes):
        _draw(panel, place, box, max(each.size for each in boxes))
        if place:
            arrow: Any = {"arrowstyle": "-|>", "color": canvas.GREY, "linewidth": 1}
            panel.annotate("", (0, place - 0.31), (0, place - 0.69), arrowprops=arrow)
    canvas.explain(figure, "Left: the shape of the output. Right: the parameters. Blue: layers with a kernel.")
    return canvas.image(figure, format)


def _draw(panel: "Axes", place: int, box: Box, largest: int) -> None:
    """Draw a box whose width grows with the logarithm of the size of its output."""
    from math import log

    from matplotlib.patches import FancyBboxPatch

    width = _WIDE * (0.45 + 0.55 * log(1 + box.size) / log(1 + largest))
    look: dict[str, Any] = {"boxstyle": "round,pad=0,rounding_size=0.08", "linewidth": 1, "edgecolor": canvas.GREY}
    patch = FancyBboxPatch((-width / 2, place - 0.3), width, 0.6, facecolor=_COLORS[box.kind], **look)
    panel.add_patch(patch)
    words: dict[str, Any] = {"va": "center", "fontsize": 9, "color": canvas.INK, "parse_math": False}
    panel.text(0, place, canvas.short(box.name, 34), ha="center", **words)
    panel.text(-_WIDE / 2 - 0.12, place, box.shape, ha="right", **words)
    panel.text(_WIDE / 2 + 0.12, place, f"{box.parameters:,}" if box.parameters else "", ha="left", **words)
