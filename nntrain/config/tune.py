"""How to search: the section `tune`, with its objective and the families of engines and pruners."""

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, WithJsonSchema

from nntrain.config.named import Named, PlugIn
from nntrain.config.section import Section, reference
from nntrain.config.value_types import PositiveFloat, PositiveInt, Seed, Text, omitted

Factor = Annotated[int, Field(ge=2, le=1000)]  # one in this many trials is trained further
Several = Annotated[int, Field(ge=2, le=10**6)]

DEFAULT_TRIALS = 20


class Engine(PlugIn, Named):
    """The family of search engines."""

    folder: ClassVar = "search.engines"
    noun = "engine"
    package: ClassVar[Literal["keras_tuner", "optuna", "hyperopt"]] = "optuna"  # the library that runs it
    finite: ClassVar[bool] = False  # whether it ends by itself
    promotes: ClassVar[bool] = False  # whether it decides how long a trial trains, and resumes trials that have ended
    blind: ClassVar[bool] = False  # whether no score changes what it proposes
    least_ranges: ClassVar[int] = 0  # that every trial needs
    absent: ClassVar = {
        "Random": "write `RandomSearch`",
        "Grid": "write `GridSearch`",
        "Bayesian": "write `BayesianOptimization`",
        "Optuna": "write `TPE`, which is what Optuna does unless told otherwise",
        "KerasTuner": "write `RandomSearch`, `BayesianOptimization` or `Hyperband`, which are KerasTuner's",
        "Ray": "remove `engine`, and give `--executor ray` on the command line",
        "RayTune": "remove `engine`, and give `--executor ray` on the command line",
        "Skopt": "write `GP` or `BayesianOptimization`",
        "ScikitOptimize": "write `GP` or `BayesianOptimization`",
        "Hyperopt": "write `HyperoptTPE`, or `TPE`, which is the same algorithm in Optuna",
        "Spearmint": "write `GP` or `BayesianOptimization`, which are its kind of search",
        "Talos": "write `GridSearch` or `RandomSearch`, which are what Talos does",
        "ASHA": "write `engine: TPE` and `pruner: ASHA`",
        "Median": "write `engine: TPE` and `pruner: Median`",
    }


class Pruner(PlugIn, Named):
    """The family of pruners, all of them Optuna's, whose steps are epochs."""

    folder: ClassVar = "search.pruners"
    noun = "pruner"
    absent: ClassVar = {"none": "remove `pruner`", "Percentile": "write `Median`", "PercentilePruner": "write `Median`"}


class Objective(Section):
    """The metric that decides; a bare text is its name."""

    short_forms: ClassVar = ({"type": "string", "minLength": 1},)
    metric: Text
    direction: Literal["min", "max"] = omitted

    @classmethod
    def read(cls, value: Any) -> Any:
        return {"metric": value} if isinstance(value, str) else value


class Tune(Section):
    """How to search, and what.

    `space` is read by `nntrain.config.search.space_reader`.
    """

    nullable: ClassVar = ("pruner", "trials", "max_seconds", "max_epochs_total")
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
        "cv": "write `folds`",
        "workers": "give `--workers` on the command line",
        "parameters": "write `space`",
    }
    engine: Engine = Field(default_factory=lambda: Engine.parse("RandomSearch"))
    pruner: Pruner = omitted
    space: Annotated[dict[str, Any], WithJsonSchema(reference("Space"))]
    objective: Objective = omitted
    epoch: Literal["best", "last"] = "best"
    trials: PositiveInt = omitted
    max_seconds: PositiveFloat = omitted
    max_epochs_total: PositiveInt = omitted
    repeats: PositiveInt = 1
    folds: Annotated[int, Field(ge=2, le=1000)] = omitted
    seed: Seed = 0
    on_error: Literal["stop", "continue"] = "stop"
    keep: Literal["best", "all"] = "best"

    @classmethod
    def read(cls, value: Any) -> Self:
        """Return the section, without each `null` of `nullable`; raises pydantic's ValidationError in our words."""
        if isinstance(value, dict):
            value = {name: part for name, part in value.items() if part is not None or name not in cls.nullable}
        if isinstance(value, dict) and isinstance(value.get("objective"), str):
            value = {**value, "objective": Objective.read(value["objective"])}
        return cls.model_validate(value)

    @property
    def budget(self) -> int | None:
        """The most trials; None for an engine that ends by itself, without a number."""
        return self.trials or (None if self.engine.finite else DEFAULT_TRIALS)

    @property
    def trainings(self) -> int:
        """How often each trial is trained: once for each fold, or each seed of `repeats`."""
        return self.folds or self.repeats

    @classmethod
    def _example(cls) -> str:
        return "write `tune: {space: {train.batch_size: {choice: [16, 32]}}}`"
