"""All sets of values of a finite space, in order, the config's own first (KerasTuner's GridSearch)."""

from typing import Any

from nntrain import backend
from nntrain.config.search.space import Space
from nntrain.search.adapters.encoding import Encoding
from nntrain.search.engine import SearchEngine


def make(options: Any, space: Space, seed: int, objective_direction: str, pruner: Any = None) -> SearchEngine:
    """A grid search; the last parameter changes fastest. Raises ConfigError for a continuous range."""
    backend.import_keras_tuner()
    from keras_tuner import oracles

    from nntrain.search.adapters.keras_tuner_oracle import BlindEngine, make_oracle

    coding = Encoding(space, every_level=True)
    oracle = make_oracle(oracles.GridSearchOracle, coding, space.size, seed, objective_direction)
    return BlindEngine(oracle, coding, space.own)
