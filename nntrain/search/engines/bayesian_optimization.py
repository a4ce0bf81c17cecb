"""Fits a Gaussian process to the scores and tries the most promising values (KerasTuner's BayesianOptimization)."""

from nntrain import backend
from nntrain.config.search.space import Search
from nntrain.config.tune import Engine
from nntrain.config.value_types import NonNegativeFloat, PositiveFloat, PositiveInt, omitted
from nntrain.search.adapters.keras_tuner_oracle import OracleEngine
from nntrain.search.engine import SearchEngine


class Options(Engine):
    """Fits a Gaussian process to the scores and tries the most promising values. KerasTuner."""

    package = "keras_tuner"
    aliases = ("bayesian",)
    num_initial_points: PositiveInt = omitted
    alpha: PositiveFloat = omitted
    beta: NonNegativeFloat = omitted


def make(options: Options, search: Search) -> SearchEngine:
    """Return a search with `num_initial_points` random trials first, the noise `alpha`, and `beta` for exploration."""
    backend.import_keras_tuner()
    from nntrain.search.adapters import bayesian_oracle

    return OracleEngine(bayesian_oracle.Oracle, search, options.written())
