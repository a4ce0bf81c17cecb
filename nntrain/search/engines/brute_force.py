"""All sets of values of a space, each once, in random order (Optuna's BruteForceSampler)."""

from nntrain.config.search.space import Search
from nntrain.config.tune import Engine
from nntrain.errors import need
from nntrain.search.adapters.optuna_study import StudyEngine
from nntrain.search.engine import SearchEngine


class Options(Engine):
    """Every set of values once, in random order; a range without a `step` in ten places. Optuna."""

    finite = True
    blind = True


def make(options: Options, search: Search) -> SearchEngine:
    """Return every set of values; a continuous range is taken in ten places, as GridSearch does."""
    need(options.called(), "optuna")
    from optuna.samplers import BruteForceSampler

    return StudyEngine(BruteForceSampler, search, every_level=True)
