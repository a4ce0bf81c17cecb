"""All sets of values of a finite space, in order, the config's own first (KerasTuner's GridSearch)."""

from nntrain import backend
from nntrain.config.search.space import Search
from nntrain.config.tune import Engine
from nntrain.search.adapters.keras_tuner_oracle import BlindEngine
from nntrain.search.engine import SearchEngine


class Options(Engine):
    """Every set of values in order; a range without a `step` in ten places. KerasTuner."""

    package = "keras_tuner"
    blind = True
    aliases = ("grid",)
    finite = True


def make(options: Options, search: Search) -> SearchEngine:
    """Return a grid search; the last parameter changes fastest."""
    return BlindEngine(backend.import_keras_tuner().oracles.GridSearchOracle, search, every_level=True)
