"""All sets of values of a finite space, in order, the config's own first (KerasTuner's GridSearch)."""

from typing import Any

from nntrain import backend
from nntrain.spec.space import Space
from nntrain.tuners._codes import Coding
from nntrain.tuners._tuner import Tuner


def make(options: Any, space: Space, seed: int, objective_direction: str, pruner: Any = None) -> Tuner:
    """A grid search; the last parameter changes fastest. Raises ConfigError for a continuous range."""
    backend.import_keras_tuner()
    from keras_tuner import oracles

    from nntrain.tuners._oracle import BlindTuner, make_oracle

    coding = Coding(space, every_level=True)
    oracle = make_oracle(oracles.GridSearchOracle, coding, space.size, seed, objective_direction)
    return BlindTuner(oracle, coding, space.own)
