"""Values drawn at random, each set once (KerasTuner's RandomSearch)."""

from typing import Any

from nntrain import backend
from nntrain.config.search.space import Space
from nntrain.search.adapters.encoding import Encoding
from nntrain.search.engine import SearchEngine


def make(options: Any, space: Space, seed: int, objective_direction: str, pruner: Any = None) -> SearchEngine:
    """A random search; its proposals do not depend on the scores."""
    backend.import_keras_tuner()
    from keras_tuner import oracles

    from nntrain.search.adapters.keras_tuner_oracle import BlindEngine, make_oracle

    coding = Encoding(space)
    oracle = make_oracle(oracles.RandomSearchOracle, coding, space.size, seed, objective_direction)
    return BlindEngine(oracle, coding, space.own)
