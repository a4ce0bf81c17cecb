"""Numbers of a config as variables of a model, for a program whose members have different ones."""

import operator
from collections.abc import Callable, Collection, Iterator
from typing import Any

import keras
import tensorflow as tf

from nntrain.config.keras import layers
from nntrain.config.member_numbers import Numbers, own, parts_of
from nntrain.config.named import Named
from nntrain.config.resolve import Resolved
from nntrain.errors import Path
from nntrain.model.target_normalization import StandardizedLoss


class MemberNumber:
    """A number above 0 in place of an option of a layer, a penalty, a loss or an optimizer, read where it is used.

    It is float64, as numbers of Python are, so that `1 - beta_2` keeps its digits; results are float32. A comparison
    with anything but 0, and what needs the value while a graph is made, raise TypeError.
    """

    def __init__(self, value: float) -> None:
        self.variable = keras.Variable(value, dtype="float64", trainable=False)

    def __tf_tensor__(self, dtype: Any = None, name: str | None = None) -> Any:
        return tf.cast(self._exact, dtype or tf.float32, name)

    @property
    def _exact(self) -> Any:
        return tf.convert_to_tensor(self.variable.value)

    def _result(self, operation: Callable[[Any, Any], Any], other: Any) -> Any:
        if isinstance(other, (int, float)):
            return tf.cast(operation(self._exact, tf.constant(other, tf.float64)), tf.float32)
        other = tf.convert_to_tensor(other)
        return operation(tf.cast(self._exact, other.dtype), other)

    def __add__(self, other: Any) -> Any:
        return self._result(operator.add, other)

    def __sub__(self, other: Any) -> Any:
        return self._result(operator.sub, other)

    def __rsub__(self, other: Any) -> Any:
        return self._result(lambda own, one: one - own, other)

    def __mul__(self, other: Any) -> Any:
        return self._result(operator.mul, other)

    def __truediv__(self, other: Any) -> Any:
        return self._result(operator.truediv, other)

    def __rtruediv__(self, other: Any) -> Any:
        return self._result(lambda own, one: one / own, other)

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self) -> Any:
        return self * -1

    def __bool__(self) -> bool:
        return True

    def __gt__(self, other: object) -> bool:
        return self.__ne__(other)

    def __ne__(self, other: object) -> bool:
        if other != 0:
            raise TypeError(f"{other} is compared with a number that each member of a stack has its own of")
        return True

    def __eq__(self, other: object) -> bool:
        return not self.__ne__(other)

    __hash__ = object.__hash__


def vary(resolved: Resolved, model: keras.Sequential, paths: Collection[Path]) -> dict[Path, MemberNumber]:
    """Put a variable in place of each number at these paths of a compiled model, and return them."""
    found: dict[Path, MemberNumber] = {}
    for path, thing, name in _places(resolved, model):
        if path in paths:
            number = found.setdefault(path, MemberNumber(float(getattr(thing, name))))
            _set(thing, name, number)
    return found


def put(resolved: Resolved, model: keras.Sequential, numbers: Numbers) -> None:
    """Put numbers into a model, which holds plain ones."""
    for path, thing, name in _places(resolved, model):
        if path in numbers:
            _set(thing, name, numbers[path])


def _places(resolved: Resolved, model: keras.Sequential) -> Iterator[tuple[Path, Any, str]]:
    """Yield each number's path, the Keras object that has it, and the name of its attribute."""
    train = resolved.train
    for (path, spec), layer in zip(layers.walk(resolved.experiment.model), model.layers, strict=True):
        yield from _inside(spec, layer, path)
    loss = model.loss.loss if isinstance(model.loss, StandardizedLoss) else model.loss
    yield from _inside(train.loss, loss, ("train", "loss", train.loss.called()))
    yield from _inside(train.optimizer, model.optimizer, ("train", "optimizer", train.optimizer.called()))
    if train.regularizer is not None:
        yield from _inside(train.regularizer, model.regularizer, ("train", "regularizer", train.regularizer.called()))


def _inside(spec: Named, thing: Any, path: Path) -> Iterator[tuple[Path, Any, str]]:
    for name in own(spec):
        yield (*path, name), thing, name
    for name, part in parts_of(spec):
        yield from _inside(part, getattr(thing, name), (*path, name, part.called()))


def _set(thing: Any, name: str, value: Any) -> None:
    """Set an attribute past Keras, which would track a variable as a weight; Keras's losses read a copy."""
    object.__setattr__(thing, name, value)
    if name in getattr(thing, "_fn_kwargs", {}):
        thing._fn_kwargs[name] = value
