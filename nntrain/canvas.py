"""The figure and the colors of every plot. It does not use pyplot, which keeps global state."""

from collections.abc import Sequence
from io import BytesIO
from math import inf
from typing import TYPE_CHECKING, Any
from unicodedata import bidirectional

from nntrain import fonts

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.colorbar import Colorbar
    from matplotlib.figure import Figure
    from matplotlib.ticker import PercentFormatter

INK, GREY, FAINT, BLUE = "#222222", "#6b6b6b", "#dddddd", "#56a0d3"
DOTS_PER_INCH = 120
DARK = "#0b3c6f"
# Okabe and Ito 2008: colors that the color-blind tell apart; the dashes tell them apart in print.
_COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#222222", "#8c6d31")
_DASHES: Any = (
    "-",
    (0, (4, 1.5)),
    (0, (1, 1)),
    (0, (6, 1.5, 1, 1.5)),
    (0, (8, 2)),
    (0, (2, 2)),
    (0, (3, 1, 1, 1, 1, 1)),
    (0, (5, 5)),
)
LOOKS: tuple[dict[str, Any], ...] = tuple(
    {"color": color, "linestyle": dashes} for color, dashes in zip(_COLORS, _DASHES, strict=True)
)
"""Of lines that are told apart."""
LEGEND: dict[str, Any] = {
    "fontsize": 8,
    "title_fontsize": 8,
    "framealpha": 0.85,
    "edgecolor": "none",
    "labelcolor": INK,
}
_MARK = "\u200e"  # left-to-right mark: has no width


class NothingToDraw(ValueError):
    """What there is does not allow the plot, for the reason given."""


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
    """Return the text on one line, as a plot draws it; a long one loses its middle: names often differ at the end.

    A code, which stands for a letter that no font has, stays whole.
    """
    text = " ".join(text.split())
    whole = _with_codes(text)
    if len(whole) <= longest:
        return _left_to_right(whole)
    parts = list(text) if whole == text else [_drawn(char) for char in text]
    first, last = _begin(parts, longest - longest // 3 - 1), _begin([*reversed(parts)], longest // 3)
    return _left_to_right(" ".join(f"{''.join(first)}…{''.join(reversed(last))}".split()))


def _begin(parts: Sequence[str], longest: int) -> list[str]:
    """Return as many parts as fit, without the space that a code has at either end; at least one."""
    found, length = list(parts[:1]), len(parts[0])
    for part in parts[1:]:
        length += len(part) - (part.startswith(" ") and found[-1].endswith(" "))
        if length > longest + 2 * (len(part) > 1):
            break
        found.append(part)
    return found


def inches(text: str, size: float) -> float:
    """Return about how wide a text is that is drawn with letters of this size, in points."""
    return sum(fonts.advance(char) for char in text) * size / 72


def drawable(text: str) -> str:
    """Return the text with `U+6F22` for each character that no font on this machine can draw."""
    return _left_to_right(_with_codes(text))


def _left_to_right(text: str) -> str:
    """Return a text that turns no line around: Arabic or Hebrew in it is between two left-to-right marks.

    Without them `name → other` is drawn as `other → name` (https://unicode.org/reports/tr9/).
    """
    return f"{_MARK}{text}{_MARK}" if any(bidirectional(char) in ("R", "AL") for char in text) else text


def _with_codes(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    return " ".join("".join(map(_drawn, text)).split())


def _drawn(char: str) -> str:
    """Return the character, or its code where no font has it."""
    return char if (char.isascii() and char.isprintable()) or fonts.font_of(char) else f" U+{ord(char):04X} "


def accuracy(right: int, total: int) -> str:
    """Return the accuracy in words."""
    return f"{right:,} of {total:,} right, {right / max(total, 1):.2%}"


def explain(figure: "Figure", *sentences: str) -> None:
    """Write small sentences at the bottom left of the figure, a line each; the empty ones are left out."""
    text = "\n".join(short(sentence, int(figure.get_figwidth() * 17)) for sentence in sentences if sentence)
    if text:
        figure.supxlabel(text, x=0.012, ha="left", fontsize=8, color=GREY, parse_math=False)


def percent() -> "PercentFormatter":
    """Return the format of an axis of shares."""
    from matplotlib.ticker import PercentFormatter

    return PercentFormatter(1, decimals=0)


def plain(axes: "Axes") -> None:
    """Remove the frame at the right and at the top, and make the rest grey."""
    axes.spines[["right", "top"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(GREY)
    axes.tick_params(which="both", colors=GREY, labelcolor=INK, labelsize=9)


def least_span(axes: "Axes", least: float, low: float = -inf, high: float = inf) -> None:
    """Widen a linear axis of y to at least this span, so that noise does not fill it; not beyond possible values."""
    bottom, top = axes.get_ylim()
    if top - bottom < least:
        middle = (top + bottom) / 2
        room = 0.03 * least
        bottom = max(min(middle - least / 2, high + room - least), low - room)
        axes.set_ylim(bottom, bottom + least)


def name(axes: "Axes", text: str) -> None:
    """Write what a panel shows above it, at the left."""
    axes.set_title(short(text, 80), loc="left", fontsize=10, color=INK, parse_math=False)


def share_axes(axes: "Axes", x: str, y: str) -> None:
    """Style square axes of two shares, from 0 to 1."""
    plain(axes)
    axes.grid(color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_aspect("equal")
    axes.set_xlim(-0.01, 1.01)
    axes.set_ylim(-0.01, 1.01)
    axes.set_xlabel(x, color=INK)
    axes.set_ylabel(y, color=INK)


def logarithmic(axes: "Axes") -> None:
    """Make the axis of y logarithmic, with few ticks."""
    from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(numticks=6))
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())


def numbered(axes: "Axes", first: float, last: float, room: float) -> None:
    """Style axes over the numbers of epochs or trials; `room` is a share of the width, at either end."""
    from matplotlib.ticker import MaxNLocator

    plain(axes)
    axes.grid(axis="y", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=10, steps=[1, 2, 5, 10], integer=True, min_n_ticks=1))
    margin = max(0.5, room * (last - first))
    axes.set_xlim(first - margin, last + margin)


def dress_bar(bar: "Colorbar", label: str) -> None:
    """Style a bar of colours."""
    bar.ax.tick_params(colors=GREY, labelcolor=INK, labelsize=8)
    bar.set_label(label, fontsize=9, color=INK)
    bar.outline.set_visible(False)


def png(figure: "Figure") -> bytes:
    """Return the figure as a PNG."""
    return image(figure, "png")


def image(figure: "Figure", format: str) -> bytes:
    """Return the figure as `png` or `svg`, its texts in the fonts that have their characters."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    _dress(figure)
    with fonts.unwarned():
        if (layout := figure.get_layout_engine()) and figure.axes:
            layout.execute(figure)  # once; `savefig` would do it twice, with an equal result
            figure.set_layout_engine("none")
        buffer = BytesIO()
        if format == "png":
            figure.canvas.print_png(buffer)  # type: ignore[attr-defined]  # `savefig` would draw twice, with an equal result
        else:
            FigureCanvasSVG(figure).print_svg(buffer)
    return buffer.getvalue()


def _dress(figure: "Figure") -> None:
    """Give each text the fonts that have its characters; in a legend, a name with `$` is not a formula.

    `Figure.findobj` would make all ticks to find the texts, also those of axes that show none.
    """
    from matplotlib.axis import Axis
    from matplotlib.legend import Legend
    from matplotlib.table import Cell
    from matplotlib.text import Text

    rest: list[Artist] = [figure]
    while rest:
        artist = rest.pop()
        if isinstance(artist, Axis):
            made = vars(artist)
            rest += [artist.label, artist.offsetText, *made.get("majorTicks", ()), *made.get("minorTicks", ())]
            continue
        rest += [artist.get_text()] if isinstance(artist, Cell) else artist.get_children()
        if isinstance(artist, Legend):
            for text in artist.get_texts():
                text.set_parse_math(False)
        if isinstance(artist, Text) and not artist.get_text().isascii():
            others = {fonts.font_of(char) for char in artist.get_text() if not char.isascii()} - {fonts.FONT, ""}
            if others:
                artist.set_fontfamily([fonts.FONT, *sorted(others)])
