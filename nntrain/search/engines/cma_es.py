"""Moves a cloud of points over the ranges (Optuna's CMA-ES).

Hansen, The CMA Evolution Strategy: A Tutorial, https://arxiv.org/abs/1604.00772.
"""

from typing import Any

from nntrain.config.search.space import Space
from nntrain.search.adapters.encoding import Encoding, mixed
from nntrain.search.adapters.optional_packages import need
from nntrain.search.engine import SearchEngine


def make(options: Any, space: Space, seed: int, objective_direction: str, pruner: Any = None) -> SearchEngine:
    """CMA-ES over two ranges or more; choices and parameters under a condition are drawn at random."""
    need("CmaEs", "optuna", "cmaes")
    from optuna.samplers import CmaEsSampler

    from nntrain.search.adapters.optuna_study import StudyEngine, make_study, silence

    with silence():
        sampler = CmaEsSampler(**options.written(), seed=mixed(seed), warn_independent_sampling=False)
    return StudyEngine(make_study(sampler, objective_direction, pruner), Encoding(space), space, seed)
