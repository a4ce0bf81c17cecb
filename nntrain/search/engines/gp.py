"""Fits a Gaussian process to the scores and tries where it promises most (Optuna's GPSampler)."""

from typing import ClassVar

from nntrain.config.search.space import Search
from nntrain.config.tune import Engine
from nntrain.config.value_types import NonNegativeInt, omitted
from nntrain.errors import need
from nntrain.search.adapters.optuna_study import StudyEngine
from nntrain.search.engine import SearchEngine


class Options(Engine):
    """Fits a Gaussian process to the scores; needs torch. Optuna."""

    spelling: ClassVar = "GP"
    n_startup_trials: NonNegativeInt = omitted
    deterministic_objective: bool = omitted


def make(options: Options, search: Search) -> SearchEngine:
    """Return Optuna's Gaussian process; parameters under a condition are drawn at random."""
    need(options.called(), "optuna", "scipy", "torch", extra="gp")
    from optuna.samplers import GPSampler

    given = {**options.written(), "warn_independent_sampling": False}
    return StudyEngine(GPSampler, search, given, repeats=2)  # it is slow, and repeats itself when it is sure
