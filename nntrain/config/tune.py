"""How to search: the section `tune`, its engines and its objective."""

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field

from nntrain.config.base import Named, Section, omitted
from nntrain.config.messages import problem
from nntrain.config.pruners import Factor, Pruner
from nntrain.config.value_types import NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt, Seed, Text

DEFAULT_TRIALS = 20
_NULLABLE = ("pruner", "trials", "max_seconds", "max_epochs_total")  # what `--set` may have to take back


class Engine(Named):
    """The family of search engines.

    `package` runs it; one that is `finite` comes to an end by itself; one that `promotes` goes on with trials that have
    ended, which then need their checkpoints.
    """

    noun = "engine"
    package: ClassVar[Literal["keras_tuner", "optuna"]] = "optuna"
    finite: ClassVar[bool] = False
    promotes: ClassVar[bool] = False
    absent: ClassVar = {
        "Random": "write `RandomSearch`",
        "Grid": "write `GridSearch`",
        "Bayesian": "write `BayesianOptimization`",
        "Hyperopt": "write `TPE`, which is the algorithm of Hyperopt",
        "Spearmint": "write `GP` or `BayesianOptimization`, which are its kind of search",
        "Talos": "write `GridSearch` or `RandomSearch`, which are what Talos does",
        "ASHA": "write `engine: TPE` and `pruner: ASHA`",
        "Median": "write `engine: TPE` and `pruner: Median`",
    }


class RandomSearch(Engine):
    """Draws each set of values at random. KerasTuner."""

    package = "keras_tuner"
    aliases = ("random",)


class BayesianOptimization(Engine):
    """Fits a Gaussian process to the scores and tries where it promises most. KerasTuner."""

    package = "keras_tuner"
    aliases = ("bayesian",)
    num_initial_points: PositiveInt = omitted
    alpha: PositiveFloat = omitted
    beta: NonNegativeFloat = omitted


class Hyperband(Engine):
    """Many short trainings, the best 1 of `factor` goes on, round after round (Li et al. 2018). KerasTuner."""

    package = "keras_tuner"
    finite = True
    promotes = True
    shorthand = "max_epochs"
    max_epochs: Annotated[int, Field(ge=2, le=10**6)]
    factor: Factor = 3
    iterations: PositiveInt = 1


class GridSearch(Engine):
    """Every set of values in order; a range without a `step` in ten places. KerasTuner."""

    package = "keras_tuner"
    aliases = ("grid",)
    finite = True


class TPE(Engine):
    """Draws where good trials are dense and poor ones are not (Bergstra et al. 2011). Optuna."""

    n_startup_trials: NonNegativeInt = omitted
    n_ei_candidates: PositiveInt = omitted
    multivariate: bool = omitted
    group: bool = omitted
    constant_liar: bool = omitted

    def model_post_init(self, _: Any) -> None:
        if self.group and self.multivariate is False:
            raise problem("`group` needs `multivariate`", "remove `multivariate: false`")


class GP(Engine):
    """Fits a Gaussian process to the scores; needs torch. Optuna."""

    n_startup_trials: NonNegativeInt = omitted
    deterministic_objective: bool = omitted


class CmaEs(Engine):
    """Moves a cloud of points over the ranges (Hansen 2001); choices are drawn at random. Optuna."""

    aliases = ("CMA-ES", "cmaes")
    n_startup_trials: PositiveInt = omitted
    sigma0: PositiveFloat = omitted
    popsize: Annotated[int, Field(ge=2, le=10**6)] = omitted


class BruteForce(Engine):
    """Every set of values once, in random order; a range without a `step` in ten places. Optuna."""

    finite = True


class Objective(Section):
    """The figure to be searched for; a bare text is its name."""

    metric: Text
    direction: Literal["min", "max"] = omitted

    @classmethod
    def read(cls, value: Any) -> Any:
        """The mapping that the value stands for."""
        return {"metric": value} if isinstance(value, str) else value


class Tune(Section):
    """How to search. `space` is read by `nntrain.config.search.space_reader`."""

    elsewhere: ClassVar = {
        "sampler": "write `engine`",
        "algorithm": "write `engine`",
        "metric": "write `objective`",
        "monitor": "write `objective`",
        "direction": "write `objective: {metric: ..., direction: ...}`",
        "max_trials": "write `trials`",
        "n_trials": "write `trials`",
        "epochs": "write `epochs` below `train`, or `max_epochs_total` for all trials together",
        "max_epochs": "write `engine: {Hyperband: {max_epochs: ...}}`, or `max_epochs_total`",
        "timeout": "write `max_seconds`",
        "workers": "give `--workers` on the command line",
        "parameters": "write `space`",
    }
    engine: Engine = Field(default_factory=RandomSearch)
    pruner: Pruner = omitted
    space: dict[str, Any]
    objective: Objective = omitted
    epoch: Literal["best", "last"] = "best"
    trials: PositiveInt = omitted
    max_seconds: PositiveFloat = omitted
    max_epochs_total: PositiveInt = omitted
    repeats: PositiveInt = 1
    seed: Seed = 0
    on_error: Literal["stop", "continue"] = "stop"
    keep: Literal["best", "all"] = "best"

    @classmethod
    def read(cls, value: Any) -> Self:
        """Validates the section; raises pydantic's ValidationError in our words. A `null` of _NULLABLE is left out."""
        if isinstance(value, dict):
            value = {name: part for name, part in value.items() if part is not None or name not in _NULLABLE}
        if isinstance(value, dict) and isinstance(value.get("objective"), str):
            value = {**value, "objective": Objective.read(value["objective"])}
        return cls.model_validate(value)

    @property
    def budget(self) -> int | None:
        """The most trials; None for an engine that ends by itself and was given no number."""
        return self.trials or (None if self.engine.finite else DEFAULT_TRIALS)

    @classmethod
    def _example(cls) -> str:
        return "write `tune: {space: {train.batch_size: {choice: [16, 32]}}}`"
