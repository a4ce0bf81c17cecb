"""Values drawn at random, each set once (KerasTuner's RandomSearch)."""

from typing import Any

from nntrain import backend
from nntrain.spec.space import Space
from nntrain.tuners._codes import Coding
from nntrain.tuners._tuner import Tuner


def make(options: Any, space: Space, seed: int, objective_direction: str, pruner: Any = None) -> Tuner:
    """A random search; its proposals do not depend on the scores."""
    backend.import_keras_tuner()
    from keras_tuner import oracles

    from nntrain.tuners._oracle import BlindTuner, make_oracle

    coding = Coding(space)
    oracle = make_oracle(oracles.RandomSearchOracle, coding, space.size, seed, objective_direction)
    return BlindTuner(oracle, coding, space.own)
