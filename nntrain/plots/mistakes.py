"""The rows that a model gets wrong although it is sure, as images or in a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from nntrain import canvas
from nntrain.config.messages import counted
from nntrain.subject import Subject

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes

    from nntrain.evaluation.scored_run import ScoredRun

SUBJECTS = ("run",)
lacks = Subject.lacks_classes
_ACROSS, _MOST_IMAGES, _MOST_ROWS = 6, 24, 20
_MOST_COLUMNS = 6
_LONGEST = 16  # letters of a name, of a cell
_SIZE = 8.5  # points of a letter in a table


@dataclass(frozen=True)
class MistakenRow:
    """row: its number in the split, from 1. confidence: the probability or score of the class that is predicted."""

    row: int
    true: str
    predicted: str
    confidence: float
    image: "np.ndarray | None" = None  # (height, width) or (height, width, 3)
    cells: Sequence[str] = ()


@dataclass(frozen=True)
class Options:
    """The rows that a model gets wrong although it is sure; columns: the names of the cells."""

    mistakes: Sequence[MistakenRow]
    columns: Sequence[str]
    wrong: int
    title: str
    are_probabilities: bool = True


def of(run: "ScoredRun") -> Options:
    """Return the mistakes of a run, the surest first; raises NothingToDraw where there are none."""
    import numpy as np

    sure = run.outputs[np.arange(len(run.y)), run.predicted]
    wrong = np.flatnonzero(run.predicted != run.y)
    if not len(wrong):
        raise canvas.NothingToDraw(f"all {len(run.y):,} rows of the {run.split_name} split are right")
    are_images = len(run.data.schema.shape) > 1
    first = wrong[np.argsort(-np.nan_to_num(sure[wrong]), kind="stable")][: _MOST_IMAGES if are_images else _MOST_ROWS]
    found = []
    for row in first.tolist():
        names = run.classes[run.y[row]], run.classes[run.predicted[row]]
        image, cells = run.shown_row(row, _MOST_COLUMNS)
        found.append(MistakenRow(row + 1, *names, float(sure[row]), image, () if are_images else cells))
    columns = () if are_images else run.columns(_MOST_COLUMNS)
    return Options(found, columns, len(wrong), run.title, run.scorer.resolved.are_probabilities)


def draw(options: Options, format: str = "png") -> bytes:
    """Return a PNG: the images with their true and predicted classes, or a table of the rows."""
    with_images = [(each, each.image) for each in options.mistakes if each.image is not None]
    more = f"the {len(options.mistakes)} surest of " if len(options.mistakes) < options.wrong else ""
    words = f"{more}{counted(options.wrong, 'mistake')}"
    if not with_images:
        return _table(options, words, format)
    down = ceil(len(with_images) / _ACROSS)
    figure = canvas.sheet(1.55 * _ACROSS + 0.4, 2.1 * down + 0.9, f"{options.title}: {words}")
    panels = list(figure.subplots(down, _ACROSS, squeeze=False).flat)
    for panel, (mistake, image) in zip(panels, with_images, strict=False):
        panel.imshow(image, cmap="gray", interpolation="nearest")
        _name_image(panel, mistake, _sure(mistake, options))
    for panel in panels[len(with_images) :]:
        panel.set_visible(False)
    canvas.explain(figure, "Above each image: the true class, and what it is taken for, with the row of the split.")
    return canvas.image(figure, format)


def _sure(mistake: MistakenRow, options: Options) -> str:
    return f"{mistake.confidence:.1%}" if options.are_probabilities else f"{mistake.confidence:.3g}"


def _name_image(panel: "Axes", mistake: MistakenRow, sure: str) -> None:
    panel.set_axis_off()
    true, predicted = (canvas.short(name, _LONGEST) for name in (mistake.true, mistake.predicted))
    text = f"{true}\n→ {predicted}\n{sure}, row {mistake.row:,}"
    panel.set_title(text, fontsize=7.5, loc="left", color=canvas.INK, parse_math=False)


def _table(options: Options, words: str, format: str) -> bytes:
    heads = ["row", "true", "predicted", "sure", *options.columns]
    rows = [
        [f"{each.row:,}", each.true, each.predicted, _sure(each, options), *each.cells] for each in options.mistakes
    ]
    cells = [[canvas.short(cell, _LONGEST) for cell in row] for row in rows]
    titles = [canvas.short(head, _LONGEST) for head in heads]
    heavy = [1.12, *([1.0] * len(cells))]  # the letters of the titles are bold
    widths = [
        max(share * canvas.inches(row[index], _SIZE) for share, row in zip(heavy, [titles, *cells], strict=True)) + 0.24
        for index in range(len(heads))
    ]
    figure = canvas.sheet(max(5.5, sum(widths) + 0.4), 0.25 * len(rows) + 1.3, options.title)
    panel = figure.subplots()
    canvas.name(panel, words)
    panel.set_axis_off()
    table = panel.table(cells, colLabels=titles, colWidths=[width / sum(widths) for width in widths], loc="center")
    table.auto_set_font_size(False)
    table.set_fontsize(_SIZE)
    numbers = [all(_is_number(row[index]) for row in cells) for index in range(len(heads))]
    for (row, column), cell in table.get_celld().items():
        cell.set_edgecolor(canvas.FAINT)
        cell.set_text_props(ha="right" if numbers[column] else "left")
        cell.visible_edges = "horizontal"
        cell.get_text().set(parse_math=False, color=canvas.INK, fontweight="bold" if row == 0 else "normal")
    table.scale(1, 1.25)
    return canvas.image(figure, format)


def _is_number(text: str) -> bool:
    try:
        float(text.rstrip("%").replace(",", ""))
    except ValueError:
        return text == "missing"
    return True
