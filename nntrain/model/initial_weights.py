"""The weights of another model as the start of a training: `train.init_from`. A run is resumed in another way."""

from pathlib import Path

import keras
import numpy as np

from nntrain.errors import ConfigError, Problem
from nntrain.model.custom import Network
from nntrain.model.restore import load_model
from nntrain.storage.find_runs import is_run
from nntrain.storage.run_dir import RunDir

PATH = ("train", "init_from")


def take_weights(model: Network, source: str) -> str:
    """Set every weight that the source has under the same name and shape; return a sentence about them.

    source: the value of `train.init_from`, a run directory or a `.keras` or `.weights.h5` file of a model with the same
    layers. Raises ConfigError when no weight fits.
    """
    path = Path(source)
    if not path.exists():
        raise ConfigError(problems=[Problem(f"`{source}` is neither a run nor a file", PATH, "check the path")])
    taken = _from_run(model, path) if is_run(path) else _from_file(model, path)
    if not taken:
        help = "give a model whose first layers have the same names and sizes"
        raise ConfigError(problems=[Problem(f"no weight of `{source}` fits this model", PATH, help)])
    left = [weight.path for weight in model.weights if weight.path not in taken]
    rest = f"; the others are initialized: {', '.join(left)}" if left else ""
    return f"{len(taken)} of {len(model.weights)} weights are those of {source}{rest}"


def _from_run(model: Network, path: Path) -> set[str]:
    theirs = {weight.path: weight for weight in load_model(RunDir(path)).model.weights}
    taken = set()
    for weight in model.weights:
        other = theirs.get(weight.path)
        if other is not None and other.shape == weight.shape:
            weight.assign(other)
            taken.add(weight.path)
    return taken


def _from_file(model: Network, path: Path) -> set[str]:
    before = {weight.path: keras.ops.convert_to_numpy(weight).copy() for weight in model.weights}
    try:
        model.plain().load_weights(path, skip_mismatch=True)
    except (ValueError, OSError, KeyError) as error:
        raise ConfigError(problems=[Problem(f"`{path}` holds no weights: {error}", PATH)]) from None
    return {w.path for w in model.weights if not np.array_equal(before[w.path], keras.ops.convert_to_numpy(w))}
