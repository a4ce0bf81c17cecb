"""The learning rate is so low that the planned updates cannot move the weights far."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from nntrain.config.keras import optimizers
from nntrain.doctor.case import FAST, Case
from nntrain.doctor.curves import turns
from nntrain.doctor.finding import Finding
from nntrain.doctor.prescription import prescribed
from nntrain.errors import Path, dotted

_FIRST = 7.6  # before most: no other cure helps weights that cannot move
_SIGMOIDS = ("sigmoid", "hard_sigmoid")


@dataclass(frozen=True)
class Options:
    """The learning rate is too low.

    An update of Adam moves a weight by at most about the rate (Kingma and Ba 2014, section 2.1), so all planned updates
    by at most `rate · updates`. `reach`: a weight of Glorot has a size of about 0.1, and must change by about that.
    `sgd` and `adadelta`: rates up to which SGD, and Adadelta, whose paper (Zeiler 2012) has 1, are not used. `slow`: a
    rate below this share of Keras's default, where the training went badly while its loss fell without turning.
    `moved`: the norm of the change of the hidden kernel that has moved most, as a share of its first norm, where
    nothing was learned; over the healthy configs of the tests it is at least 0.13. `updates`: fewer are too few epochs.
    `high`: a rate of more times the usual one is not low: its units are dead.
    `sigmoids`: in so many hidden layers the gradient vanishes at any rate (Glorot and Bengio 2010).
    """

    reach: float = 0.05
    sgd: float = 1e-4
    adadelta: float = 0.01
    slow: float = 0.2
    moved: float = 0.06
    updates: int = 100
    high: float = 10.0
    sigmoids: int = 3


def diagnose(case: Case, options: Options) -> Iterator[Finding]:
    """Yield a warning; for Adadelta and SGD only where the training went badly, or by far too low.

    One that did not go badly gets a note.
    """
    optimizer, rate, updates = case.resolved.train.optimizer, case.learning_rate, case.updates
    default = 0.001 if isinstance(optimizer, FAST) else 0.01
    evidence = {"learning_rate": rate, "updates": float(updates), "largest_move_of_a_weight": rate * updates}
    message = f"the learning rate {rate:g} of `{optimizer.called()}` is low"
    if isinstance(optimizer, optimizers.Adadelta) and rate <= options.adadelta and (case.is_ill or _stands(case)):
        message += ": Keras's default is 0.001, that of its paper is 1"
        cure = prescribed(case, (case.learning_rate_path, 1.0))
        yield Finding(case.suspicion, message, case.learning_rate_path, evidence, cure, weight=6.0)
    elif isinstance(optimizer, FAST) and rate * updates < options.reach and rate < 0.001:
        message += f": {updates:,} updates of at most {rate:g} move a weight by {rate * updates:.2g} at most"
        cure = prescribed(case, (case.learning_rate_path, case.usual_rate))
        yield Finding(case.suspicion, message, case.learning_rate_path, evidence, cure, weight=_FIRST)
    elif isinstance(optimizer, (optimizers.SGD, *FAST)) and rate < options.slow * default and _falls(case):
        message += f": Keras's default is {default:g}, and the loss falls slowly until the end"
        cure = prescribed(case, (case.learning_rate_path, case.usual_rate))
        yield Finding(case.suspicion, message, case.learning_rate_path, evidence, cure, weight=6.0)
    elif isinstance(optimizer, optimizers.SGD) and rate / (1 - (optimizer.momentum or 0)) < 1.001 * options.sgd:
        cure = prescribed(case, (case.learning_rate_path, case.usual_rate))
        message += ": Keras's default is 0.01"
        yield Finding(case.suspicion, message, case.learning_rate_path, evidence, cure, weight=_FIRST)
    elif (
        isinstance(optimizer, (optimizers.SGD, *FAST))
        and updates >= options.updates
        and sum(block.activation in _SIGMOIDS for block in case.hidden) < options.sigmoids
        and rate <= options.high * case.usual_rate
        and (0 < (moved := _moved(case)) < options.moved)
    ):
        message += f" for {updates:,} updates: they have moved the hidden kernels by {100 * moved:.2g} % at most"
        evidence["moved"] = moved
        yield Finding(
            "warning", message, case.learning_rate_path, evidence, _faster(case, options.moved / moved), weight=4.5
        )


def _moved(case: Case) -> float:
    """Return how far the hidden kernel that has moved most has moved, 0 where something was learned or it is dead."""
    signs, hidden = case.last_signs, {dotted(block.head.path) for block in case.hidden}
    if signs is None or not case.has_learned_nothing or case.course is None or case.course.cut:
        return 0.0
    moved = [layer.moved for layer in signs.layers if layer.layer in hidden]
    return max(moved) if moved and min(moved) > 1e-5 else 0.0


def _faster(case: Case, times: float) -> tuple[str, ...]:
    """Return a rate ten times as high, for SGD with momentum, and twice the epochs that would move so much then."""
    optimizer, epochs = case.resolved.train.optimizer, case.resolved.train.epochs
    changes: list[tuple[Path, object]] = [(case.learning_rate_path, float(f"{10 * case.learning_rate:.3g}"))]
    if isinstance(optimizer, optimizers.SGD) and not optimizer.momentum:
        changes.append(((*case.learning_rate_path[:-1], "momentum"), 0.9))
    if epochs:
        changes.append((("train", "epochs"), max(epochs, math.ceil(2 * epochs * times))))
    return prescribed(case, *changes)


def _falls(case: Case) -> bool:
    """Return whether the training went badly, and its loss fell in almost every epoch, to the last."""
    losses = case.course.curve("loss") if case.course else []
    return case.is_ill and len(losses) > 3 and turns(losses) < 0.2 and losses[-1] <= 1.001 * min(losses)


def _stands(case: Case) -> bool:
    """Return whether the training loss falls by less than a tenth."""
    losses = case.course.curve("loss") if case.course else []
    return len(losses) > 1 and losses[-1] > 0.9 * losses[0]
