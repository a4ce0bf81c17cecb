"""Successive halving that waits for no round (Optuna's SuccessiveHalvingPruner; https://arxiv.org/abs/1810.05934)."""

from typing import Any, ClassVar

from nntrain.config.tune import Factor, Pruner
from nntrain.config.value_types import NonNegativeInt, PositiveInt, omitted


class Options(Pruner):
    """Trains the best 1 of `reduction_factor` further at epochs 1, 4, 16, …, without waiting (Li et al. 2020)."""

    spelling: ClassVar = "ASHA"
    aliases = ("SuccessiveHalving", "SuccessiveHalvingPruner")
    min_resource: PositiveInt = omitted
    reduction_factor: Factor = omitted
    min_early_stopping_rate: NonNegativeInt = omitted


def make(options: Options) -> Any:
    """Return Optuna's pruner."""
    from optuna.pruners import SuccessiveHalvingPruner

    return SuccessiveHalvingPruner(**options.written())
