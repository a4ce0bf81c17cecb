"""What stops poor trials early, as Optuna has it. Epochs are Optuna's steps."""

from typing import Annotated, ClassVar

from pydantic import Field

from nntrain.config.base import Named, omitted
from nntrain.config.messages import problem
from nntrain.config.value_types import NonNegativeInt, PositiveInt

Factor = Annotated[int, Field(ge=2, le=1000)]


class Pruner(Named):
    """The family of pruners."""

    noun = "pruner"
    absent: ClassVar = {
        "none": "remove `pruner`",
        "Percentile": "write `Median`",
        "PercentilePruner": "write `Median`",
    }


class Hyperband(Pruner):
    """Successive halving at several rates at once, each trial in one of them (Li et al. 2018)."""

    aliases = ("HyperbandPruner",)
    min_resource: PositiveInt = omitted
    max_resource: PositiveInt = omitted
    reduction_factor: Factor = omitted

    def model_post_init(self, _: object) -> None:
        if self.min_resource and self.max_resource and self.min_resource > self.max_resource:
            message = f"`min_resource: {self.min_resource}` is above `max_resource: {self.max_resource}`"
            raise problem(message, "swap the two")


class ASHA(Pruner):
    """Goes on with the best 1 of `reduction_factor` at epochs 1, 4, 16 and so on, without waiting (Li et al. 2020)."""

    aliases = ("SuccessiveHalving", "SuccessiveHalvingPruner")
    min_resource: PositiveInt = omitted
    reduction_factor: Factor = omitted
    min_early_stopping_rate: NonNegativeInt = omitted


class Median(Pruner):
    """Stops a trial whose best figure so far is worse than the median of the others at this epoch."""

    aliases = ("MedianPruner",)
    n_startup_trials: NonNegativeInt = omitted
    n_warmup_steps: NonNegativeInt = omitted
    interval_steps: PositiveInt = omitted
