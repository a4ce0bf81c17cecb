"""The output activation of a regression has a range in which some of the targets do not lie."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from nntrain.config.keras.optimizers import SGD
from nntrain.doctor.case import Block, Case
from nntrain.doctor.finding import Finding
from nntrain.doctor.prescription import prescribed
from nntrain.errors import Path

_RANGES = {
    "relu": (0.0, float("inf")),
    "relu6": (0.0, 6.0),
    "softplus": (0.0, float("inf")),
    "exponential": (0.0, float("inf")),
    "sigmoid": (0.0, 1.0),
    "hard_sigmoid": (0.0, 1.0),
    "softmax": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
    "softsign": (-1.0, 1.0),
}


@dataclass(frozen=True)
class Options:
    """The output activation cannot reach the targets.

    `tolerance` is a share of the range of the targets, for a tanh whose targets end at 1.
    """

    tolerance: float = 0.01


def _reached(block: Block, targets: int) -> tuple[Any, Any]:
    """Return (1, targets) each, the least and the largest numbers that the layers after the activation make of it."""
    import numpy as np

    low, high = (np.full((1, targets), end) for end in _RANGES[block.activation])
    behind = block.rest[block.rest.index(block.activated) + 1 :] if block.activated in block.rest else block.rest
    for each in behind:
        low, high = (np.asarray(each.layer(end.astype("float32"))) for end in (low, high))
    return np.minimum(low, high), np.maximum(low, high)


def diagnose(case: Case, options: Options) -> Iterator[Finding]:
    """Yield an error where targets lie outside of the range, and a warning where ReLU only touches them.

    One that did not go badly with such a ReLU gets a note.
    """
    block = case.blocks[-1] if case.is_regression and case.blocks else None
    if block is None or block.activation not in _RANGES:
        return
    targets = case.targets
    yield from _other_sums(case, block, options)
    low, high = _reached(block, targets.y.shape[1])
    slack = options.tolerance * (targets.high - targets.low)
    cure = _cure(case, block)
    outside = float(((targets.y < low - slack) | (targets.y > high + slack)).mean())
    evidence = {"lowest_target": targets.low, "highest_target": targets.high, "share_outside": outside}
    if outside:
        message = f"`{block.activation}` gives numbers from {low.min():g} to {high.max():g}, "
        message += f"but the targets go from {targets.low:.4g} to {targets.high:.4g}"
        yield Finding("error", message, block.activation_path, evidence, cure, weight=9.0)
    elif block.activation in ("relu", "relu6"):
        message = "`relu` at the output stops learning wherever it is 0; a regression needs `linear`"
        yield Finding(case.suspicion, message, block.activation_path, evidence, cure, weight=8.0)


def _cure(case: Case, block: Block) -> tuple[str, ...]:
    """Return a linear output, and for SGD the usual rate where its own is higher: the bound kept the errors small."""
    changes: list[tuple[Path, object]] = [(block.activation_path, "linear")]
    optimizer = case.resolved.train.optimizer
    if isinstance(optimizer, SGD) and isinstance(optimizer.learning_rate, float):
        lower = min(case.learning_rate, case.usual_rate)
        changes += [(case.learning_rate_path, lower)] if lower < case.learning_rate else []
    return prescribed(case, *changes)


def _other_sums(case: Case, block: Block, options: Options) -> Iterator[Finding]:
    """Yield an error for a softmax over several targets whose sum is not 1: labels of which several may be true."""
    y = case.targets.y
    if block.activation != "softmax" or block.activated is not block.head or block.rest or y.shape[1] < 2:
        return
    share = float((abs(y.sum(axis=1) - 1) > options.tolerance).mean())
    if share and case.targets.low >= 0 and case.targets.high <= 1:  # the range is looked at above
        message = (
            f"`softmax` gives numbers with the sum 1, but the targets of {100 * share:.3g} % of the rows have another"
        )
        cure = prescribed(case, (block.activation_path, "sigmoid"))
        yield Finding("error", message, block.activation_path, {"share_of_other_sums": share}, cure, weight=9.0)
