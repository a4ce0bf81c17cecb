"""Values drawn at random, each set once (KerasTuner's RandomSearch)."""

from nntrain import backend
from nntrain.config.search.space import Search
from nntrain.config.tune import Engine
from nntrain.search.adapters.keras_tuner_oracle import BlindEngine
from nntrain.search.engine import SearchEngine


class Options(Engine):
    """Draws each set of values at random. KerasTuner."""

    package = "keras_tuner"
    blind = True
    aliases = ("random",)


def make(options: Options, search: Search) -> SearchEngine:
    """Return a random search; its proposals do not depend on the scores."""
    return BlindEngine(backend.import_keras_tuner().oracles.RandomSearchOracle, search)
