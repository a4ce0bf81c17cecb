"""From the section `tune` to its engine: the file is found by the name of the spec class."""

from importlib import import_module
from typing import Literal, cast

from nntrain.spec.base import snake_case
from nntrain.spec.space import Space
from nntrain.spec.tune import Tune
from nntrain.tuners._tuner import Tuner


def make_tuner(tune: Tune, space: Space, direction: Literal["min", "max"]) -> Tuner:
    """The engine of a search over the space, at its beginning. Raises MissingPackage where its library is missing."""
    name = snake_case(tune.engine.called())
    module = import_module(f"nntrain.tuners.{name}")
    return cast(Tuner, module.make(tune.engine, space, tune.seed, direction, tune.pruner))
