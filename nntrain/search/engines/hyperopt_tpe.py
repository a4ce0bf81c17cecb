"""TPE as Hyperopt has it, from the authors of the method (https://papers.nips.cc/paper/4443)."""

from typing import Annotated, ClassVar

from pydantic import Field

from nntrain.config.search.space import Search
from nntrain.config.tune import Engine
from nntrain.config.value_types import NonNegativeInt, PositiveInt, omitted
from nntrain.errors import need
from nntrain.search.engine import SearchEngine


class Options(Engine):
    """Draws where good trials are dense and poor ones are not (Bergstra et al. 2011). Hyperopt."""

    spelling: ClassVar = "HyperoptTPE"
    package = "hyperopt"
    n_startup_jobs: NonNegativeInt = Field(default=omitted, description="Trials that are drawn at random first.")
    n_EI_candidates: PositiveInt = Field(default=omitted, description="Draws from which the most promising is taken.")
    gamma: Annotated[float, Field(gt=0, lt=1)] = Field(
        default=omitted, description="Of n trials, `gamma` times the square root of n count as good."
    )


def make(options: Options, search: Search) -> SearchEngine:
    """Return Hyperopt's TPE."""
    need(options.called(), "hyperopt", extra="hyperopt")
    from nntrain.search.adapters.hyperopt_trials import TrialsEngine

    return TrialsEngine(search, options.written())
