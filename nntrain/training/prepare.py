"""From a validated config to data that were read and a model that was built: all that can fail before a training."""

from dataclasses import dataclass

from nntrain import backend
from nntrain.config.load import Config, in_order
from nntrain.config.messages import listed
from nntrain.config.resolve import Resolved
from nntrain.data.dataset import Dataset, load_data
from nntrain.errors import ConfigError, Problem
from nntrain.model.build import build
from nntrain.model.custom.network import Network
from nntrain.model.initial_weights import take_weights
from nntrain.training.choose_program import SMALL_STEP, dense_products


@dataclass(frozen=True)
class Prepared:
    """Data read and checked, the config resolved, the model built: all that can fail before a run begins."""

    config: Config
    resolved: Resolved
    data: Dataset
    model: Network
    taken: str = ""  # what `train.init_from` gave


def prepare(config: Config, initialize: bool = True, data: Dataset | None = None) -> Prepared:
    """Reads the data and builds the model; raises ConfigError and DataError with their places in the config.

    With `initialize`, weights are taken from what `train.init_from` names. With `data`, they were read already.
    """
    data = load_data(config) if data is None else data
    resolved = config.resolve(data.schema)
    _check_class_weight(config, data.schema.classes)
    _choose_threads(resolved, len(data.train))
    source = resolved.train.init_from if initialize else None
    try:
        model = build(resolved, data.train.x)
        taken = take_weights(model, source) if source else ""
    except ConfigError as error:
        raise ConfigError(problems=in_order(config.document, error.problems)) from error.__cause__
    return Prepared(config, resolved, data, model, taken)


def _choose_threads(resolved: Resolved, rows: int) -> None:
    """The threads that the config names, else one for a training whose steps are small matrix products."""
    products = dense_products(resolved)
    small = products is not None and products * resolved.batch_size(rows) <= SMALL_STEP
    backend.use_threads(resolved.train.threads, small)


def _check_class_weight(config: Config, classes: tuple[str, ...]) -> None:
    wanted = config.experiment.train.class_weight
    if wanted is None:
        return
    if not classes:
        found = [Problem("`class_weight` is for classes, but the data have numbers", ("train", "class_weight"))]
        raise ConfigError(problems=in_order(config.document, found))
    known = {*classes, *map(str, range(len(classes)))}
    found = [
        Problem(f"there is no class `{name}`", ("train", "class_weight", name), f"the classes are {listed(classes)}")
        for name in (wanted if isinstance(wanted, dict) else ())
        if name not in known
    ]
    if found:
        raise ConfigError(problems=in_order(config.document, found))
