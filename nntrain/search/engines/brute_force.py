"""All sets of values of a space, each once, in random order (Optuna's BruteForceSampler)."""

from typing import Any

from nntrain.config.search.space import Space
from nntrain.search.adapters.encoding import Encoding, mixed
from nntrain.search.adapters.optional_packages import need
from nntrain.search.engine import SearchEngine


def make(options: Any, space: Space, seed: int, objective_direction: str, pruner: Any = None) -> SearchEngine:
    """Every set of values; a continuous range is taken in ten places, as GridSearch does."""
    need("BruteForce", "optuna")
    from optuna.samplers import BruteForceSampler

    from nntrain.search.adapters.optuna_study import StudyEngine, make_study, silence

    with silence():
        sampler = BruteForceSampler(seed=mixed(seed))
    study = make_study(sampler, objective_direction, pruner)
    return StudyEngine(study, Encoding(space, every_level=True), space, seed)
