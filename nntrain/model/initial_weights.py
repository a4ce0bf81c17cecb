"""The initial weights that `train.init_from` names: those of a run or a file, on the same columns and classes."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from nntrain.config.data_schema import Schema
from nntrain.config.messages import counted, listed
from nntrain.config.table import Table
from nntrain.errors import ConfigError, NNTrainError, Problem
from nntrain.model import weights_file
from nntrain.model.custom import Network
from nntrain.model.restore import SavedModel, load_model
from nntrain.model.table_encoding import TableEncoding
from nntrain.model.table_entries import difference, order_of, weights_of_columns
from nntrain.model.weight_axes import feature_axes, flipped, output_axes
from nntrain.storage import run_files
from nntrain.storage.find_runs import is_run
from nntrain.storage.run_dir import RunDir

PLACE = ("train", "init_from")
_SAME = "give data with the columns and categories that it was trained on"


@dataclass
class _Source:
    """Weights by path, and what was done to put them on the columns and classes of the data."""

    name: str
    weights: dict[str, np.ndarray]
    done: str = ""

    def reorder(self, axes: dict[str, int], order: Sequence[int], what: str) -> None:
        for path, axis in axes.items():
            self.weights[path] = self.weights[path].take(order, axis)
        self.done += f", reordered by the names of the {what}"

    def leave_out(self, axes: dict[str, int], why: str) -> None:
        self.weights = {path: weight for path, weight in self.weights.items() if path not in axes}
        self.done += f"; {why}"


def take_weights(model: Network, schema: Schema, source: str, table: Table | None) -> str:
    """Set every weight that the source has under the same name and shape; return a sentence about them.

    schema: that of the data; table: what their columns are, with their categories. source: a run directory, or a
    `.keras` or `.weights.h5` file of a model with the same layers. The weights of a run follow the names of its
    columns, categories and classes; with other classes its output layer is left out. Raises ConfigError when no weight
    fits, when the columns or categories are others, or when the source is broken.
    """
    found = _read(model, schema, Path(source), table)
    fitting = [w for w in model.weights if w.path in found.weights and found.weights[w.path].shape == tuple(w.shape)]
    if not fitting:
        help = "give a model whose first layers have the same names and sizes"
        raise _error(f"no weight of `{source}` fits this model", help)
    for weight in fitting:
        weight.assign(found.weights[weight.path])
    taken = {weight.path for weight in fitting}
    left = [weight.path for weight in model.weights if weight.path not in taken]
    rest = f"; the others are initialized: {', '.join(left)}" if left else ""
    return f"{len(taken)} of {counted(len(model.weights), 'weight')} are those of {source}{found.done}{rest}"


def record_of(source: str | None) -> dict[str, str]:
    """Return what environment.json holds of the source of `take_weights`: the SHA-256 of its file of weights."""
    if source is None:
        return {}
    path = Path(source)
    with (path / run_files.MODEL if is_run(path) else path).open("rb") as file:
        return {"init_from_sha256": hashlib.file_digest(file, "sha256").hexdigest()}


def _read(model: Network, schema: Schema, path: Path, table: Table | None) -> _Source:
    if path.name == run_files.MODEL and is_run(path.parent):
        path = path.parent
    if is_run(path):
        return _from_run(model, schema, path, table)
    if not path.is_file():
        raise _error(f"`{path}` is neither a run nor a file", "check the path")
    return _Source(str(path), _from_file(model, path), ", which does not name its columns and classes")


def _from_run(model: Network, schema: Schema, path: Path, table: Table | None) -> _Source:
    try:
        saved = load_model(RunDir(path))
    except NNTrainError as error:
        found = [problem if problem.span else replace(problem, path=PLACE) for problem in error.problems]
        raise ConfigError(problems=found) from None
    source = _Source(str(path), {weight.path: weight.numpy() for weight in saved.model.weights})
    ours = {weight.path: tuple(weight.shape) for weight in model.weights}
    if table is not None and saved.table is not None and _has_categories(table, saved.table, model):
        _follow_table(source, saved, model, (schema, table))
    else:
        _follow_features(source, saved, schema, ours)
    _follow_outputs(source, saved, schema)
    return source


def _follow_features(source: _Source, saved: SavedModel, schema: Schema, ours: dict[str, tuple[int, ...]]) -> None:
    """Put the weights of the inputs on the columns of the data; raises ConfigError where the columns are others."""
    theirs = saved.resolved.schema.features
    if theirs == schema.features or saved.resolved.schema.shape != schema.shape:
        return
    if not theirs or not schema.features:
        source.done += ", by the place of each column, as only one of the two data sets names them"
        return
    axes, complete = feature_axes(saved.model)
    if complete and sorted(theirs) == sorted(schema.features):
        source.reorder(axes, [theirs.index(name) for name in schema.features], "columns")
    elif not complete or any(ours.get(path) == source.weights[path].shape for path in axes):
        raise _error(_other_columns(source.name, theirs, schema.features), "give the columns that it was trained on")


def _has_categories(ours: Table, theirs: Table, model: Network) -> bool:
    """Return whether more than the names of the columns says what the weights stand for."""
    encoded = any(isinstance(layer, TableEncoding) for layer in model.layers)
    return encoded or any(map(any, (ours.sizes, theirs.sizes)))


def _follow_table(source: _Source, saved: SavedModel, model: Network, data: tuple[Schema, Table]) -> None:
    """Put the weights on the columns and categories of the data; raises ConfigError where these are others.

    A weight of another shape is not taken, and need not fit. data: their schema, and what their columns are.
    """
    _, table = data
    theirs, ours = (weights_of_columns(net, of) for net, of in ((saved.model, saved.table), (model, table)) if of)
    shapes = {weight.path: tuple(weight.shape) for weight in model.weights}
    moved = False
    for path in theirs.along.keys() & ours.along.keys():
        weight = source.weights[path]
        if shapes.get(path) != weight.shape or theirs.along[path] == ours.along[path]:
            continue
        order = order_of(theirs.along[path], ours.along[path])
        if order is None:
            raise _error(_trained_on(source.name, saved, data), _SAME)
        source.weights[path] = weight.take(order, ours.along[path].axis)
        moved = True
    if not (theirs.complete and ours.complete) and theirs.flow != ours.flow and len(theirs.flow) == len(ours.flow):
        raise _error(_trained_on(source.name, saved, data), _SAME)
    if moved:
        source.done += ", reordered by the names of the columns and categories"


def _trained_on(name: str, saved: SavedModel, data: tuple[Schema, Table]) -> str:
    schemas, (_, table) = (saved.resolved.schema, data[0]), data
    theirs, ours = ([schema.features[place] for place in schema.missing] for schema in schemas)
    return f"`{name}` was trained on {difference(saved.table or table, table, (theirs, ours))}"


def _other_columns(name: str, theirs: Sequence[str], ours: Sequence[str]) -> str:
    missing, new = (listed([n for n in a if n not in b], 5) for a, b in ((theirs, ours), (ours, theirs)))
    if not missing:
        return f"`{name}` was trained on these columns in another order, {listed(theirs, 5)}, and reshapes them"
    return f"`{name}` was trained on other columns: on {missing} in place of {new}"


def _follow_outputs(source: _Source, saved: SavedModel, schema: Schema) -> None:
    """Put the weights of the output layer on the classes or targets of the data, or leave them out."""
    what = "classes" if schema.classes else "targets"
    theirs, ours = _outputs(saved.resolved.schema), _outputs(schema)
    same_task = bool(saved.resolved.schema.classes) == bool(schema.classes)
    if same_task and (theirs == ours or not (theirs and ours)):
        return
    axes, exact = output_axes(saved.model, len(theirs))
    if exact and same_task and sorted(theirs) == sorted(ours):
        source.reorder(axes, [theirs.index(name) for name in ours], what)
    elif what == "classes" and tuple(reversed(theirs)) == ours and flipped(saved, axes, source.weights):
        source.done += ", with the sign of the output changed for the order of the classes"
    else:
        source.leave_out(axes, f"its output layer is left out, as it was trained for {listed(theirs, 5) or 'numbers'}")


def _outputs(schema: Schema) -> tuple[str, ...]:
    return schema.classes or schema.targets


def _from_file(model: Network, path: Path) -> dict[str, np.ndarray]:
    """Return the weights that a file of the same layers has for this model, which they are set in."""
    try:
        with path.open("rb") as file:
            taken = weights_file.load_weights(model.plain(), file)
    except weights_file.Unreadable as error:
        raise _error(f"`{path}` {error}", "give another file of weights") from None
    except OSError as error:
        raise _error(f"`{path}` cannot be read: {error.strerror}", "check its permissions") from None
    return {weight.path: weight.numpy() for weight in model.weights if weight.path in taken}


def _error(message: str, help: str) -> ConfigError:
    return ConfigError(problems=[Problem(message, PLACE, help)])
