"""How the scores of the runs of a group are spread, over its seeds or folds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

from nntrain import canvas
from nntrain.subject import Subject

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from nntrain.evaluation.scored_run import ScoredRun

SUBJECTS = ("seeds", "folds")
_MOST = 6  # metrics
_DOT = 0.011  # the width of a dot, as a share of the axis


@dataclass(frozen=True)
class Options:
    """The scores of the runs of a group; by metric and by split, the value of each run, mean and 95 % interval."""

    values: Mapping[str, Mapping[str, Sequence[float]]]
    intervals: Mapping[str, Mapping[str, tuple[float, float, float]]]  # mean, low, high; NaN for a single run
    of: str  # `seeds` or `folds`
    title: str


def lacks(subject: Subject) -> str:
    """Return in words why it cannot be drawn; empty where it can."""
    return "" if subject.summary.get("statistics") else "no run of the group has ended"


def of(run: "ScoredRun") -> Options:
    """Return the scores of the runs of a group, from its summary.json."""
    summary = run.subject.summary
    statistics: Mapping[str, Any] = summary["statistics"]
    values: dict[str, dict[str, list[float]]] = {}
    intervals: dict[str, dict[str, tuple[float, float, float]]] = {}
    for split, metrics in statistics.items():
        for name, found in metrics.items():
            every = [one.get("metrics", {}).get(split, {}).get(name) for one in summary["runs"].values()]
            values.setdefault(name, {})[split] = [float(each) for each in every if each is not None]
            numbers = (found.get(key) for key in ("mean", "low", "high"))
            triple = tuple(float("nan") if each is None else float(each) for each in numbers)
            intervals.setdefault(name, {})[split] = triple  # type: ignore[assignment]
    return Options(values, intervals, run.subject.kind, run.subject.name)


def draw(options: Options, format: str = "png") -> bytes:
    """Return a PNG: a panel for each metric, with a mark for each run on each split, the mean and its interval."""
    names = list(options.values)[:_MOST]
    splits = list(options.values[names[0]])
    figure = canvas.sheet(8, (0.48 * len(splits) + 0.85) * len(names) + 0.9, options.title)
    panels = figure.subplots(len(names), squeeze=False)[:, 0]
    for panel, name in zip(panels, names, strict=True):
        _draw(panel, name, options)
    runs = max(len(each) for each in options.values[names[0]].values())
    bars = "Bar: the mean over the runs and its 95 % interval (Student's t)." if runs > 1 else ""
    canvas.explain(figure, f"Each dot is one of {runs} {options.of}.", bars)
    return canvas.image(figure, format)


def _draw(panel: "Axes", name: str, options: Options) -> None:
    splits = options.values[name]
    marks = [*splits.values(), *options.intervals[name].values()]
    every = [value for values in marks for value in values if isfinite(value)]
    width = _DOT * (max(every, default=0.0) - min(every, default=0.0)) or 1.0
    for place, (split, values) in enumerate(splits.items()):
        finite = [value for value in values if isfinite(value)]
        levels = _levels(finite, width)
        step = min(0.17, 0.5 / max(1, *levels)) if levels else 0.0
        heights = [place + 0.12 + step * level for level in levels]
        panel.scatter(finite, heights, s=26, color=canvas.BLUE, alpha=0.75, linewidths=0, zorder=2)
        mean, low, high = options.intervals[name][split]
        if isfinite(mean):
            panel.plot([mean], [place - 0.16], marker="D", markersize=5, color=canvas.DARK, zorder=3)
        if isfinite(low) and isfinite(high):
            panel.plot([low, high], [place - 0.16] * 2, color=canvas.DARK, linewidth=2.2, zorder=3)
    canvas.plain(panel)
    canvas.name(panel, name.replace("_", " "))
    panel.grid(axis="x", color=canvas.FAINT, linewidth=0.6)
    panel.set_axisbelow(True)
    panel.set_yticks(range(len(splits)), list(splits))
    panel.set_ylim(len(splits) - 0.3, -0.5)


def _levels(values: Sequence[float], width: float) -> list[int]:
    """Return at which level each dot lies so that none is on another: 0 at the top; width: of a dot."""
    ends: list[float] = []  # of the last dot in each level
    found = dict.fromkeys(range(len(values)), 0)
    for index in sorted(found, key=values.__getitem__):
        free = (level for level, end in enumerate(ends) if values[index] >= end)
        found[index] = next(free, len(ends))
        ends[found[index] : found[index] + 1] = [values[index] + width]
    return list(found.values())
