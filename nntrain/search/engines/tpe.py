"""Draws where good trials are dense and poor ones are not (Optuna's TPE; https://papers.nips.cc/paper/4443)."""

from typing import Any, ClassVar

from nntrain.config.messages import problem
from nntrain.config.search.space import Search
from nntrain.config.tune import Engine
from nntrain.config.value_types import NonNegativeInt, PositiveInt, omitted
from nntrain.errors import need
from nntrain.search.adapters.optuna_study import StudyEngine
from nntrain.search.engine import SearchEngine


class Options(Engine):
    """Draws where good trials are dense and poor ones are not (Bergstra et al. 2011). Optuna."""

    spelling: ClassVar = "TPE"
    n_startup_trials: NonNegativeInt = omitted
    n_ei_candidates: PositiveInt = omitted
    multivariate: bool = omitted
    group: bool = omitted
    constant_liar: bool = omitted

    def model_post_init(self, _: Any) -> None:
        if self.group and self.multivariate is False:
            raise problem("`group` needs `multivariate`", "remove `multivariate: false`")


def make(options: Options, search: Search) -> SearchEngine:
    """Return TPE; with conditions in the space it models each group of parameters that occur together by itself."""
    need(options.called(), "optuna")
    from optuna.samplers import TPESampler

    chosen = options.written()
    if any(one.condition for one in search.space.parameters) and chosen.get("multivariate", True):
        chosen.setdefault("group", True)
    return StudyEngine(TPESampler, search, chosen)
