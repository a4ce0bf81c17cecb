"""Layers that a format cannot hold, refused by name."""

from collections.abc import Iterable, Iterator

from nntrain.config.keras.layers import walk
from nntrain.errors import ConfigError, Path, Problem
from nntrain.exports.exported_run import ExportedRun

OTHERS = "use `--to keras` or `--to saved_model`, which hold every layer"


def places(exported: ExportedRun) -> Iterator[tuple[Path, str]]:
    """Yield the path in resolved.yaml and the name of the class of each layer of the model, in their order.

    An ensemble is one layer, and may have one after it.
    """
    written = [(path, spec.called()) for path, spec in walk(exported.saved.resolved.experiment.model)]
    if exported.saved.resolved.train.ensemble is None:
        yield from written
    else:
        yield ("train", "ensemble"), "Ensemble"
        yield from written[-1:] * (len(exported.saved.model.layers) - 1)


def refused(format: str, layers: Iterable[tuple[Path, str, str]]) -> ConfigError:
    """Return the error for layers that a format cannot hold; each has a path, the name of its class, and why."""
    problems = [
        Problem(f"`{format}` cannot hold the layer `{name}`{f': {why}' if why else ''}", path, OTHERS)
        for path, name, why in layers
    ]
    return ConfigError(problems=problems)
