"""The learning curves of several runs on common axes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, nan
from typing import TYPE_CHECKING, Any

from nntrain import canvas
from nntrain.subject import Subject

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from nntrain.evaluation.scored_run import ScoredRun

SUBJECTS = ("run", "seeds", "folds", "search")


_MOST_METRICS = 3
_NOT_METRICS = ("epoch", "seconds", "learning_rate", "regularization_loss")
_LONGEST, _SHORT = 48, 30  # letters of a name, of which two fit side by side, or three

Rows = Sequence[Mapping[str, float | None]]


@dataclass(frozen=True)
class Options:
    """The learning curves of several runs on common axes."""

    curves: Sequence[tuple[str, Sequence[Rows]]]  # the name of each, and the rows of metrics.csv of one run or several
    metrics: Sequence[str]  # in this order
    title: str = ""
    note: str = ""


def lacks(subject: Subject) -> str:
    """Return in words why it cannot be drawn; empty where it can."""
    if subject.kind == "run":
        return "it compares runs; add `--with RUN`"
    return "" if any(run.rows for run in subject.runs) else "no run has finished an epoch"


def of(run: "ScoredRun") -> Options:
    """Return the curves of a run or the mean of a group, beside the others; of a search those of its best trials."""
    contenders = [run.subject, *run.others]
    is_alone = run.subject.kind == "search" and not run.others
    every = _of_trials(run.subject) if is_alone else [(one.name, one.runs or (one,)) for one in contenders]
    curves = [(name, [each.rows for each in runs if each.rows]) for name, runs in every]
    rows = [row for _, every in curves for row in (every[0][:1] if every else ())]
    metrics = list(dict.fromkeys(name.removeprefix("val_") for row in rows for name in row))
    shared = [name for name in metrics if name not in _NOT_METRICS and all(name in row for row in rows)]
    title = run.subject.name if len(contenders) == 1 else ""
    note = f"The best {len(curves)} of {len(run.subject.trials or curves):,} trials." if is_alone else ""
    return Options(curves, sorted(shared, key=lambda name: name != "loss"), title, note)


def _of_trials(search: "Subject") -> Sequence[tuple[str, Sequence["Subject"]]]:
    """Return the best trials with their values, each with its runs: one, or one for each repeat or fold."""
    found: dict[str, list[Subject]] = {}
    for one in search.runs:
        found.setdefault(one.name.partition("/")[0], []).append(one)
    values = {f"trial-{row.get('trial', ''):0>3}": _values_of(row) for row in search.trials}
    return [(f"{name} {values.get(name, '')}".strip(), runs) for name, runs in found.items()][: len(canvas.LOOKS)]


def _values_of(row: Mapping[str, str]) -> str:
    """Return what a trial tries, without the signs of JSON: the columns of trials.csv that are paths of the config."""
    cells = (cell.translate(str.maketrans("", "", '{}"')) for path, cell in row.items() if "." in path)
    return ", ".join(filter(None, cells))


def draw(options: Options, format: str = "png") -> bytes:
    """Return a PNG: a panel for each metric, on the validation split where a run has one.

    Raises ValueError without a curve.
    """
    if not any(rows for _, every in options.curves for rows in every):
        raise ValueError("a comparison needs at least one epoch")
    metrics = options.metrics[:_MOST_METRICS]
    columns = 3 if all(len(name) <= _SHORT for name, _ in options.curves) else 2
    figure = canvas.sheet(9, 2.7 * len(metrics) + 0.8 + 0.2 * (len(options.curves) // columns), options.title)
    panels = figure.subplots(len(metrics), sharex=True, squeeze=False)[:, 0]
    for panel, metric in zip(panels, metrics, strict=True):
        for index, (name, every) in enumerate(options.curves):
            _draw_curve(panel, metric, index, canvas.short(name, _LONGEST), every)
        panel.set_title(canvas.short(f"validation {metric}".replace("_", " "), 60), loc="left", fontsize=10)
    longest = max(len(rows) for _, every in options.curves for rows in every)
    for panel in panels:
        canvas.numbered(panel, 1, longest, room=0.015)
    panels[-1].set_xlabel("epoch", color=canvas.INK)
    lines, names = panels[0].get_legend_handles_labels()
    several = any(len(every) > 1 for _, every in options.curves)
    band = "Line: the mean over the runs; band: from the lowest to the highest." if several else ""
    place: dict[str, Any] = {"loc": "outside lower left", "ncols": columns, "frameon": False, "fontsize": 9}
    note = canvas.short(f"{options.note} {band}", 140)
    legend = figure.legend(lines, names, **place, title=note or None, title_fontsize=8, alignment="left")
    legend.get_title().set_color(canvas.GREY)
    return canvas.image(figure, format)


def _draw_curve(panel: "Axes", metric: str, index: int, name: str, every: Sequence[Rows]) -> None:
    """Draw the mean over the runs, and the range of their values as a band."""
    look = canvas.LOOKS[index % len(canvas.LOOKS)]
    found = [_values(rows, metric) for rows in every if rows]
    length = max(map(len, found), default=0)
    epochs = list(range(1, length + 1))
    at = [
        [values[epoch] for values in found if epoch < len(values) and isfinite(values[epoch])]
        for epoch in range(length)
    ]
    means = [sum(values) / len(values) if values else nan for values in at]
    marker = "o" if length <= 15 else ""
    panel.plot(epochs, means, **look, linewidth=1.6, marker=marker, markersize=4, label=name)
    if len(found) > 1:
        low, high = [min(values, default=nan) for values in at], [max(values, default=nan) for values in at]
        panel.fill_between(epochs, low, high, color=look["color"], alpha=0.15, linewidth=0)


def _values(rows: Rows, metric: str) -> list[float]:
    column = f"val_{metric}" if any(f"val_{metric}" in row for row in rows) else metric
    found = [row.get(column) for row in rows]
    return [nan if value is None else float(value) for value in found]
