"""The kernels of the first layer that has one, as images: what each unit or filter looks for."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from nntrain import canvas
from nntrain.subject import Subject

if TYPE_CHECKING:
    import numpy as np

    from nntrain.evaluation.scored_run import ScoredRun

SUBJECTS = ("run",)
lacks = Subject.lacks_model
_MOST = 64  # units or filters
_ACROSS = 8


@dataclass(frozen=True)
class Options:
    """The kernels of the first layer that has one.

    images: (units, height, width), or (units, height, width, 3) for colors; or, where the inputs are no image, None and
    `matrix`, (inputs, units), with the names of the inputs. count: the units of the layer.
    """

    images: "np.ndarray | None"
    matrix: "np.ndarray | None"
    inputs: Sequence[str]
    layer: str
    count: int
    title: str


def of(run: "ScoredRun") -> Options:
    """Return the first kernel of a run; raises NothingToDraw where no layer has one."""
    layers = run.scorer.program.model.layers
    layer = next((layer for layer in layers if getattr(layer, "kernel", None) is not None), None)
    if layer is None:
        if run.subject.directory.is_ensemble:
            member = f"{run.subject.name}/member-1"
            raise canvas.NothingToDraw(f"an ensemble has kernels in its members: `nntrain plot {member} kernels`")
        raise canvas.NothingToDraw("no layer has a kernel")
    kernel = layer.kernel.numpy()
    images = _as_images(kernel, run.data.schema.shape)
    flat = kernel.reshape(-1, kernel.shape[-1])
    names = run.input_names(layers[: layers.index(layer)])
    names = names if len(names) == len(flat) else [f"input {index + 1}" for index in range(len(flat))]
    matrix = flat[:_MOST, :_MOST] if images is None else None
    return Options(images, matrix, names[:_MOST], layer.name, kernel.shape[-1], run.subject.name)


def _as_images(kernel: "np.ndarray", shape: tuple[int, ...]) -> "np.ndarray | None":
    """Return a kernel of a convolution, or of a dense layer over the pixels of an image; None for any other."""
    import numpy as np

    if kernel.ndim == 2 and len(shape) in (2, 3) and np.prod(shape) == kernel.shape[0]:
        kernel = kernel.reshape(*(shape if len(shape) == 3 else (*shape, 1)), -1)
    if kernel.ndim != 4:
        return None
    images = np.moveaxis(kernel, -1, 0)[:_MOST]
    return images if images.shape[-1] == 3 else images.mean(axis=-1)


def draw(options: Options, format: str = "png") -> bytes:
    """Return a PNG: an image for each unit or filter, each on its own scale: dark is negative, light positive.

    The three channels of colored inputs are the colors of an image, grey where the weight is 0.
    """
    shown = len(options.images) if options.images is not None else min(options.count, _MOST)
    more = f", {shown} of {options.count:,}" if shown < options.count else ""
    title = f"{options.title}: kernel of `{options.layer}`{more}"
    if options.images is None:
        return _matrix(options, title, format)
    across = min(_ACROSS, shown)
    figure = canvas.sheet(max(4.5, 1.05 * across), 1.05 * ceil(shown / across) + 1.0, title)
    panels = list(figure.subplots(ceil(shown / across), across, squeeze=False).flat)
    for panel, image in zip(panels, options.images, strict=False):
        largest = float(abs(image).max()) or 1.0
        if image.ndim == 3:
            panel.imshow(0.5 + image / (2 * largest), interpolation="nearest")
        else:
            panel.imshow(image, cmap="gray", vmin=-largest, vmax=largest, interpolation="nearest")
    for panel in panels[:shown]:
        panel.set(xticks=(), yticks=())
        panel.spines[:].set(visible=True, color=canvas.FAINT)  # white at the edge of an image is no paper
    for panel in panels[shown:]:
        panel.set_axis_off()
    colors = "grey is 0" if options.images.ndim == 4 else "dark is negative, grey 0, light positive"
    canvas.explain(figure, f"Each on its own scale; {colors}.")
    return canvas.image(figure, format)


def _matrix(options: Options, title: str, format: str) -> bytes:
    """Draw the weights from each input, a row, to each unit, a column."""
    import numpy as np

    matrix = np.zeros((1, 1)) if options.matrix is None else options.matrix
    rows, units = matrix.shape
    figure = canvas.sheet(max(5.0, min(14, 0.25 * units + 2.8)), max(2.2, 0.26 * rows + 1.4), title)
    panel = figure.subplots()
    largest = float(abs(matrix).max()) or 1.0
    image = panel.imshow(matrix, cmap="cividis", vmin=-largest, vmax=largest, aspect="auto", interpolation="nearest")
    panel.set_yticks(range(rows), [canvas.short(name, 24) for name in options.inputs], fontsize=8, parse_math=False)
    panel.set_xticks(
        range(0, units, max(1, units // 16)), [str(unit) for unit in range(1, units + 1, max(1, units // 16))]
    )
    panel.set_xlabel("unit", color=canvas.INK)
    canvas.plain(panel)
    canvas.dress_bar(figure.colorbar(image, ax=panel, pad=0.02), "weight")
    return canvas.image(figure, format)
