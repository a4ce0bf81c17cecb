"""Objects of the classes of a plug-in: what they raise, with its line, and whether they can be saved."""

from typing import Any

from nntrain.config.named import Named
from nntrain.errors import ConfigError, Path, Problem
from nntrain.plugins import place


def problem(error: Exception, text: str, spec: Named, path: Path) -> Problem:
    """Return the problem of an error that a class has raised, which is not one of those that Keras raises."""
    message = f"`{spec.called()}` has raised {type(error).__name__}: {text}"
    return Problem(message, path, where(error), on_key=True)


def where(error: Exception) -> str:
    """Return the help that names the line of the plug-in that an error comes from; empty for one from elsewhere."""
    span = place.raised(error)
    return f"it comes from {span}: `{span.source.strip()}`" if span is not None else ""


def refuse_unsaved(layer: Any, path: Path) -> None:
    """Raise ConfigError for a layer that Keras could not write to model.keras after the training."""
    try:
        layer.get_config()
    except NotImplementedError:
        kind = type(layer)
        message = f"`{kind.__name__}` cannot be saved: Keras needs `get_config` where an argument is no plain value"
        help = "define `get_config`, which returns `{**super().get_config(), ...}` with the arguments of `__init__`"
        raise ConfigError(problems=[Problem(message, path, help, on_key=True)]) from None
