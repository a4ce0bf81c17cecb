"""What the plots of a search have in common: what is drawn, colours and marks of trials, the axis of the score."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite, nan
from typing import TYPE_CHECKING, Any

from nntrain import canvas
from nntrain.canvas import NothingToDraw
from nntrain.config.search.space import Direction, Space
from nntrain.search.trial_table import Trial

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

# Marks differ in shape first. Blue and vermilion are the pair of Okabe and Ito (2008) for any kind of colour vision.
DONE, FAILED, OWN = "#2b7bba", "#c44e00", "#222222"
MARKS: dict[str, dict[str, Any]] = {
    "done": {"marker": "o", "markersize": 6},
    "pruned": {"marker": "v", "markersize": 5},
    "failed": {"marker": "x", "markersize": 6, "color": FAILED, "markeredgewidth": 1.5},
}
RING: dict[str, Any] = {"marker": "s", "markersize": 11, "color": OWN, "markerfacecolor": "none", "linestyle": ""}
MANY = 80  # trials above which marks are small
_STRIP = 0.05  # share of the height below the scores, for trials without one


@dataclass(frozen=True, kw_only=True)
class SearchPlot:
    """What every plot of a search is drawn of."""

    trials: Sequence[Trial]
    space: Space
    metric: str
    direction: Direction
    title: str
    seed: int = 0

    @property
    def over(self) -> list[Trial]:
        """The trials that are over, by number; raises NothingToDraw when there are none."""
        over = sorted((trial for trial in self.trials if trial.over), key=lambda trial: trial.number)
        if not over:
            raise NothingToDraw("a plot of a search needs at least one trial that is over")
        return over

    @property
    def done(self) -> list[Trial]:
        """The trials that are done and have a finite score, by number."""
        return [trial for trial in self.over if trial.status == "done" and trial.scored]

    @property
    def best(self) -> Trial | None:
        """The first of the best trials that are done; None where none has a score."""
        return (min if self.direction == "min" else max)(self.done, key=score, default=None)

    def metric_name(self, letters: int = 26) -> str:
        """Return the name of the score's axis, on several lines."""
        return f"{wrapped(self.metric, letters)}\n({'lower' if self.direction == 'min' else 'higher'} is better)"


def kind(trial: Trial) -> str:
    """Return how a trial is marked: one without a finite score as failed."""
    return trial.status if trial.scored else "failed"


def score(trial: Trial, below: float = nan) -> float:
    """Return the score of a trial; `below` where it has no finite one."""
    return trial.score if trial.score is not None and isfinite(trial.score) else below


def wide(scores: Sequence[float]) -> bool:
    """Return whether the scores need a logarithmic axis: positive, and over more than two decades."""
    return bool(scores) and min(scores) > 0 and max(scores) > 100 * min(scores)


def score_axis(panel: "Axes", trials: Sequence[Trial]) -> float:
    """Set the limits of y; return the height, in the unit of the data, of trials without a score."""
    scored = [trial for trial in trials if trial.scored]
    scores = [score(trial) for trial in scored] or [0.0, 1.0]
    spreads = [0.0 if wide(scores) else trial.spread or 0.0 for trial in scored] or [0.0, 0.0]
    if wide(scores):
        canvas.logarithmic(panel)
    if not scored:
        panel.set_yticks([])
    forth, back = panel.yaxis.get_transform().transform, panel.yaxis.get_transform().inverted().transform
    low = float(forth(min(value - spread for value, spread in zip(scores, spreads, strict=True))))
    high = float(forth(max(value + spread for value, spread in zip(scores, spreads, strict=True))))
    room = (high - low) or abs(high) * 0.1 or 1.0
    bottom = low - room * (0.07 + 2 * _STRIP * any(not trial.scored for trial in trials))
    panel.set_ylim(float(back(bottom)), float(back(high + 0.07 * room)))
    return float(back(bottom + _STRIP * room))


def wrapped(path: str, letters: int, lines: int = 4) -> str:
    """Return a name on several lines, cut after dots and underscores; the middle of too many lines is left out."""
    found = [""]
    for part in _parts(path, letters):
        if found[-1] and len(found[-1]) + len(part) > letters:
            found.append("")
        found[-1] += part
    shown = [canvas.short(line, letters) for line in found]
    return "\n".join(shown if len(shown) <= lines else [*shown[: lines // 2], "…", *shown[-(lines - lines // 2 - 1) :]])


def _parts(path: str, letters: int) -> Iterator[str]:
    for part in re.findall(r"[^.]*\.|[^.]+", path):
        yield from [part] if len(part) <= letters else re.findall(r"[^_]*_|[^_]+", part)


def darker(name: str, palest: float, steps: int) -> "Colormap":
    """Return the colours of a map of matplotlib from this share on: the first ones would be too pale on white."""
    from matplotlib import colormaps
    from matplotlib.colors import LinearSegmentedColormap

    shares = [palest + (1 - palest) * step / steps for step in range(steps + 1)]
    return LinearSegmentedColormap.from_list(f"darker {name}", [colormaps[name](share) for share in shares])


def mark_handles(trials: Sequence[Trial], color: Any) -> "list[Line2D]":
    """Return the legend of the marks that occur; `color` is that of a trial with a score."""
    from matplotlib.lines import Line2D

    kinds = {kind(trial) for trial in trials}
    failed = all(trial.status == "failed" for trial in trials if not trial.scored)
    names = {"done": "done", "pruned": "pruned", "failed": "failed" if failed else "failed or no finite score"}
    handles = [
        Line2D([], [], linestyle="", label=name, **look(each, color)) for each, name in names.items() if each in kinds
    ]
    return [*handles, Line2D([], [], **{**RING, "markersize": 9}, label="the config's own values")]


def look(kind: str, color: Any, trials: int = 1) -> dict[str, Any]:
    """Return the mark of one of this many trials: a pruned one is hollow, a failed one has another colour."""
    face = {"markerfacecolor": "white"} if kind == "pruned" else {}
    size = MARKS[kind]["markersize"] * (0.65 if trials > MANY else 1)
    return {"color": color, **face, **MARKS[kind], "markersize": size}


def legend(figure: "Figure", handles: "list[Line2D]") -> None:
    """Draw the legend below all panels, on one line if there is room, otherwise on two."""
    inches = sum(0.075 * len(str(handle.get_label())) + 0.75 for handle in handles)
    columns = len(handles) if inches < figure.get_figwidth() else (len(handles) + 1) // 2
    look: dict[str, Any] = {"frameon": False, "fontsize": 9, "labelcolor": canvas.INK, "columnspacing": 1.5}
    figure.legend(handles=handles, loc="outside lower right", ncols=columns, **look)
