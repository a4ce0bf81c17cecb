"""Keras's exceptions as errors at their place in the config."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import tensorflow as tf
from pydantic import ValidationError

from nntrain.config.keras import image_layers, layers
from nntrain.config.named import Named
from nntrain.errors import ConfigError, Path, Problem
from nntrain.model import custom, own_code

RAISED = (ValueError, TypeError, LookupError, NotImplementedError, ArithmeticError, MemoryError, tf.errors.OpError)
"""What Keras raises where it refuses a layer."""
CHANNELS_LAST = "save the images as rows x columns x channels, as `numpy.moveaxis(x, 1, -1)` gives them"


@contextmanager
def raised_at(
    path: Path,
    spec: Named | None = None,
    shape: tuple[int | None, ...] = (),
    build: Callable[[Named], object] | None = None,
) -> Iterator[None]:
    """Turn what Keras raises into ConfigError at the path, or at the option that Keras refuses.

    shape: of the layer's input, without the batch axis. build: builds a layer on that input.
    """
    own = spec is not None and spec.keras_class is not None
    raised: tuple[type[Exception], ...] = (Exception,) if own else RAISED  # own code may raise anything
    try:
        yield
    except ConfigError:
        raise
    except raised as error:
        problem = _problem(path, spec, shape, error)
        if spec is not None and build is not None and problem.help == "":
            problem = _of_an_option(path, spec, build, error) or problem
        raise ConfigError(problems=[problem]) from error


def _problem(path: Path, spec: Named | None, shape: tuple[int | None, ...], error: Exception) -> Problem:
    text = _one_line(str(error))
    if spec is None:
        return Problem(f"Keras refuses this: {text}", path)
    if not isinstance(error, RAISED):
        return own_code.problem(error, text, spec, path)
    layer = spec.called()
    if isinstance(error, (MemoryError, tf.errors.ResourceExhaustedError)):
        return Problem(f"out of memory: `{layer}` is too large for this machine", path, "use fewer units", on_key=True)
    if len(shape) != 3 and (_is_for_images(spec) or re.search(r"expected (min_)?ndim=4|rank 4|4D", text)):
        message = f"`{layer}` needs images, but its input has the shape {_shown(shape)}"
        return Problem(message, path, "add `Reshape: [height, width, channels]` before it", on_key=True)
    if has_channels_first(shape):
        message = f"`{layer}` needs the channels last, but its input has the shape {_shown(shape)}"
        return Problem(message, path, CHANNELS_LAST, on_key=True)
    if re.search(r"negative|zero or", text):
        message = f"`{layer}` does not fit into its input of the shape {_shown(shape)}"
        return Problem(message, path, "use a smaller window, `padding: same`, or one pooling less", on_key=True)
    message = f"`{layer}` cannot take an input of the shape {_shown(shape)}: {text}"
    return Problem(message, path, own_code.where(error), on_key=True)


def _of_an_option(path: Path, spec: Named, build: Callable[[Named], object], error: Exception) -> Problem | None:
    """Return the problem of an option, or of several, without which the layer takes its input; None if it does not."""
    written, text = spec.written(), _one_line(str(error))
    for name in written:
        with suppress(*RAISED, ValidationError):
            build(spec.model_validate({other: value for other, value in written.items() if other != name}))
            help = error.help if isinstance(error, custom.WrongShape) else f"change `{name}`, or leave it out"
            return Problem(f"`{name}` of `{spec.called()}`: {text}", (*path, name), help)
    needed = {name: value for name, value in written.items() if type(spec).model_fields[name].is_required()}
    with suppress(*RAISED, ValidationError):
        build(spec.model_validate(needed))
        message = f"the options of `{spec.called()}` do not fit: {text}"
        return Problem(message, path, "change them, or leave them out", on_key=True)
    return None


def _is_for_images(spec: Named) -> bool:
    return isinstance(spec, layers.Resizing) or type(spec).__module__ == image_layers.__name__


def has_channels_first(shape: tuple[int | None, ...]) -> bool:
    """Return whether the shape is that of images whose channels are probably the first axis, not the last."""
    return len(shape) == 3 and shape[0] in (1, 3, 4) and min(size or 0 for size in shape[1:]) >= 8


def _one_line(message: str) -> str:
    """Return the message on one line, without colours, preamble, list of arguments and the names of operations."""
    message = re.sub(r"\x1b\[[0-9;]*m|\{\{function_node [^}]*\}\}|\[Op:\w+\]", "", message).split(
        "Arguments received by"
    )[0]
    message = re.sub(r"^Exception encountered when calling [^\n]*\n", "", message.strip())
    message = message.rpartition("Error encountered:\n\n")[2]  # where Keras could not infer the shape of the output
    return re.sub(r" name:$", "", " ".join(message.split())).rstrip(".")


def _shown(shape: tuple[int | None, ...]) -> str:
    return " x ".join("?" if size is None else str(size) for size in shape) or "scalar"
