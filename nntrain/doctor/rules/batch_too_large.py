"""The batch is so large that an epoch has few steps, and the training few updates."""

from collections.abc import Iterator
from dataclasses import dataclass

from nntrain.config.messages import counted
from nntrain.doctor.case import Case
from nntrain.doctor.finding import Finding
from nntrain.doctor.prescription import prescribed


@dataclass(frozen=True)
class Options:
    """The batch is too large for the rows.

    `updates`: fewer in total rarely train a network; the healthy configs of the tests have at least that, except for
    models without hidden layers. `steps` in an epoch: below that a smaller batch gives more of them.
    With more updates in total it is seldom what the training suffers from, and comes after other findings.
    `batch_size`: up to this many rows a batch is small (Masters and Luschi 2018, https://arxiv.org/abs/1804.07612),
    however few rows there are.
    """

    updates: int = 100
    steps: int = 4
    batch_size: int = 32


def diagnose(case: Case, options: Options) -> Iterator[Finding]:
    """Yield a warning where a batch of 32 would give far more updates in the same epochs.

    A training that did not go badly gets a note.
    """
    size = case.resolved.batch_size(case.rows)
    steps = case.resolved.steps_per_epoch(case.rows)
    smaller = min(options.batch_size, max(1, case.rows // options.steps))
    few = steps < options.steps and case.updates < options.updates
    if not (few or (case.is_ill and steps < options.steps)) or size <= options.batch_size or not case.hidden:
        return
    message = (
        f"a batch has {size:,} of {case.rows:,} rows, so an epoch has {counted(steps, 'step')} and the training "
        f"{case.updates:,}"
    )
    cure = prescribed(case, (("train", "batch_size"), smaller))
    evidence = {"batch_size": float(size), "rows": float(case.rows), "updates": float(case.updates)}
    yield Finding(case.suspicion, message, ("train", "batch_size"), evidence, cure, weight=5.0 if few else 2.5)
