"""What a plug-in adds to a config: a class for each Keras class that is defined in the file, and a data source."""

import inspect
from dataclasses import dataclass
from math import inf
from operator import attrgetter
from types import ModuleType
from typing import Any

from nntrain.config.data import Source
from nntrain.config.keras import image_layers, table_layers  # noqa: F401  # their classes are layers
from nntrain.config.keras.callbacks import Callback
from nntrain.config.keras.layers import Layer, _KerasLayer
from nntrain.config.keras.losses import Loss
from nntrain.config.keras.metrics import Metric
from nntrain.config.keras.weights import Constraint, Initializer, Regularizer
from nntrain.config.messages import article, listed
from nntrain.config.named import Named, known, snake_case
from nntrain.config.plugin import PluginFile
from nntrain.plugins.place import Place
from nntrain.plugins.signature import Signature


@dataclass(frozen=True)
class _Kind:
    """A kind of Keras class: its base in Keras, its family, and the options that all of them have.

    passes: whether nntrain gives an object arguments of Keras's base class, such as `name` and `dtype` of a layer.
    """

    base: str
    family: type[Named]
    common: type[Named]
    passes: bool = False

    def is_of(self, own: type[Any]) -> bool:
        import keras

        return issubclass(own, attrgetter(self.base)(keras))


_KINDS = (
    _Kind("layers.Layer", Layer, _KerasLayer, passes=True),
    _Kind("losses.Loss", Loss, Loss, passes=True),
    _Kind("metrics.Metric", Metric, Metric, passes=True),
    _Kind("callbacks.Callback", Callback, Callback),
    _Kind("initializers.Initializer", Initializer, Initializer),
    _Kind("regularizers.Regularizer", Regularizer, Regularizer),
    _Kind("constraints.Constraint", Constraint, Constraint),
)
_OTHERS = {"optimizers.Optimizer": "optimizer", "optimizers.schedules.LearningRateSchedule": "schedule"}
_BETWEEN_EPOCHS = ("on_epoch_begin", "on_epoch_end", "on_train_begin", "on_train_end", "on_test_begin", "on_test_end")
_NOT_OWN = ("keras.", "nntrain.model.")  # the modules of Keras's classes, and of nntrain's
_LABELS = ("index", "one_hot", "binary", "number")


def members(file: PluginFile, module: ModuleType) -> tuple[type[Named], ...]:
    """Return the classes of a config for what the file defines; a name that begins with `_` is for itself alone.

    Raises ConfigError at a class that cannot be used, and where the file adds nothing.
    """
    own = [each for each in vars(module).values() if isinstance(each, type) and each.__module__ == module.__name__]
    found = [_member(each, file) for each in own if _is_offered(each, file)]
    if (source := vars(module).get("Options")) is not None:
        found.append(_source(source, file, module))
    if not found:
        kinds = listed(f"keras.{kind.base}" for kind in _KINDS)
        help = f"define a subclass of one of {kinds}, or a data source: `class Options(Splittable)` and `load`"
        raise Place(file).error(f"the plug-in `{file.name}` defines no class that a config can use", help)
    for member in found:
        _refuse_known(member, file)
    return tuple(found)


def _is_offered(own: type[Any], file: PluginFile) -> bool:
    import keras

    if own.__name__.startswith("_"):
        return False
    for base, noun in _OTHERS.items():
        if issubclass(own, attrgetter(base)(keras)):
            message = f"`{own.__name__}` is {article(noun)}, which a plug-in cannot add"
            raise Place(file, own.__name__).error(message, "take it out of the file, or begin its name with `_`")
    return any(kind.is_of(own) for kind in _KINDS)


def _member(own: type[Any], file: PluginFile) -> type[Named]:
    """Return the class of a config with the arguments of `__init__` as its options."""
    kind = next(kind for kind in _KINDS if kind.is_of(own))
    base = _base(own, kind)
    signature = Signature.of(own, base, file)
    if kind.passes and not signature.is_open:
        message = f"`__init__` of `{own.__name__}` takes no `**kwargs`, in which nntrain gives it a name and more"
        help = "write `def __init__(self, ..., **kwargs)`, and `super().__init__(**kwargs)` in it"
        raise Place(file, own.__name__).error(message, help)
    facts = {**_facts(own, base, signature, file), "keras_class": own, "__doc__": _line(own, kind, file)}
    fields = kind.common if not signature.is_open else base
    names = {"__module__": __name__, "__qualname__": own.__name__, "__annotations__": signature.types}
    metaclass: Any = type(fields)
    member: type[Named] = metaclass(own.__name__, (fields,), {**names, **signature.defaults, **facts})
    return member


def _base(own: type[Any], kind: _Kind) -> type[Named]:
    """Return the class of a config for the nearest Keras class above, whose options a class with `**kwargs` takes."""
    if kind.family is Metric:  # nntrain's metrics of classes are others than Keras's
        return kind.common
    above = [each.__name__ for each in own.__mro__[1:] if each.__module__.startswith(_NOT_OWN)]
    return next((known(kind.family)[name] for name in above if name in known(kind.family)), kind.common)


def _line(own: type[Any], kind: _Kind, file: PluginFile) -> str:
    return inspect.cleandoc(own.__doc__ or f"{article(kind.family.noun).capitalize()} of {file.name}.")


def _facts(own: type[Any], base: type[Named], signature: Signature, file: PluginFile) -> dict[str, Any]:
    """Return what nntrain must know of a class and Keras does not say."""
    if issubclass(base, Loss):
        inherited = base.labels if base is not Loss else "number"
        labels = _one_of(own, "labels", _LABELS, inherited, file)
        return {"labels": labels, "least": float(getattr(own, "least", base.least if base is not Loss else -inf))}
    if issubclass(base, Metric):
        return _facts_of_metric(own, file)
    if issubclass(base, Callback):
        _refuse_batches(own, file)
    if issubclass(base, (Initializer, Regularizer, Constraint)):
        _refuse_unsaved(own, signature, file)
    return {}


def _facts_of_metric(own: type[Any], file: PluginFile) -> dict[str, Any]:
    above = (known(Metric).get(each.__name__) for each in own.__mro__[1:] if each.__module__.startswith("keras."))
    inherited = next((found for found in above if found is not None), None)
    better = _one_of(own, "better", ("min", "max"), inherited.better if inherited else None, file)
    task = _one_of(own, "task", ("classes", "numbers", "any"), inherited.task if inherited else "any", file)
    return {"better": better, "task": task, "bounds": inherited.bounds if inherited else (-inf, inf)}


def _one_of(own: type[Any], name: str, choices: tuple[str, ...], inherited: Any, file: PluginFile) -> Any:
    """Return the attribute of a class; raises ConfigError for another value, and for none where nothing is known."""
    value = vars(own).get(name, getattr(own, name, inherited))
    if value in choices:
        return value
    written = " or ".join(f'`{name} = "{choice}"`' for choice in choices)
    found = "is missing" if value is None else f"is `{value!r}`"
    raise Place(file, own.__name__).error(f"`{own.__name__}.{name}` {found}", f"write {written} in the class")


def _refuse_unsaved(own: type[Any], signature: Signature, file: PluginFile) -> None:
    """Raise ConfigError for a class whose options Keras would not write to model.keras."""
    if signature.types and _keras_class_above(own).get_config is own.get_config:
        config = ", ".join(f'"{name}": self.{name}' for name in signature.types)
        message = f"`{own.__name__}` has arguments and no `get_config`, with which Keras saves them"
        help = f"write `def get_config(self): return {{{config}}}`"
        raise Place(file, own.__name__).error(message, help)


def _refuse_batches(own: type[Any], file: PluginFile) -> None:
    """Raise ConfigError for a method that would not be called: an epoch is one compiled loop."""
    import keras

    for name in vars(keras.callbacks.Callback):
        defined = name.startswith("on_") and name not in _BETWEEN_EPOCHS
        if defined and getattr(own, name) is not getattr(_keras_class_above(own), name):
            message = f"`{own.__name__}.{name}` would not be called: nntrain runs a whole epoch in one compiled loop"
            raise Place(file, own.__name__).error(message, f"use one of {listed(_BETWEEN_EPOCHS)}")


def _keras_class_above(own: type[Any]) -> type[Any]:
    return next(above for above in own.__mro__ if above.__module__.startswith("keras."))


def _source(options: Any, file: PluginFile, module: ModuleType) -> type[Named]:
    """Return the options of a data source, which has the name of the file, as a module of `data/sources/` has."""
    if not isinstance(options, type) or not issubclass(options, Source) or options.__module__ != module.__name__:
        help = "write `from nntrain.config.data import Splittable` and `class Options(Splittable):`"
        raise Place(file, "Options").error("`Options` is that of a data source, and must be a `Splittable`", help)
    if not callable(getattr(module, "load", None)):
        help = "write `def load(options: Options) -> Rows:`"
        raise Place(file, "Options").error("the data source has `Options` and no function `load`", help)
    return options


def _refuse_known(member: type[Named], file: PluginFile) -> None:
    """Raise ConfigError for a name that nntrain gives to something else in the family."""
    family: type[Named] = next(kind for kind in member.__mro__ if Named in kind.__bases__)
    name, taken = member.called(), known(family)
    same = next((other for other in (name, snake_case(name), name.lower()) if other in taken), None)
    if same is None:
        return
    message = f"`{name}` is {article(family.noun)} of nntrain already" + (f", as `{same}`" if same != name else "")
    if issubclass(member, Source):
        raise Place(file, "Options").error(message, f"rename the file, such as `my_{file.name}`")
    raise Place(file, name).error(message, f"give the class another name, such as `My{name}`")
