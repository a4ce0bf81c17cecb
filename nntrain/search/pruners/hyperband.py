"""Successive halving at several rates at once (Optuna's HyperbandPruner; https://arxiv.org/abs/1603.06560)."""

from typing import Any

from nntrain.config.messages import problem
from nntrain.config.tune import Factor, Pruner
from nntrain.config.value_types import PositiveInt, omitted


class Options(Pruner):
    """Successive halving at several rates at once, each trial in one of them (Li et al. 2018)."""

    aliases = ("HyperbandPruner",)
    min_resource: PositiveInt = omitted
    max_resource: PositiveInt = omitted
    reduction_factor: Factor = omitted

    def model_post_init(self, _: Any) -> None:
        if self.min_resource and self.max_resource and self.min_resource > self.max_resource:
            message = f"`min_resource: {self.min_resource}` is above `max_resource: {self.max_resource}`"
            raise problem(message, "swap the two")


def make(options: Options) -> Any:
    """Return Optuna's pruner."""
    from optuna.pruners import HyperbandPruner

    return HyperbandPruner(**options.written())
