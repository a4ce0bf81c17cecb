"""From the section `tune` to its engine: the file is found by the name of the spec class."""

from importlib import import_module
from typing import Literal, cast

from nntrain.config.base import snake_case
from nntrain.config.search.space import Space
from nntrain.config.tune import Tune
from nntrain.search.engine import SearchEngine


def make_engine(tune: Tune, space: Space, direction: Literal["min", "max"]) -> SearchEngine:
    """The engine of a search over the space, at its beginning. Raises MissingPackage where its library is missing."""
    name = snake_case(tune.engine.called())
    module = import_module(f"nntrain.search.engines.{name}")
    return cast(SearchEngine, module.make(tune.engine, space, tune.seed, direction, tune.pruner))
