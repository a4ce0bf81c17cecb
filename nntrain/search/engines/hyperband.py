"""Many short trainings, of which the best are gone on with (KerasTuner's Hyperband).

Li et al., Hyperband: A Novel Bandit-Based Approach to Hyperparameter Optimization, https://arxiv.org/abs/1603.06560.
"""

from typing import Any

from nntrain import backend
from nntrain.config.search.space import Space
from nntrain.search.adapters.encoding import Encoding
from nntrain.search.engine import SearchEngine


def make(options: Any, space: Space, seed: int, objective_direction: str, pruner: Any = None) -> SearchEngine:
    """Hyperband with `max_epochs`, `factor` and `iterations`; it waits where a round has to be finished first."""
    backend.import_keras_tuner()
    from nntrain.search.adapters.hyperband_oracle import Oracle
    from nntrain.search.adapters.keras_tuner_oracle import OracleEngine, make_oracle

    coding = Encoding(space)
    oracle = make_oracle(
        Oracle,
        coding,
        space.size,
        seed,
        objective_direction,
        max_epochs=options.max_epochs,
        factor=options.factor,
        hyperband_iterations=options.iterations,
    )
    return OracleEngine(oracle, coding, space.own, longest=options.max_epochs)
