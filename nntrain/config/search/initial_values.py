"""The config's own values at the paths of a search, with which the first trial is trained."""

from collections.abc import Sequence
from typing import Any

from nntrain.config import keras_defaults
from nntrain.config.experiment import Experiment
from nntrain.config.load import Config
from nntrain.config.named import to_tree
from nntrain.config.resolve import DEFAULT_EPOCHS
from nntrain.config.search.space import Condition, Parameter, Space, Values
from nntrain.config.search.trial_config import MISSING, value_at, with_values
from nntrain.config.value_types import is_number
from nntrain.document.assignment import same_name
from nntrain.errors import ConfigError


def initial_values(config: Config, parameters: Sequence[Parameter]) -> Values:
    """Return the config's value at the path of each parameter that is active with these values.

    For a choice it is the equal option, or else the config's value, which is then outside the space. A value that is
    not written and has no known default is left out: the first trial is the config as written in any case.
    """
    own: Values = {}
    space = Space(tuple(parameters))
    for one in parameters:
        if one.path in own or (one.condition and space.active_parameters(own).get(one.path) is not one):
            continue
        found = config_value(config, one.path)
        if found is MISSING and one.index(None) is not None:
            own[one.path] = None
        elif found is not MISSING:
            own[one.path] = _option(config, space, one, found) if one.kind == "choice" else found
    return own


def config_value(config: Config, path: str) -> Any:
    """Return the config's value at a path, written or default; MISSING where neither is known."""
    parts = path.split(".")
    written = value_at(config.document.tree, parts)
    if written is not MISSING:
        return written
    known = value_at(config.tree, parts)
    return known if known is not MISSING else _default(config.experiment, parts)


def _default(experiment: Experiment, parts: Sequence[str]) -> Any:
    train = experiment.train
    if parts == ["train", "epochs"] and train.steps is None:
        return DEFAULT_EPOCHS
    optimizer = type(train.optimizer)
    if len(parts) == 4 and parts[:2] == ["train", "optimizer"] and same_name(optimizer.called(), parts[2]):
        found = keras_defaults.of(optimizer).get(parts[3])
        return MISSING if found is None else found
    return MISSING


def _option(config: Config, space: Space, choice: Parameter, found: Any) -> Any:
    """Return the option that makes the same experiment as the config, or else the config's own value."""
    if (same := choice.index(found)) is not None and not _inner(space, choice.path, same):
        return choice.options[same]
    for number, option in enumerate(choice.options):
        if is_number(option) and is_number(found) and option != found:
            continue
        values = {choice.path: option}
        for path in _inner(space, choice.path, number):
            if (value := value_at(config.document.tree, path.split("."))) is not MISSING:
                values[path] = value
        if _makes_the_same(config, values):
            return option
    return found


def _inner(space: Space, path: str, number: int) -> list[str]:
    return [one.path for one in space.parameters if one.condition == Condition(path, number)]


def _makes_the_same(config: Config, values: Values) -> bool:
    try:
        made = with_values(config, values).experiment
    except ConfigError:
        return False
    written = {name: part for name, part in config.tree.items() if name != "tune"}
    return bool(to_tree(made) == written)
