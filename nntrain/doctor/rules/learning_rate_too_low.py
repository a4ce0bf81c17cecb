"""The learning rate is so low that the planned updates cannot move the weights far."""

from collections.abc import Iterator
from dataclasses import dataclass

from nntrain.config.keras import optimizers
from nntrain.doctor.case import FAST, Case
from nntrain.doctor.curves import turns
from nntrain.doctor.finding import Finding
from nntrain.doctor.prescription import prescribed


@dataclass(frozen=True)
class Options:
    """The learning rate is too low.

    An update of Adam moves a weight by at most about the rate (Kingma and Ba 2014, section 2.1), so all planned updates
    by at most `rate · updates`. `reach`: a weight of Glorot has a size of about 0.1, and must change by about that.
    `sgd` and `adadelta`: rates below which SGD, and Adadelta, whose paper (Zeiler 2012) has 1, are not used. `slow`: a
    rate below this share of Keras's default, where the training went badly while its loss fell without turning.
    """

    reach: float = 0.05
    sgd: float = 1e-4
    adadelta: float = 0.01
    slow: float = 0.2


def diagnose(case: Case, options: Options) -> Iterator[Finding]:
    """Yield a warning; for Adadelta and SGD only where the training went badly, or by far too low."""
    optimizer, rate, updates = case.resolved.train.optimizer, case.learning_rate, case.updates
    default = 0.001 if isinstance(optimizer, FAST) else 0.01
    evidence = {"learning_rate": rate, "updates": float(updates), "largest_move_of_a_weight": rate * updates}
    message = f"the learning rate {rate:g} of `{optimizer.called()}` is low"
    if isinstance(optimizer, optimizers.Adadelta) and rate <= options.adadelta and (case.is_ill or _stands(case)):
        message += ": Keras's default is 0.001, that of its paper is 1"
        cure = prescribed(case, (case.learning_rate_path, 1.0))
        yield Finding("warning", message, case.learning_rate_path, evidence, cure, weight=6.0)
    elif isinstance(optimizer, FAST) and rate * updates < options.reach and rate < 0.001:
        message += f": {updates:,} updates of at most {rate:g} move a weight by {rate * updates:.2g} at most"
        cure = prescribed(case, (case.learning_rate_path, case.usual_rate))
        yield Finding("warning", message, case.learning_rate_path, evidence, cure, weight=6.0)
    elif isinstance(optimizer, (optimizers.SGD, *FAST)) and rate < options.slow * default and _falls(case):
        message += f": Keras's default is {default:g}, and the loss falls slowly until the end"
        cure = prescribed(case, (case.learning_rate_path, case.usual_rate))
        yield Finding("warning", message, case.learning_rate_path, evidence, cure, weight=6.0)
    elif isinstance(optimizer, optimizers.SGD) and rate / (1 - (optimizer.momentum or 0)) < options.sgd:
        cure = prescribed(case, (case.learning_rate_path, case.usual_rate))
        yield Finding(
            "warning", f"{message}: Keras's default is 0.01", case.learning_rate_path, evidence, cure, weight=6.0
        )


def _falls(case: Case) -> bool:
    """Return whether the training went badly, and its loss fell in almost every epoch, to the last."""
    losses = case.course.curve("loss") if case.course else []
    return case.is_ill and len(losses) > 3 and turns(losses) < 0.2 and losses[-1] <= 1.001 * min(losses)


def _stands(case: Case) -> bool:
    """Return whether the training loss falls by less than a tenth."""
    losses = case.course.curve("loss") if case.course else []
    return len(losses) > 1 and losses[-1] > 0.9 * losses[0]
