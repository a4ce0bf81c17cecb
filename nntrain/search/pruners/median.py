"""Stops a trial that is worse than the median of the others at the same epoch (Optuna's MedianPruner)."""

from typing import Any

from nntrain.config.tune import Pruner
from nntrain.config.value_types import NonNegativeInt, PositiveInt, omitted


class Options(Pruner):
    """Stops a trial whose best score so far is worse than the median of the others at this epoch."""

    aliases = ("MedianPruner",)
    n_startup_trials: NonNegativeInt = omitted
    n_warmup_steps: NonNegativeInt = omitted
    interval_steps: PositiveInt = omitted


def make(options: Options) -> Any:
    """Return Optuna's pruner."""
    from optuna.pruners import MedianPruner

    return MedianPruner(**options.written())
