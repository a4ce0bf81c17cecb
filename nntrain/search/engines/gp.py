"""Fits a Gaussian process to the scores and tries where it promises most (Optuna's GPSampler)."""

from typing import Any

from nntrain.config.search.space import Space
from nntrain.search.adapters.encoding import Encoding, mixed
from nntrain.search.adapters.optional_packages import need
from nntrain.search.engine import SearchEngine


def make(options: Any, space: Space, seed: int, objective_direction: str, pruner: Any = None) -> SearchEngine:
    """Optuna's Gaussian process, which needs torch; parameters under a condition are drawn at random."""
    need("GP", "optuna", "scipy", "torch", extra="gp")
    from optuna.samplers import GPSampler

    from nntrain.search.adapters.optuna_study import StudyEngine, make_study, silence

    with silence():
        sampler = GPSampler(**options.written(), seed=mixed(seed), warn_independent_sampling=False)
    study = make_study(sampler, objective_direction, pruner)
    return StudyEngine(study, Encoding(space), space, seed, repeats=2)  # it is slow, and repeats itself when it is sure
