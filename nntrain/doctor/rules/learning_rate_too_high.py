"""The learning rate is above what its optimizer is used with, or the training shows that it is."""

from collections.abc import Iterator
from dataclasses import dataclass

from nntrain.config.keras import optimizers
from nntrain.doctor.case import FAST, Case
from nntrain.doctor.finding import Finding, Severity
from nntrain.doctor.prescription import prescribed


@dataclass(frozen=True)
class Options:
    """The learning rate is too high.

    `fast`, `slow`: of optimizers whose step has about the size of the rate (Adam: Kingma and Ba 2014 use 0.001, the
    healthy configs of the tests at most 0.03), and of SGD, where Bengio 2012 (https://arxiv.org/abs/1206.5533) searches
    up to 1, and the rate is divided by 1 - momentum: the sum of a series of equal steps (Goh 2017,
    https://distill.pub/2017/momentum). `shallow` is for a model without hidden layers, whose loss is a bowl.
    """

    fast: float = 0.05
    slow: float = 1.0
    shallow: float = 10.0  # times as much


def diagnose(case: Case, options: Options) -> Iterator[Finding]:
    """Yield a warning, an error for ten times as much, a note where the training did not go badly."""
    optimizer = case.resolved.train.optimizer
    rate = case.learning_rate
    step = rate / (1 - (getattr(optimizer, "momentum", None) or 0.0))
    fast = isinstance(optimizer, FAST)
    most = options.fast if fast else options.slow
    most *= 1 if case.hidden else options.shallow
    if isinstance(optimizer, optimizers.Adadelta | optimizers.Adagrad) or step <= most * 1.001:
        return
    default = 0.001 if fast else 0.01
    severity: Severity = "error" if step > 10 * most and case.suspicion == "warning" else case.suspicion
    message = f"the learning rate {rate:g} of `{optimizer.called()}` is high: Keras's default is {default:g}"
    cure = prescribed(case, (case.learning_rate_path, case.usual_rate))
    yield Finding(severity, message, case.learning_rate_path, {"learning_rate": rate, "limit": most}, cure, weight=6.0)
