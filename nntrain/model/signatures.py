"""The defaults in the signatures of Keras's classes, which nntrain does not pass on: for users who look them up.

`scripts/reference` writes them into the package, where `nntrain.config.keras_defaults` reads them without Keras.
"""

import inspect
from collections.abc import Mapping
from typing import Any

import keras

from nntrain.config import catalogue
from nntrain.config.keras.layers import Layer
from nntrain.config.keras.metrics import Metric
from nntrain.config.named import Named
from nntrain.model import class_metrics
from nntrain.model.auc import AUC
from nntrain.model.build import class_of

_EMPTY = inspect.Parameter.empty
_IN_PLACE = {"Accuracy": keras.metrics.CategoricalAccuracy, "AUC": AUC}  # the classes that compute a metric

_CHOSEN = {
    "Callback.EarlyStopping": {"restore_best_weights"},  # `train.save` decides
    "Layer.NTKDense": {"bias_initializer", "kernel_initializer"},  # a normal distribution, not those of Dense
    "Layer.PeriodicEmbedding": {"columns"},  # the data decide
    "Schedule.CosLog": {"total_steps"},  # the length of the training
}
"""Options whose default is not that of the signature, because nntrain chooses one, as each name and seed."""


def defaults() -> dict[str, dict[str, Any]]:
    """Return the default of each option that goes to Keras, by the member of a family and by the option.

    An option that has one of nntrain's, or none, is left out; None is a default.
    """
    found = {member.definition(): _of(member) for family in catalogue.FAMILIES for member in _going_to_keras(family)}
    return {name: options for name, options in sorted(found.items()) if options}


def _going_to_keras(family: type[Named]) -> list[type[Named]]:
    members = family.members().values()
    return [member for member in members if ".config.keras." in member.__module__ and member.called() != "Repeat"]


def _of(member: type[Named]) -> dict[str, Any]:
    found, fields = _arguments(member), member.model_fields
    ours = {name for name, field in fields.items() if field.is_required() or field.default is not None}
    chosen = {"name", "seed", *_CHOSEN.get(member.definition(), ())}
    names = [name for name in member.options() if name not in ours | chosen]
    return {name: _plain(found[name]) for name in names if found.get(name, _EMPTY) is not _EMPTY}


def _arguments(member: type[Named]) -> Mapping[str, Any]:
    """Return the defaults of the class, and those of the classes below that it passes its arguments on to."""
    cls: Any = _computing(member)
    bases = [keras.layers.Layer.__init__, *([cls.__mro__[1]] if cls.__module__.startswith("nntrain") else [])]
    below = bases if issubclass(member, Layer) else []
    signatures = [inspect.signature(each).parameters.values() for each in (*below, cls)]
    return {argument.name: argument.default for signature in signatures for argument in signature}


def _computing(member: type[Named]) -> Any:
    name = member.called()
    if not issubclass(member, Metric):
        return class_of(member)
    return _IN_PLACE.get(name) or getattr(class_metrics, name, None) or class_of(member)


def _plain(value: Any) -> Any:
    """Return a default as YAML would write it; raises TypeError for one that it cannot."""
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    if value is None or type(value) in (bool, int, float, str):
        return value
    raise TypeError(f"no YAML for the default {value!r}")
