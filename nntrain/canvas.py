"""The figure and the colors of every plot. It does without pyplot, which keeps global state."""

import warnings
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, GREY, FAINT = "#222222", "#6b6b6b", "#dddddd"
DOTS_PER_INCH = 120


def sheet(width: float, height: float, title: str) -> "Figure":
    """Return an empty figure of width x height inches with its title at the top left."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    layout = ConstrainedLayoutEngine(compress=True, w_pad=0.1, h_pad=0.08)
    figure = Figure(figsize=(width, height), dpi=DOTS_PER_INCH, layout=layout, facecolor="white")
    FigureCanvasAgg(figure)
    if title:
        shown = short(title, int(width * 9))
        figure.suptitle(shown, x=0.012, ha="left", fontsize=12, fontweight="bold", color=INK, parse_math=False)
    return figure


def short(text: str, longest: int) -> str:
    """Return the text on one line; a long one loses its middle, because names often differ at the end."""
    text = " ".join(text.split())
    return text if len(text) <= longest else f"{text[: longest - longest // 3 - 1]}…{text[-(longest // 3) :]}"


def plain(axes: "Axes") -> None:
    """Remove the frame at the right and at the top, and make the rest grey."""
    axes.spines[["right", "top"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(GREY)
    axes.tick_params(which="both", colors=GREY, labelcolor=INK, labelsize=9)


def png(figure: "Figure") -> bytes:
    """Return the figure as a PNG. A letter that matplotlib's font lacks becomes a box, without a warning."""
    buffer = BytesIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure.savefig(buffer, format="png")
    return buffer.getvalue()
