"""Every column of a table on one page."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from nntrain import canvas
from nntrain.data.profile.profile import ColumnProfile, Count, Histogram, Profile

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.ticker import MaxNLocator

_ACROSS, _MOST = 5, 60  # panels in a row, on the page
_WIDTH, _HEIGHT = 2.6, 1.9  # of a panel, in inches
_BARS, _LETTERS = 10, 16  # categories in a panel, letters of their names
_TARGET = "#c44e00"


@dataclass(frozen=True)
class Options:
    """A small plot for each column of a table: a histogram of numbers and dates, bars of categories."""

    profile: Profile


def draw(options: Options, format: str = "png") -> bytes:
    """Return a PNG; the target is the first panel, in another colour. Columns that are left out are not drawn."""
    profile = options.profile
    every = [column for column in profile.columns if column.histogram or column.categories]
    kept = [column for column in every if column.kind not in ("text", "identifier", "drop", "constant")]
    columns = sorted(kept, key=lambda column: not column.is_target)[:_MOST]
    classes = profile.classes if profile.classes and not any(each.is_target for each in columns) else ()
    count = max(1, len(columns) + bool(classes))
    across = min(_ACROSS, count)
    down = ceil(count / across)
    title = f"{profile.name}: {profile.rows:,} rows"
    if len(every) > _MOST:
        title += f", {len(columns)} of {len(every)} columns"
    figure = canvas.sheet(max(5.2, _WIDTH * across), _HEIGHT * down + 0.7, title)
    panels = list(figure.subplots(down, across, squeeze=False).flat)
    if classes:
        _bars(panels.pop(0), "classes", classes, len(classes), _TARGET)
    for column in columns:
        _draw(panels.pop(0), column, profile.rows)
    for panel in panels:
        panel.set_visible(False)
    return canvas.image(figure, format)


def _draw(panel: "Axes", column: ColumnProfile, rows: int) -> None:
    missing = f", {column.missing / rows:.0%} missing" if column.missing else ""
    title = canvas.short(column.name, 26 - len(missing)) + missing
    color = _TARGET if column.is_target else canvas.BLUE
    if column.histogram is not None:
        _histogram(panel, title, column.histogram, color)
        panel.xaxis.set_major_locator(_few(4, column.kind == "date" or column.histogram.edges[0] % 1 == 0.5))
    else:
        _bars(panel, title, column.categories, column.distinct, color)


def _histogram(panel: "Axes", title: str, histogram: Histogram, color: str) -> None:
    panel.stairs(histogram.counts, histogram.edges, fill=True, color=color)
    _dress(panel, title)
    panel.yaxis.set_major_locator(_few(3, True))
    panel.set_ylim(0)


def _bars(panel: "Axes", title: str, counts: Sequence[Count], distinct: int, color: str) -> None:
    shown = counts[:_BARS]
    more = f", {distinct - len(shown):,} more" if distinct > len(shown) else ""
    panel.barh(range(len(shown)), [each.rows for each in shown], color=color, height=0.75)
    _dress(panel, title + more)
    names = [canvas.short(each.name, _LETTERS) for each in shown]
    panel.set_yticks(range(len(shown)), names, fontsize=7, parse_math=False)
    panel.tick_params(axis="y", length=0)
    panel.invert_yaxis()
    panel.xaxis.set_major_locator(_few(3, True))


def _few(ticks: int, integer: bool) -> "MaxNLocator":
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(nbins=ticks, integer=integer)


def _dress(panel: "Axes", title: str) -> None:
    canvas.plain(panel)
    panel.tick_params(labelsize=7)
    panel.set_title(title, loc="left", fontsize=9, color=canvas.INK, parse_math=False)
