"""Numbers of a config that change no shape and no operation of a graph: each training of one program has its own.

0 is not one of them: Keras leaves out what a 0 has no part in, such as the velocities of SGD without momentum.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from nntrain.config import keras_defaults
from nntrain.config.experiment import Experiment
from nntrain.config.keras import layers, losses, optimizers, weights
from nntrain.config.named import Named
from nntrain.errors import Path

Numbers = dict[Path, float]
"""Path in the tree of an experiment → number, also where the config leaves it out and Keras has a default."""

_CLIPPING = ("clipnorm", "clipvalue", "global_clipnorm")
_OPTIONS: dict[type[Named], tuple[str, ...]] = {
    layers.Dropout: ("rate",),
    layers.AlphaDropout: ("rate",),
    layers.GaussianDropout: ("rate",),
    layers.SpatialDropout2D: ("rate",),
    layers.GaussianNoise: ("stddev",),
    weights.L1: ("l1",),
    weights.L2: ("l2",),
    weights.L1L2: ("l1", "l2"),
    weights.L2Norm: ("l2",),
    weights.MaxNorm: ("max_value",),
    losses.BinaryCrossentropy: ("label_smoothing",),
    losses.CategoricalCrossentropy: ("label_smoothing",),
    losses.SparseCategoricalCrossentropy: ("label_smoothing",),
    optimizers.Optimizer: ("momentum", "rho", "beta_1", "beta_2", "epsilon", "weight_decay", *_CLIPPING),
}


def numbers(experiment: Experiment) -> Numbers:
    """Return all of them that are above 0."""
    train = experiment.train
    chosen = {name: getattr(train, name) for name in ("optimizer", "loss", "regularizer")}
    parts: list[tuple[Path, Named]] = [
        *layers.walk(experiment.model),
        *((("train", name, spec.called()), spec) for name, spec in chosen.items() if isinstance(spec, Named)),
    ]
    return {path: value for begin, spec in parts for path, value in _inside(spec, begin)}


def _inside(spec: Named, path: Path) -> Iterator[tuple[Path, float]]:
    for name, value in own(spec).items():
        yield (*path, name), value
    for name, part in parts_of(spec):
        yield from _inside(part, (*path, name, part.called()))


def own(spec: Named) -> dict[str, float]:
    """Return the numbers above 0 among the options of a layer, a penalty, a loss or an optimizer itself."""
    options = next((names for kind, names in _OPTIONS.items() if isinstance(spec, kind)), ())
    given = {**keras_defaults.of(type(spec)), **spec.written()}
    found = {name: given.get(name) for name in options}
    return {name: float(value) for name, value in found.items() if isinstance(value, (int, float)) and value > 0}


def parts_of(spec: Named) -> list[tuple[str, Named]]:
    """Return the penalties and constraints of a layer by the names of its options."""
    kinds = (weights.Regularizer, weights.Constraint)
    return [(name, option) for name, option in spec.written().items() if isinstance(option, kinds)]


def differing(members: Sequence[Numbers]) -> frozenset[Path]:
    """Return the paths of the numbers by which trainings of one architecture differ."""
    first = members[0]
    return frozenset(path for path in first if any(other.get(path) != first[path] for other in members))


def replaced(tree: dict[str, Any], paths: Collection[Path]) -> dict[str, Any]:
    """Return the tree of an experiment, or a part of it, with a word in place of the numbers at some paths."""
    for path in sorted(paths, key=str):
        tree = _put(tree, path, "its own")
    return tree


def _put(tree: Any, path: Path, value: Any) -> Any:
    if not path:
        return value
    first, *rest = path
    if isinstance(tree, list):
        return [_put(each, tuple(rest), value) if place == first else each for place, each in enumerate(tree)]
    node = {tree: {}} if isinstance(tree, str) else dict(tree or {})  # `Adam` is `Adam: {}`
    return {**node, first: _put(node.get(first), tuple(rest), value)}
