"""The config of what is set: what the page trains, and what it copies as YAML. Light."""

from typing import Any

from nntrain.config.load import Config, from_document
from nntrain.config.messages import counted
from nntrain.document import yaml_file
from nntrain.errors import ConfigError
from nntrain.playground.base import Base
from nntrain.playground.settings import OPTIMIZERS, WITH_MOMENTUM, Settings

FILE = "playground.yaml"
_WIDTH = 116
Tree = dict[str, Any]


def config(base: Base, settings: Settings, epochs: int) -> Config:
    """Return the config of what is set; raises ConfigError where the settings do not fit the data."""
    return from_document(yaml_file.parse(text(base, settings, epochs), FILE))


def text(base: Base, settings: Settings, epochs: int, steps: int | None = None) -> str:
    """Return the config as YAML, with the command that trains it; raises ConfigError as `config` does.

    steps: those of all epochs, where the last of them is not complete.
    """
    found = tree(base, settings, epochs, steps)
    [(source, options)] = found["data"].items()
    lines = [
        f"# nntrain fit {FILE}",
        f"# The network of the playground after {counted(steps, 'step') if steps else counted(epochs, 'epoch')}.",
        f"seed: {found['seed']}",
        "data:",
        *_options_of(source, options),
        "model:",
        *(f"  - {_item(layer)}" for layer in found["model"]),
        "train:",
        *(f"  {yaml_file.inline({name: value})[1:-1]}" for name, value in found["train"].items()),
    ]
    return "\n".join(lines) + "\n"


def _options_of(source: str, options: Tree) -> list[str]:
    """Return the lines of a data source: one where it is short, else one for each option."""
    line = f"  {yaml_file.inline({source: options})[1:-1]}"
    if len(line) <= _WIDTH:
        return [line]
    return [f"  {source}:", *(f"    {yaml_file.inline({name: value})[1:-1]}" for name, value in options.items())]


def _item(layer: Any) -> str:
    """Return a layer as an item of the list `model`."""
    return layer if isinstance(layer, str) else yaml_file.inline(layer)[1:-1]


def tree(base: Base, settings: Settings, epochs: int, steps: int | None = None) -> Tree:
    """Return the config as a tree. Options of the base that no control shows stay; for steps see `text`."""
    _refuse_strangers(base, settings)
    return {
        "seed": settings.seed,
        "data": _data(base, settings),
        "model": base.tree["model"] if base.fixed_model else _model(base, settings),
        "train": _train(base, settings, epochs, steps),
    }


def _refuse_strangers(base: Base, settings: Settings) -> None:
    """Raise ConfigError for settings that the page of this base does not offer."""
    if settings.kind is None and not base.name or settings.kind is not None and base.fixed_model:
        raise ConfigError("these data are not those of this playground", help="reload the page")
    if settings.columns is not None and not set(settings.columns) <= set(base.columns):
        raise ConfigError("the table has no such numeric columns", help="reload the page")
    if settings.optimizer not in (*OPTIMIZERS, base.optimizer and base.optimizer[0]):
        raise ConfigError(f"the playground has no optimizer `{settings.optimizer}`", help="reload the page")


def _data(base: Base, settings: Settings) -> Tree:
    split = {} if base.fixed_split else {"validation": settings.held_out}
    if settings.kind is not None:
        options: Tree = {
            "kind": settings.kind,
            "size": settings.size,
            "noise": settings.noise,
            "data_seed": settings.data_seed,
            "features": list(settings.features),
        }
        return {"toy_2d": {**options, "test": "none", **base.points, **split}}
    [(source, kept)] = base.tree["data"].items()
    options = {**kept, **split}
    if settings.columns is not None:
        x, y = settings.columns
        options["columns"] = {x: "numeric", y: "numeric", "...": "drop"}
    if base.featured:
        options["features"] = list(settings.features)
    return {source: options}


def _model(base: Base, settings: Settings) -> list[Any]:
    is_penalized = settings.regularizer != "none" and settings.regularization > 0
    penalty = {"kernel_regularizer": {settings.regularizer: settings.regularization}} if is_penalized else {}
    layers: list[Any] = []
    for units in settings.hidden:
        layers.append({"Dense": {"units": units, "activation": settings.activation, **penalty}})
        if settings.dropout:
            layers.append({"Dropout": settings.dropout})
    if settings.kind is None or base.fits(settings.kind):
        first, *rest = base.outputs
        return [*layers, {"Dense": {**first["Dense"], **penalty}}, *rest]
    activation = {} if settings.kind.startswith("reg_") else {"activation": "sigmoid"}
    return [*layers, {"Dense": {"units": 1, **activation, **penalty}}]


def _train(base: Base, settings: Settings, epochs: int, steps: int | None) -> Tree:
    epochs = base.epochs or epochs
    length = {"steps": steps} if steps and not base.epochs else {"epochs": epochs}
    found: Tree = {**length, "batch_size": settings.batch_size, "save": "last"}
    if not base.scheduled:
        found["optimizer"] = {settings.optimizer: _optimizer(base, settings)}
    kept: Tree = dict(base.tree.get("train", {}))
    if "callbacks" in kept:
        able = [each for each in kept["callbacks"] if _can_act(each, epochs)]
        kept["callbacks"] = [_without_restoring(each) for each in able]
    return {**kept, **found}


def _optimizer(base: Base, settings: Settings) -> Tree:
    """Return the options of the optimizer: those with a control, and the others of the base where it is the same."""
    name, kept = base.optimizer or ("", {})
    has_momentum = settings.optimizer in WITH_MOMENTUM and settings.momentum > 0
    momentum = {"momentum": settings.momentum} if has_momentum else {}
    more = dict(kept) if name == settings.optimizer else {}
    if not has_momentum:
        more.pop("nesterov", None)  # looks ahead to where the momentum leads
    return {"learning_rate": settings.learning_rate, **momentum, **more}


def _without_restoring(callback: Any) -> Any:
    """Return a callback that does not ask for the best weights: those of the last epoch are shown."""
    if not isinstance(callback, dict):
        return callback
    [(name, options)] = callback.items()
    return {name: {option: value for option, value in options.items() if option != "restore_best_weights"}}


def _can_act(callback: Any, epochs: int) -> bool:
    """Return whether a callback can act within this many epochs; a config with one that cannot is invalid."""
    options = next(iter(callback.values())) if isinstance(callback, dict) else {}
    return all(options.get(name, 0) < epochs for name in ("patience", "start_from_epoch"))
