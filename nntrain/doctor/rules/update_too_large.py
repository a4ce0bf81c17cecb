"""A step changes the weights by a large part of their size."""

from collections.abc import Iterator
from dataclasses import dataclass

from nntrain.config.keras.optimizers import SGD
from nntrain.doctor.case import FAST, Case
from nntrain.doctor.finding import Finding
from nntrain.doctor.prescription import prescribed
from nntrain.doctor.vital_signs import LayerSigns


@dataclass(frozen=True)
class Options:
    """The ratio of an update to the weights is too high.

    About 1e-3 is usual (Karpathy, https://cs231n.github.io/neural-networks-3/#ratio). An update is rate · gradient
    / (1 - momentum) for SGD, and at most the rate for each weight of Adam and its relatives. `ratio` is the largest
    over the layers, before the first step, from which a training that went badly has taken steps that are too large.
    """

    ratio: float = 0.1
    usual: float = 1e-3


def diagnose(case: Case, options: Options) -> Iterator[Finding]:
    """Yield a warning where the training went badly, or diverged."""
    optimizer = case.resolved.train.optimizer
    if not case.signs or not isinstance(optimizer, (SGD, *FAST)) or not case.is_ill:
        return
    rate = case.learning_rate / (1 - (getattr(optimizer, "momentum", None) or 0.0))
    fast = isinstance(optimizer, FAST)
    if optimizer.clipnorm or optimizer.global_clipnorm:
        return
    ratios = {layer.layer: _ratio(layer, rate, fast) for layer in case.signs[0].layers if layer.weight}
    if not ratios or not max(ratios.values()) >= options.ratio:
        return
    worst = max(ratios, key=lambda name: ratios[name])
    message = f"a step changes the weights of `{worst}` by {100 * ratios[worst]:.3g} % of their size; usual is 0.1 %"
    lower = float(f"{max(1e-6, case.learning_rate * options.usual * 10 / ratios[worst]):.1g}")
    cure = prescribed(case, (case.learning_rate_path, lower))
    evidence = {"ratio": min(ratios[worst], 1e300), "learning_rate": case.learning_rate}
    yield Finding("warning", message, case.learning_rate_path, evidence, cure, weight=5.0)


def _ratio(layer: LayerSigns, rate: float, fast: bool) -> float:
    step = layer.size**0.5 if fast else layer.gradient
    return rate * step / layer.weight
