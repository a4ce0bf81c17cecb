"""Fits a Gaussian process to the scores and tries where it promises most (KerasTuner's BayesianOptimization)."""

from typing import Any

from nntrain import backend
from nntrain.config.search.space import Space
from nntrain.search.adapters.encoding import Encoding
from nntrain.search.engine import SearchEngine


def make(options: Any, space: Space, seed: int, objective_direction: str, pruner: Any = None) -> SearchEngine:
    """A search with `num_initial_points` random trials first, the noise `alpha`, and `beta` for its curiosity."""
    backend.import_keras_tuner()
    from nntrain.search.adapters.bayesian_oracle import Oracle
    from nntrain.search.adapters.keras_tuner_oracle import OracleEngine, make_oracle

    coding = Encoding(space)
    oracle = make_oracle(Oracle, coding, space.size, seed, objective_direction, **options.written())
    return OracleEngine(oracle, coding, space.own)
