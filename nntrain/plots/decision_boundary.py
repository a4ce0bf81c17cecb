"""What a model of two inputs predicts in their plane, and how that changed over the epochs."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from nntrain import canvas
from nntrain.subject import Subject

if TYPE_CHECKING:
    import numpy as np
    import PIL.Image
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from nntrain.evaluation.plane import Plane
    from nntrain.evaluation.scored_run import ScoredRun

SUBJECTS = ("run",)
_FRAMES = 36  # of an animation
_MILLISECONDS, _LAST = 130, 2500  # that a frame, and the last one, are shown
_MARKS = "os^DvP*X"
_MOST_CLASSES = len(_MARKS)
_ROWS: dict[str, Any] = {"edgecolors": "white", "linewidths": 0.6, "zorder": 3}


@dataclass(frozen=True)
class Options:
    """What a model of two inputs predicts in their plane; `predicted`, `sure` and `leads` as of `Plane.predicted`."""

    plane: "Plane"
    predicted: "np.ndarray"
    sure: "np.ndarray"
    leads: "np.ndarray"
    title: str


def lacks(subject: Subject) -> str:
    """Return in words why it cannot be drawn; empty where it can."""
    if reason := subject.lacks_model():
        return reason
    if subject.shape != (2,):
        return "the model has not two inputs"
    count = len(subject.classes)
    return f"{count:,} classes are too many colors" if count > _MOST_CLASSES else ""


def of(run: "ScoredRun") -> Options:
    """Return the predictions of a run over the range of its rows; raises NothingToDraw where an input is a category."""
    plane = run.plane()
    return Options(plane, *plane.predicted(run.scorer), run.title)


def draw(options: Options, format: str = "png") -> bytes:
    """Return a PNG: the classes as colors, paler where the model is less sure, or numbers as colors, and the rows."""
    return canvas.image(_figure(options), format)


def animate(run: "ScoredRun") -> bytes:
    """Return a GIF of the plane over the epochs, for which the run is trained again, with the same bits.

    Raises NothingToDraw as `of`, and what a training raises.
    """
    from PIL import Image

    plane, model = run.plane(), run.scorer.program.model
    kept = model.get_weights()
    frames: list[PIL.Image.Image] = []
    for epoch, weights in run.weights_by_epoch(_FRAMES):
        model.set_weights(weights)
        options = Options(plane, *plane.predicted(run.scorer), f"{run.subject.name}: epoch {epoch}")
        frames.append(Image.open(BytesIO(draw(options))).convert("RGB"))
    model.set_weights(kept)
    palette = _palette(frames)
    first, *others = (frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames)
    content, times = BytesIO(), [_MILLISECONDS] * len(others) + [_LAST]
    first.save(content, "GIF", save_all=True, append_images=others, duration=times, loop=0)
    return content.getvalue()


def _palette(frames: "Sequence[PIL.Image.Image]") -> "PIL.Image.Image":
    """Return an image with the colors of all frames: with colors of its own each would flicker, with few have bands."""
    from PIL import Image

    width, height = frames[0].size
    some = [frames[0], frames[len(frames) // 2], frames[-1]]
    beside = Image.new("RGB", (width * len(some), height))
    for place, frame in enumerate(some):
        beside.paste(frame, (width * place, 0))
    return beside.quantize(256, Image.Quantize.MEDIANCUT)


def _figure(options: Options) -> "Figure":
    plane = options.plane
    figure = canvas.sheet(6.6, 6.0, options.title)
    panel = figure.subplots()
    if plane.classes:
        _draw_classes(panel, options)
    else:
        _draw_numbers(figure, panel, options)
    canvas.plain(panel)
    panel.set_xlim(plane.low[0], plane.high[0])
    panel.set_ylim(plane.low[1], plane.high[1])
    panel.set_xlabel(canvas.short(plane.names[0], 50), color=canvas.INK, parse_math=False)
    panel.set_ylabel(canvas.short(plane.names[1], 50), color=canvas.INK, parse_math=False)
    return figure


def _extent(plane: "Plane") -> tuple[float, float, float, float]:
    return float(plane.low[0]), float(plane.high[0]), float(plane.low[1]), float(plane.high[1])


def _draw_classes(panel: "Axes", options: Options) -> None:
    """Draw the class of each point, the boundaries, and the rows by their true class: its color and its mark."""
    import numpy as np
    from matplotlib.colors import to_rgb

    plane, found = options.plane, options.predicted
    colors = np.array([to_rgb(look["color"]) for look in canvas.LOOKS])[: len(plane.classes)]
    strength = (0.12 + 0.45 * options.sure)[..., None]
    image = 1 - strength + strength * colors[found]
    panel.imshow(image, extent=_extent(plane), origin="lower", aspect="auto", interpolation="bilinear")
    for index, name in enumerate(plane.classes):
        lead = options.leads[..., index]
        if lead.min() < 0 < lead.max():
            line: dict[str, Any] = {"levels": [0], "colors": [canvas.INK], "linewidths": 1, "linestyles": "-"}
            panel.contour(lead, extent=_extent(plane), origin="lower", **line)
        rows = plane.x[plane.y == index]
        panel.scatter(
            rows[:, 0],
            rows[:, 1],
            s=26,
            color=colors[index],
            marker=_MARKS[index],
            label=canvas.short(name, 30),
            **_ROWS,
        )
    panel.legend(loc="upper left", bbox_to_anchor=(1, 1), **canvas.LEGEND)  # beside the plane, which has rows anywhere


def _draw_numbers(figure: "Figure", panel: "Axes", options: Options) -> None:
    """Draw the prediction at each point as a color, and the rows by their true value, in the same colors."""
    plane = options.plane
    target = plane.y.reshape(len(plane.y), -1)[:, 0]
    low, high = float(target.min()), float(target.max())
    scale: dict[str, Any] = {"cmap": "viridis", "vmin": low, "vmax": high}
    grid: dict[str, Any] = {"extent": _extent(plane), "origin": "lower", "aspect": "auto", "interpolation": "bilinear"}
    image = panel.imshow(options.predicted, **grid, **scale)
    # A white ring on a dark one is seen on every color.
    panel.scatter(plane.x[:, 0], plane.x[:, 1], s=52, color=canvas.INK, linewidths=0, zorder=2)
    panel.scatter(plane.x[:, 0], plane.x[:, 1], c=target, s=26, **_ROWS, **scale)
    beyond = (bool((options.predicted < low).any()), bool((options.predicted > high).any()))
    extend = {(True, True): "both", (True, False): "min", (False, True): "max"}.get(beyond, "neither")
    canvas.dress_bar(figure.colorbar(image, ax=panel, pad=0.02, extend=extend), "prediction; of a dot the true value")
