"""How each metric moved from epoch to epoch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf, isfinite, isnan, log, nan
from typing import TYPE_CHECKING, Any

from nntrain import canvas
from nntrain.config.messages import counted
from nntrain.subject import Subject

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from nntrain.evaluation.scored_run import ScoredRun

SUBJECTS = ("run",)
_TRAINING, _VALIDATION = "#56a0d3", "#0b3c6f"  # one hue, two lightnesses, dashes
_NOT_METRICS = ("epoch", "seconds", "learning_rate")
_DASHES = (0, (4, 1.5))
_BEST: dict[str, Any] = {"color": canvas.GREY, "linewidth": 1.2, "linestyle": ":"}
_NAMED = 3  # metrics in a note
_FEW = 15  # epochs up to which each is marked by a dot
_MANY = 200  # epochs above which lines are thin
_LEAST_SPAN, _LEAST_SHARE = 0.1, 0.2  # of the axis of a share; of any other metric, as a share of its largest value
_SHARES = ("accuracy", "auc", "precision", "recall", "f1_score", "top_k_accuracy")
_REFERENCES: Any = ((0, (1, 1.5)), (0, (5, 1.5, 1, 1.5)))


@dataclass(frozen=True)
class Options:
    """How each metric moved from epoch to epoch."""

    rows: Sequence[Mapping[str, float | None]]  # of metrics.csv, an epoch each; what is not finite leaves a gap
    best_epoch: int = 0  # is not marked where it is not one of the epochs
    title: str = ""
    references: Mapping[str, Sequence[tuple[str, float]]] = field(default_factory=dict)  # by metric: words, value
    notes: Sequence[str] = ()

    @property
    def epochs(self) -> list[float]:
        """The number of each epoch."""
        return self.column("epoch")

    @property
    def metrics(self) -> list[str]:
        """The names without `val_`, the loss first, the others in the order of the columns."""
        names = dict.fromkeys(name.removeprefix("val_") for row in self.rows for name in row)
        return sorted((name for name in names if name not in _NOT_METRICS), key=lambda name: name != "loss")

    @property
    def rate_changes(self) -> bool:
        """Whether the learning rate differs between epochs."""
        return len({rate for rate in self.column("learning_rate") if isfinite(rate)}) > 1

    def column(self, name: str) -> list[float]:
        """Return the value of each epoch, NaN where it is missing or not finite."""
        found = [row.get(name) for row in self.rows]
        return [value if value is not None and isfinite(value) else nan for value in found]


def lacks(subject: Subject) -> str:
    """Return in words why it cannot be drawn; empty where it can."""
    return "" if subject.rows else "the run has not finished an epoch"


def of(run: "ScoredRun") -> Options:
    """Return the curves of a run, with what guessing and a linear model reach."""
    subject = run.subject
    best = int(subject.summary.get("best_epoch") or 0) if subject.summary.get("save", "best") == "best" else 0
    title = f"{subject.name}, still running" if subject.state == "running" else subject.name
    return Options(subject.rows, best, title, _references(subject), _notes(subject))


def _references(subject: Subject) -> dict[str, list[tuple[str, float]]]:
    """Return what the doctor has measured of guessing and of a linear model, and the loss of equal chances."""
    scores = subject.diagnosis.get("scores") or {}
    score = scores.get("validation") or scores.get("train") or {}
    if subject.settings.get("train.class_weight") is not None or not subject.model:
        return {}
    guess = "always the most frequent class" if subject.classes else "always the mean"
    lines = [(guess, score.get("guess")), ("linear model", score.get("linear"))]
    found = [(words, float(value)) for words, value in lines if value is not None and value > -1]
    names = ("accuracy",) if subject.classes else ("r2_score",)
    references = {name: found for name in names if found}
    if "Crossentropy" in str(subject.settings.get("train.loss")) and len(subject.classes) > 1:
        references["loss"] = [("equal chances for all classes", log(len(subject.classes)))]
    return references


def _notes(subject: Subject) -> list[str]:
    """Return what a reader may wonder about."""
    layers = str(subject.settings.get("model", "")).split(", ")
    off = [name for name in dict.fromkeys(layers) if name.endswith(("Dropout", "Dropout1D", "Dropout2D", "Noise"))]
    rates = list(dict.fromkeys(row.get("learning_rate") for row in subject.rows))
    has_validation = any("val_loss" in row for row in subject.rows[:1])
    return [
        f"{' and '.join(off)} is off on the validation split, so its curve may be the better one."
        if off and has_validation
        else "",
        "" if has_validation else "There is no validation split.",
        f"learning rate {rates[0]:g}" if len(rates) == 1 and rates[0] is not None else "",
        _not_finite(subject.rows),
    ]


def _not_finite(rows: Sequence[Mapping[str, float | None]]) -> str:
    """Return in words which curves have gaps, because values are NaN or infinite."""
    names = dict.fromkeys(name for row in rows for name in row)
    gaps = {name: _gaps(rows, name) for name in names}
    words = [f"{name} in {counted(len(each), 'epoch')} (first: {each[0]:g})" for name, each in gaps.items() if each]
    more = f", and {len(words) - _NAMED} more" if len(words) > _NAMED else ""
    return f"Not finite, and left out: {', '.join(words[:_NAMED])}{more}." if words else ""


def _gaps(rows: Sequence[Mapping[str, float | None]], name: str) -> list[float]:
    """Return the epochs in which a value is not finite."""
    return [row["epoch"] or 0 for row in rows if (value := row.get(name)) is not None and not isfinite(value)]


def draw(options: Options, format: str = "png") -> bytes:
    """Return a PNG: a panel for each metric, and for a learning rate that changes; raises ValueError without rows."""
    if not options.rows:
        raise ValueError("learning curves need at least one epoch")
    heights = [2.3] * len(options.metrics) + ([1.0] if options.rate_changes else [])
    figure = canvas.sheet(8, sum(heights) + 1.2, options.title)
    panels = figure.subplots(len(heights), sharex=True, squeeze=False, height_ratios=heights)[:, 0]
    for panel, metric in zip(panels, options.metrics, strict=False):
        _draw_metric(panel, options, metric)
    if options.rate_changes:
        _draw_rate(panels[-1], options)
    for panel in panels:
        canvas.numbered(panel, min(options.epochs), max(options.epochs), room=0.015)
        if options.best_epoch in options.epochs:
            panel.axvline(options.best_epoch, **_BEST, zorder=0, label=f"best epoch: {options.best_epoch}")
    panels[-1].set_xlabel("epoch", color=canvas.INK)
    # One legend for all panels, above the first one on the right.
    place = {"loc": "lower right", "bbox_to_anchor": (1, 1), "borderaxespad": 0.2}
    shown = [
        (line, words)
        for line, words in zip(*panels[0].get_legend_handles_labels(), strict=True)
        if line.get_gid() is None
    ]
    panels[0].legend(*zip(*shown, strict=True), **place, ncols=3, frameon=False, fontsize=9, labelcolor=canvas.INK)
    canvas.explain(figure, *options.notes)
    return canvas.image(figure, format)


def _draw_metric(panel: "Axes", options: Options, metric: str) -> None:
    training, validation = options.column(metric), options.column(f"val_{metric}")
    panel.plot(options.epochs, training, **_line(_TRAINING, "-", len(options.rows)), label="training")
    if any(f"val_{metric}" in row for row in options.rows):
        panel.plot(options.epochs, validation, **_line(_VALIDATION, _DASHES, len(options.rows)), label="validation")
    panel.set_title(
        canvas.short(metric.replace("_", " "), 60), loc="left", fontsize=10, color=canvas.INK, parse_math=False
    )
    every = [value for value in (*training, *validation) if isfinite(value)]
    if not every:
        panel.text(0.5, 0.5, "no finite value", transform=panel.transAxes, ha="center", color=canvas.GREY)
        panel.set_yticks([])
        return
    _mark_best(panel, options, training if all(map(isnan, validation)) else validation)
    _draw_references(panel, options.references.get(metric, ()), every)
    share = metric in _SHARES
    if share or not _scale(panel, every):
        least = _LEAST_SPAN if share else _LEAST_SHARE * max(map(abs, every))
        canvas.least_span(panel, least, *((0, 1) if share else (-inf, inf)))


def _mark_best(panel: "Axes", options: Options, values: Sequence[float]) -> None:
    """Draw a ring round the value of the best epoch."""
    if options.best_epoch in options.epochs and len(options.rows) > 1:
        at = options.epochs.index(options.best_epoch)
        ring: dict[str, Any] = {"markersize": 9, "markerfacecolor": "none", "color": canvas.INK}
        panel.plot([options.best_epoch], [values[at]], marker="o", **ring)


def _draw_references(panel: "Axes", references: Sequence[tuple[str, float]], every: Sequence[float]) -> None:
    """Draw what a model must be better than, as lines that a legend inside the panel names.

    One that is far from all values of the curves, which it would flatten, is in the legend alone.
    """
    low, high = min(every), max(every)
    room = max(high - low, _LEAST_SPAN * abs(high))
    for (words, value), style in zip(references, _REFERENCES, strict=False):
        look: dict[str, Any] = {"color": canvas.GREY, "linewidth": 1.1, "linestyle": style, "zorder": 1}
        if low - room <= value <= high + room:
            panel.axhline(value, **look, label=f"{words}: {value:.4g}").set_gid("reference")
        else:
            where = "below" if value < low else "above"
            panel.plot([], [], **look, label=f"{words}: {value:.4g} ({where})")[0].set_gid("reference")
    handles, labels = panel.get_legend_handles_labels()
    named = [(line, words) for line, words in zip(handles, labels, strict=True) if line.get_gid() is not None]
    if named:
        inside = panel.legend(
            *zip(*named, strict=True), loc="best", fontsize=8, framealpha=0.85, edgecolor="none", labelcolor=canvas.INK
        )
        panel.add_artist(inside)


def _draw_rate(panel: "Axes", options: Options) -> None:
    rate = options.column("learning_rate")
    panel.step(options.epochs, rate, where="mid", color=canvas.GREY, linewidth=1.4)
    panel.set_title("learning rate", loc="left", fontsize=10, color=canvas.INK)
    _scale(panel, rate)


def _line(color: str, style: Any, epochs: int) -> dict[str, Any]:
    """Return the style of a curve: with dots where there are few epochs, thin where there are many."""
    marker = "o" if epochs <= _FEW else ""
    width = 1.6 if epochs <= _MANY else 1.0
    return {"color": color, "linestyle": style, "linewidth": width, "marker": marker, "markersize": 4}


def _scale(panel: "Axes", values: list[float]) -> bool:
    """Make the axis logarithmic where all values are positive and span more than two decades; return whether it is."""
    finite = [value for value in values if isfinite(value)]
    wide = bool(finite) and min(finite) > 0 and max(finite) > 100 * min(finite)
    if wide:
        canvas.logarithmic(panel)
    return wide
