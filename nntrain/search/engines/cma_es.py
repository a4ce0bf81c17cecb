"""Moves a cloud of points over the ranges (Optuna's CMA-ES; Hansen, https://arxiv.org/abs/1604.00772)."""

from nntrain.config.search.space import Search
from nntrain.config.tune import Engine, Several
from nntrain.config.value_types import PositiveFloat, PositiveInt, omitted
from nntrain.errors import need
from nntrain.search.adapters.optuna_study import StudyEngine
from nntrain.search.engine import SearchEngine


class Options(Engine):
    """Moves a cloud of points over the ranges (Hansen 2001); choices are drawn at random. Optuna."""

    aliases = ("CMA-ES", "cmaes")
    least_ranges = 2
    n_startup_trials: PositiveInt = omitted
    sigma0: PositiveFloat = omitted
    popsize: Several = omitted


def make(options: Options, search: Search) -> SearchEngine:
    """Return CMA-ES over the ranges; choices and parameters under a condition are drawn at random."""
    need(options.called(), "optuna", "cmaes")
    from optuna.samplers import CmaEsSampler

    return StudyEngine(CmaEsSampler, search, {**options.written(), "warn_independent_sampling": False})
