"""The plot of curves over thresholds: what ROC and precision-recall curves have in common."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from nntrain import canvas

if TYPE_CHECKING:
    from nntrain.evaluation.threshold_curves import Curves

_MOST_INSIDE = 4  # curves whose names are inside the axes


@dataclass(frozen=True)
class CurveForm:
    """What one kind of curve has of its own. guess: the height at 0 and at 1 of the line of guessing, if it is one."""

    name: str
    area: str
    x_label: str
    y_label: str
    legend: str
    drawstyle: Literal["default", "steps-pre"] = "default"
    guess: tuple[float, float] | None = None


def refuse_none(found: "Curves") -> "Curves":
    """Return the curves; raises NothingToDraw where all rows are of one class."""
    if not found.shown:
        raise canvas.NothingToDraw("all rows are of one class")
    return found


def draw(found: "Curves", title: str, form: CurveForm, format: str) -> bytes:
    """Return a plot; of many classes those that are separated worst have a curve."""
    labels = [f"{canvas.short(curve.name, 30)}: {curve.area:.4f}" for curve in found.shown]
    beside = len(labels) > _MOST_INSIDE  # so many would hide the curves
    room = 0.8 + max(canvas.inches(label, 8) for label in labels) if beside else 0.0
    figure = canvas.sheet(6.4 + room, 6.2, title)
    panel = figure.subplots()
    if form.guess is not None:
        label = f"guessing: {sum(form.guess) / 2:.4g}"
        panel.plot([0, 1], form.guess, color=canvas.GREY, linewidth=1, linestyle=(0, (1, 1.5)), label=label)
    for curve, label, look in zip(found.shown, labels, canvas.LOOKS, strict=False):
        panel.plot(curve.x, curve.y, drawstyle=form.drawstyle, linewidth=1.7, label=label, **look)
    canvas.name(panel, form.name)
    canvas.share_axes(panel, form.x_label, form.y_label)
    more = f", the {len(found.shown)} worst of {found.count:,}" if len(found.shown) < found.count else ""
    place = {"loc": "upper left", "bbox_to_anchor": (1.02, 1)} if beside else {"loc": form.legend}
    panel.legend(title=f"{form.area}{more}", **place, **canvas.LEGEND)
    mean = f"Mean of the {form.area} over {found.count:,} classes: {found.mean:.4f}." if found.count > 1 else ""
    canvas.explain(figure, mean, "Each point is a threshold of the score of a class.")
    return canvas.image(figure, format)
