"""What the optimizer does differently for some weights, which the config names."""

from collections.abc import Sequence
from typing import Any

import keras

from nntrain.config.messages import close_names
from nntrain.config.train import Train
from nntrain.errors import ConfigError, Path, Problem


def treat(optimizer: keras.optimizers.Optimizer, train: Train, weights: Sequence[Any]) -> None:
    """Set the factors of the learning rate and the weights without decay on an optimizer that is not yet built.

    weights: those that are trained. Raises ConfigError at a name that none of them has.
    """
    found: list[Problem] = []
    factors = [1.0] * len(weights)
    for name, factor in (train.learning_rate_factors or {}).items():
        named = _named(name, weights, ("train", "learning_rate_factors", name), found)
        factors = [old * factor if index in named else old for index, old in enumerate(factors)]
    excluded: set[int] = set()
    for place, name in enumerate(train.exclude_from_weight_decay or []):
        excluded |= _named(name, weights, ("train", "exclude_from_weight_decay", place), found)
    if found:
        raise ConfigError(problems=found)
    if excluded:
        optimizer.exclude_from_weight_decay(var_list=[weights[index] for index in sorted(excluded)])
    if train.learning_rate_factors:
        _multiply(optimizer, factors)


def _named(name: str, weights: Sequence[Any], path: Path, found: list[Problem]) -> set[int]:
    """Return the places of the weights with this path, this name, or of a layer with this name."""
    places = {index for index, weight in enumerate(weights) if name in (weight.path, *weight.path.split("/"))}
    if not places:
        known = dict.fromkeys(part for weight in weights for part in (*weight.path.split("/"), weight.path))
        help = close_names(name, known) or f"the names are {', '.join(f'`{each}`' for each in list(known)[:8])}"
        found.append(
            Problem(f"no weight that is trained, and no layer with one, is called `{name}`", path, help, on_key=True)
        )
    return places


def _multiply(optimizer: Any, factors: Sequence[float]) -> None:
    """Let the optimizer update each weight with the learning rate times its factor; weight decay stays as it is."""
    plain = optimizer.update_step

    def update_step(gradient: Any, variable: Any, learning_rate: Any) -> None:
        # Keras's optimizers find the state of a weight by the same index.
        plain(gradient, variable, learning_rate * factors[optimizer._get_variable_index(variable)])

    optimizer.update_step = update_step
