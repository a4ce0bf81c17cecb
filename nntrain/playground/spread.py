"""What a page that trains by itself begins with: points, initial weights, and where trainings of nntrain end."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nntrain.data import dataset as datasets
from nntrain.data.dataset import Dataset
from nntrain.data.examples import Split
from nntrain.errors import ConfigError
from nntrain.playground import compose
from nntrain.playground.base import Base
from nntrain.playground.settings import ACTIVATIONS, OPTIMIZERS, Settings
from nntrain.progress import ProgressWatcher
from nntrain.terminal import Terminal
from nntrain.training import trainer
from nntrain.training.history import History
from nntrain.training.prepare import prepare
from nntrain.training.program_cache import Programs
from nntrain.training.programs.arrays import as_float
from nntrain.training.run_context import RunContext

EPOCHS = 100
SEEDS = 5
MOST_ROWS = 5000  # of a table: the page holds all of them
OPTIONS = {
    "SGD": ("momentum", "nesterov"),
    "Adam": ("beta_1", "beta_2", "epsilon"),
    "RMSprop": ("rho", "momentum", "epsilon"),
}
MORE_ACTIVATIONS = ("selu", "softplus", "softsign", "leaky_relu")  # that a config may have, beside those of the page
KINDS = ("circle", "xor", "gauss", "spiral", "reg_plane", "reg_gauss", "moons")


def refuse_other_parts(base: Base) -> None:
    """Raise ConfigError for what JavaScript does not train, such as other layers or a schedule."""
    optimizer, options = base.optimizer or ("SGD", {})
    settings, others = base.settings, [each for each in options if each not in OPTIONS.get(optimizer, ())]
    parts = {
        "layers other than plain `Dense` and `Dropout`": base.fixed_model,
        "a split that is no share": base.fixed_split,
        "a schedule": base.scheduled,
        f"`{next(iter(base.tree.get('train') or {}), '')}`": bool(base.tree.get("train")),
        f"the optimizer `{optimizer}`": optimizer not in OPTIMIZERS,
        f"`{next(iter(others), '')}` of `{optimizer}`": bool(others),
        f"the activation `{settings.activation}`": settings.activation not in (*ACTIVATIONS, *MORE_ACTIVATIONS),
        "another output layer": not _is_usual(base.outputs),
    }
    if found := [part for part, is_there in parts.items() if is_there]:
        raise ConfigError(f"a page that trains by itself cannot have {found[0]}", help="leave `--html` out")


def _is_usual(outputs: Sequence[Any]) -> bool:
    """Return whether these are a probability of each class, or one number."""
    if not outputs:
        return True
    units, activation = outputs[0]["Dense"]["units"], outputs[0]["Dense"].get("activation", "linear")
    return set(outputs[0]["Dense"]) <= {"units", "activation"} and (
        (activation, units) in (("sigmoid", 1), ("linear", 1)) or (activation == "softmax" and units > 1)
    )


def data_of(base: Base) -> dict[str, Any]:
    """Return by kind of points, or as `own`, the rows of each split: its inputs and its label.

    Raises what reading the data raises, and ConfigError for a table of too many rows.
    """
    settings = base.settings
    kinds = {kind: settings.model_copy(update={"kind": kind, "columns": None}) for kind in KINDS}
    data: dict[str, Any] = {kind: _points(base, each) for kind, each in kinds.items()}
    if base.name:
        data |= _own(base)
    return data


def _points(base: Base, settings: Settings) -> dict[str, Any]:
    plain = settings.model_copy(update={"features": ("x", "y")})
    return _splits(datasets.load(compose.config(base, plain, 1).experiment.data))


def _own(base: Base) -> dict[str, Any]:
    """Return all numeric columns of a table, of which two are x and y, or the two inputs of other data."""
    source = compose.config(base, base.settings, 1).experiment.data
    changes: dict[str, Any] = {"features": None} if base.featured else {}
    if base.columns:
        changes["columns"] = {**dict.fromkeys(base.columns, "numeric"), "...": "drop"}
    data = datasets.load(source.model_copy(update=changes))
    if (rows := sum(map(len, data.splits.values()))) > MOST_ROWS:
        message = f"`{base.name}` has {rows:,} rows, and a page that trains by itself holds {MOST_ROWS:,}"
        raise ConfigError(message, help="leave `--html` out")
    return {"own": _splits(data), "classes": list(data.schema.classes)}


def _splits(data: Dataset) -> dict[str, Any]:
    return {name: _rows(split) for name, split in data.splits.items() if name != "test"}


def _rows(split: Split) -> list[list[float | None]]:
    """Return the inputs and the label of each row, None where missing, as the shortest numbers that are the same."""
    labels = np.asarray(split.y)
    labels = labels if labels.ndim == 1 else labels[:, 0]
    table = np.column_stack([np.asarray(split.x[:], np.float32), labels.astype(np.float32)])
    return [[None if np.isnan(value) else as_float(value) for value in row] for row in table]


def spread_of(base: Base) -> dict[str, Any]:
    """Return the losses at which trainings of several seeds end, and the weights that they begin with, by seed.

    Raises what a training raises.
    """
    first = base.settings.seed
    seeds = [seed if seed < 2**31 else seed - SEEDS for seed in range(first, first + SEEDS)]
    programs, found, weights = Programs(), [], {}
    for seed in seeds:
        settings = base.settings.model_copy(update={"seed": seed})
        row, weights[seed] = _trained(compose.config(base, settings, EPOCHS), programs)
        found.append(row)
    losses = {f"{name}es": [row[name] for row in found] for name in ("loss", "val_loss")}
    return {"epochs": EPOCHS, "seeds": seeds, "weights": weights, **losses}


def _trained(config: Any, programs: Programs) -> tuple[Mapping[str, float], dict[str, Any]]:
    """Return the last row of a training, and the weights that it began with."""
    prepared = prepare(config)
    layers = [layer for layer in prepared.model.layers if hasattr(layer, "kernel")]
    weights = [{name: getattr(layer, name).numpy().ravel().tolist() for name in ("kernel", "bias")} for layer in layers]
    sizes = [int(layers[0].kernel.shape[0]), *(int(layer.units) for layer in layers)]
    context = RunContext(programs=programs)
    silent = ProgressWatcher(Terminal(quiet=True))
    job = trainer.make_job(prepared, trainer.make_scorer(prepared, context), context, silent, None)
    history = History()
    trainer.fit(job, history, None, prepared.model, None)
    return history.rows[-1], {"sizes": sizes, "layers": weights}
