"""The validation loss rises while the training loss falls."""

from collections.abc import Iterator
from dataclasses import dataclass

from nntrain.config.keras import layers
from nntrain.config.keras.callbacks import EarlyStopping
from nntrain.doctor.case import Case
from nntrain.doctor.course import SURE
from nntrain.doctor.curves import smooth
from nntrain.doctor.finding import Finding, Severity
from nntrain.doctor.prescription import prescribed, with_layer


@dataclass(frozen=True)
class Options:
    """The model overfits.

    `rise` of the validation loss from its lowest to its last value, as a share of the lowest one
    (Prechelt 1998, "Early stopping - but when?", whose generalization loss this is, stops at 5 %).
    `gap` of the scores on training and validation rows, below which a training that keeps its best epoch loses nothing:
    over the healthy configs of the tests it is at most 0.04, also where the loss rises by 0.99 (Wine with RMSprop).
    `epochs`: fewer have no room for a fall and a rise in medians of three.
    """

    rise: float = 0.2
    gap: float = 0.15
    epochs: int = 5


def diagnose(case: Case, options: Options) -> Iterator[Finding]:
    """Yield a warning, a note where the best epoch is kept and its gap to the training score is small or chance.

    Where the kept epoch is as good as simple models, or close to perfect, it is a note as well.
    """
    course = case.course
    losses, trained = (course.curve(name) if course else [] for name in ("val_loss", "loss"))
    if course is None or len(losses) < options.epochs or course.diverged:
        return
    curve = smooth(losses)
    best = min(range(len(curve)), key=lambda at: curve[at])
    lowest = curve[best]
    rise = (curve[-1] - lowest) / lowest if lowest > 0 else 0.0
    falls = trained[-1] < trained[best]
    if rise < options.rise or not falls or curve[-1] - lowest < 0.01:
        return
    gap = _gap(case)
    stops = any(isinstance(one, EarlyStopping) for one in case.resolved.train.callbacks)
    score = course.score
    is_wide = gap >= options.gap and score is not None and gap > SURE * score.error(case.is_regression)
    kept = stops or course.save == "best"
    severity: Severity = "note" if (kept and not is_wide) or case.is_well else "warning"
    message = f"overfitting from epoch {best + 2}: the validation loss rises from {lowest:.3g} to {curve[-1]:.3g}, "
    message += f"and the training loss falls to {trained[-1]:.3g}"
    evidence = {"began": float(best + 2), "lowest": lowest, "last": curve[-1], "rise": rise, "gap": gap}
    yield Finding(severity, message, ("train", "epochs"), evidence, _cure(case), weight=4.0)


def _gap(case: Case) -> float:
    """Return by how much the score of the kept model is better on the training split."""
    scores = case.course.scores if case.course else {}
    if not {"train", "validation"} <= scores.keys():
        return 0.0
    return scores["train"].score - scores["validation"].score


def _cure(case: Case) -> tuple[str, ...]:
    """Return early stopping or to keep the best epoch, and Dropout before the output layer where there is none."""
    changes: list[tuple[tuple[str | int, ...], object]] = []
    has_dropout = any(isinstance(each.spec, layers.Dropout) for each in case.placed)
    at = case.blocks[-1].head.path[1]
    if not has_dropout and case.hidden and isinstance(at, int) and case.hidden[-1].head.units >= 16:
        changes.append(with_layer(case, at, {"Dropout": 0.3}))
    written = case.prepared.config.document.tree.get("train") or {}
    if written.get("save") == "last":
        changes.append((("train", "save"), "best"))
    elif not written.get("callbacks"):
        stop = {"EarlyStopping": {"patience": 5, "restore_best_weights": True}}
        changes.append((("train", "callbacks"), [stop]))
    return prescribed(case, *changes)
