"""Operations that `tf.vectorized_map` has no conversion for, or only a loop over the members.

A convolution of every member is one convolution whose groups are the members: their channels lie side by side. Where
all members see the same images, as when they are scored, it has no groups, and the filters lie side by side.
"""

from collections.abc import Callable
from typing import Any

import tensorflow as tf
from tensorflow.python.ops import gen_nn_ops
from tensorflow.python.ops.parallel_for import pfor

_CONVERSIONS: dict[str, Any] = pfor._pfor_converter_registry
_OPTIONS = ("strides", "padding", "explicit_paddings", "dilations")


def add_conversions() -> None:
    """Let `tf.vectorized_map` use those of this module."""
    if _CONVERSIONS.get("Conv2D") is not _convolution:
        _LOOPS.update({name: _CONVERSIONS[name] for name in _OURS if name in _CONVERSIONS})
        _CONVERSIONS.update(_OURS)


def _bitcast(converted: Any) -> Any:
    """Of Keras's `argmax`; TensorFlow's loop would take half of a step."""
    return pfor.wrap(tf.bitcast(converted.stacked_input(0), converted.get_attr("type")), True)


def _squeeze(converted: Any) -> Any:
    """Of a bias in Keras's `add`; without axes, TensorFlow's would remove that of the members where there is one."""
    shape = converted.op.inputs[0].shape
    if converted.get_attr("squeeze_dims") or not shape.is_fully_defined():
        return _LOOPS["Squeeze"](converted)
    stacked = converted.stacked_input(0)
    return pfor.wrap(tf.reshape(stacked, [tf.shape(stacked)[0], *(size for size in shape if size != 1)]), True)


def _convolution(converted: Any) -> Any:
    if not _is_stacked(converted, 1):
        return _LOOPS["Conv2D"](converted)
    filters, images = converted.stacked_input(1), converted.input(0).t
    if _is_stacked(converted, 0):
        images = _side_by_side(images)
    return _apart(gen_nn_ops.conv2d(images, _side_by_side(filters), **_options(converted)), filters)


def _gradient_of_images(converted: Any) -> Any:
    if not _is_stacked(converted, 1):
        return _LOOPS["Conv2DBackpropInput"](converted)
    converted.stack_inputs(stack_indices=[1, 2])
    sizes, filters, gradients = converted.unstacked_input(0), converted.stacked_input(1), converted.stacked_input(2)
    parts = (_for_all(sizes, filters), _side_by_side(filters), _side_by_side(gradients))
    return _apart(gen_nn_ops.conv2d_backprop_input(*parts, **_options(converted)), filters)


def _gradient_of_filters(converted: Any) -> Any:
    converted.stack_inputs(stack_indices=[0, 2])
    images, sizes, gradients = converted.stacked_input(0), converted.unstacked_input(1), converted.stacked_input(2)
    parts = (_side_by_side(images), _for_all(sizes, images), _side_by_side(gradients))
    return _apart(gen_nn_ops.conv2d_backprop_filter(*parts, **_options(converted)), images)


_OURS: dict[str, Callable[[Any], Any]] = {
    "Bitcast": _bitcast,
    "Squeeze": _squeeze,
    "Conv2D": _convolution,
    "Conv2DBackpropInput": _gradient_of_images,
    "Conv2DBackpropFilter": _gradient_of_filters,
}
_LOOPS: dict[str, Callable[[Any], Any]] = {}  # TensorFlow's own, where ours does not apply


def _is_stacked(converted: Any, place: int) -> bool:
    return bool(converted.input(place).is_stacked)


def _options(converted: Any) -> dict[str, Any]:
    found = {name: converted.get_attr(name) for name in _OPTIONS}
    return {name: value if name == "padding" else list(value) for name, value in found.items()}


def _side_by_side(stacked: Any) -> Any:
    """Return (members, a, b, c, channels) as (a, b, c, members · channels)."""
    members, *sizes, channels = tf.unstack(tf.shape(stacked), num=5)
    return tf.reshape(tf.transpose(stacked, (1, 2, 3, 0, 4)), [*sizes, members * channels])


def _apart(joined: Any, like: Any) -> Any:
    """Return (a, b, c, members · channels) as (members, a, b, c, channels), for as many members as `like` has."""
    members = tf.shape(like)[0]
    *sizes, channels = tf.unstack(tf.shape(joined), num=4)
    parts = tf.reshape(joined, [*sizes, members, channels // members])
    return pfor.wrap(tf.transpose(parts, (3, 0, 1, 2, 4)), True)


def _for_all(sizes: Any, like: Any) -> Any:
    """Return the sizes (a, b, c, channels) of one member as those of all side by side."""
    return tf.concat([sizes[:3], sizes[3:] * tf.shape(like)[0]], 0)
