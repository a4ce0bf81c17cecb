"""Draws where good trials are dense and poor ones are not (Optuna's TPE).

Bergstra et al., Algorithms for Hyper-Parameter Optimization, https://papers.nips.cc/paper/4443.
"""

from typing import Any

from nntrain.config.search.space import Space
from nntrain.search.adapters.encoding import Encoding, mixed
from nntrain.search.adapters.optional_packages import need
from nntrain.search.engine import SearchEngine


def make(options: Any, space: Space, seed: int, objective_direction: str, pruner: Any = None) -> SearchEngine:
    """TPE; with conditions in the space it models each group of parameters that occur together by itself."""
    need("TPE", "optuna")
    from optuna.samplers import TPESampler

    from nntrain.search.adapters.optuna_study import StudyEngine, make_study, silence

    chosen = options.written()
    if any(one.condition for one in space.parameters) and chosen.get("multivariate", True):
        chosen.setdefault("group", True)
    with silence():
        sampler = TPESampler(**chosen, seed=mixed(seed))
    return StudyEngine(make_study(sampler, objective_direction, pruner), Encoding(space), space, seed)
