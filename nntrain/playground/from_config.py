"""The playground of a config: its values as settings, and the rest as what stays. Light."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from nntrain.config.data import Fraction
from nntrain.config.experiment import Experiment
from nntrain.config.keras.layers import Dense, Dropout, Layer, Normalization, walk
from nntrain.config.keras.optimizers import Optimizer
from nntrain.config.keras.table_layers import PlaneFeatures, TableEncoding, TargetNormalization
from nntrain.config.keras.weights import L1, L2
from nntrain.config.load import Config
from nntrain.config.named import to_tree
from nntrain.config.resolve import DEFAULT_EPOCHS, Resolved
from nntrain.config.section import Section
from nntrain.errors import ConfigError
from nntrain.playground.base import Base
from nntrain.playground.settings import WITH_MOMENTUM, Settings

_RATES = {"SGD": 0.01}  # Keras's default learning rates; that of the others is 0.001
_FULL = 100_000  # rows of a batch that has all of them
_OF_FIT = (
    "epochs",
    "steps",
    "max_seconds",
    "batch_size",
    "save",
    "on_disease",
    "ensemble",
)  # how long to train, what to keep
_SHOWN = ("kind", "size", "noise", "data_seed", "features")  # options of points that have a control
_SCALING = (Normalization, TableEncoding, PlaneFeatures)


def base_of(config: Config, resolved: Resolved) -> Base:
    """Return the base of a config, and of what it is resolved to; raises ConfigError for what no control can have."""
    experiment = config.experiment
    network = _network([*experiment.model, *resolved.added])
    is_points = experiment.data.called() == "toy_2d" and network is not None
    data, train = _written(experiment.data), _written(experiment.train)
    optimizer = experiment.train.optimizer
    scheduled = isinstance(optimizer.learning_rate, Section)
    gone = (*_OF_FIT, *([] if scheduled else ["optimizer"]))
    hidden, outputs = network or ({}, [])
    return Base(
        settings=_settings(experiment, hidden, is_points),
        tree={
            "data": {experiment.data.called(): data},
            "model": to_tree(experiment.model),
            "train": {name: value for name, value in train.items() if name not in gone},
        },
        name="" if is_points else config.document.file,
        target=str(getattr(experiment.data, "target", "")),
        points={name: value for name, value in data.items() if name not in _SHOWN} if is_points else {},
        featured=experiment.data.called() == "table" and _takes_features(experiment),
        outputs=tuple(outputs),
        optimizer=(optimizer.called(), _options(optimizer)),
        fixed_model=network is None,
        fixed_split=not isinstance(experiment.data.validation, Fraction),
        scheduled=scheduled,
        epochs=(experiment.train.epochs or DEFAULT_EPOCHS) if optimizer.over(1) != optimizer.over(2) else None,
    )


def _written(section: Section) -> dict[str, Any]:
    """Return the options that the config has, as plain values."""
    names = [name for name in type(section).model_fields if name in section.model_fields_set]
    found = {name: to_tree(getattr(section, name)) for name in names}
    return {**found, "path": _from_here(found["path"])} if "path" in found else found


def _from_here(path: str) -> str:
    """Return a path from the working folder, where a copied config is saved, if it is below that."""
    inside = Path(path).is_relative_to(Path.cwd())
    return str(Path(path).relative_to(Path.cwd())) if inside else path


def _options(optimizer: Optimizer) -> dict[str, Any]:
    """Return the options of an optimizer that no control shows."""
    shown = ("learning_rate", "momentum") if optimizer.called() in WITH_MOMENTUM else ("learning_rate",)
    return {name: value for name, value in _written(optimizer).items() if name not in shown}


def _takes_features(experiment: Experiment) -> bool:
    return not any(isinstance(layer, _SCALING) for _, layer in walk(experiment.model))


def _settings(experiment: Experiment, hidden: dict[str, Any], is_points: bool) -> Settings:
    """Return the settings of an experiment; raises ConfigError for a value that no control can have."""
    data, train = experiment.data, experiment.train
    rate = train.optimizer.learning_rate
    values: dict[str, Any] = {
        "kind": getattr(data, "kind", None) if is_points else None,
        "features": tuple(getattr(data, "features", None) or ("x", "y")),
        "held_out": getattr(data.validation, "share", 0.5),
        "optimizer": train.optimizer.called(),
        "learning_rate": rate if isinstance(rate, float) else _RATES.get(train.optimizer.called(), 0.001),
        "momentum": _written(train.optimizer).get("momentum", 0.0)
        if train.optimizer.called() in WITH_MOMENTUM
        else 0.0,
        "batch_size": _FULL if train.batch_size == "full" else train.batch_size,
        "seed": experiment.seed,
        **hidden,
    }
    if is_points:
        values |= {name: getattr(data, name) for name in ("size", "noise", "data_seed")}
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        place = str(error.errors()[0]["loc"][0])
        message = f"the playground has no control for `{place}: {values.get(place)}`"
        raise ConfigError(message, help="write a smaller one with `--set`") from None


def _network(model: Sequence[Layer]) -> tuple[dict[str, Any], list[Any]] | None:
    """Return the controls of a model, and the layers after its hidden ones; None where controls cannot make it."""
    behind = [layer for layer in model[-1:] if isinstance(layer, TargetNormalization)]
    rest = model[: len(model) - len(behind)]
    hidden, last = rest[:-1], next(iter(rest[-1:]), None)
    if not isinstance(last, Dense) or not _is_plain(last, ("name", "trainable")):
        return None
    dense = [layer for layer in hidden if isinstance(layer, Dense)]
    rates = {layer.rate if isinstance(layer, Dropout) and len(_written(layer)) == 1 else None for layer in hidden}
    rates -= {None} if dense else set()
    shapes = [type(layer) for layer in hidden]
    if shapes != [Dense] * len(dense) and shapes != [Dense, Dropout] * len(dense):
        return None
    looks = {(str(layer.activation or "linear"), _penalty(layer)) for layer in dense}
    if len(looks) > 1 or len(rates) > 1 or not all(_is_plain(layer) for layer in dense):
        return None
    activation, penalty = next(iter(looks), ("tanh", _penalty(last)))
    if penalty is None or penalty != _penalty(last):
        return None
    controls = {
        "hidden": tuple(layer.units for layer in dense),
        "activation": activation,
        "regularizer": penalty[0],
        "regularization": penalty[1],
        "dropout": next(iter(rates), 0.0),
    }
    output = {name: value for name, value in _written(last).items() if name != "kernel_regularizer"}
    return controls, [{"Dense": output}, *map(to_tree, behind)]


def _is_plain(layer: Dense, more: tuple[str, ...] = ()) -> bool:
    """Return whether a layer has no option that is without a control."""
    return type(layer) is Dense and layer.model_fields_set <= {"units", "activation", "kernel_regularizer", *more}


def _penalty(layer: Dense) -> tuple[str, float] | None:
    """Return the penalty on the kernel as a name and a rate, None where it is another one."""
    found = layer.kernel_regularizer
    if found is None:
        return "none", 0.0
    if type(found) in (L1, L2) and len(rates := list(_written(found).values())) == 1:
        return found.called(), rates[0]
    return None
