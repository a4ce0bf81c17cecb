"""From a validated config to loaded data and a built model: all that can fail before a training."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from nntrain import backend
from nntrain.config.keras import losses
from nntrain.config.load import Config
from nntrain.config.resolve import Resolved
from nntrain.data.dataset import Dataset, load_data
from nntrain.errors import ConfigError, Problem
from nntrain.model import size
from nntrain.model.build import build
from nntrain.model.custom import Network
from nntrain.model.initial_weights import take_weights
from nntrain.model.rehearsal import rehearse, rehearsed_on_errors
from nntrain.training.choose_program import is_small
from nntrain.training.memory import Memory
from nntrain.training.obstacles import obstacles


@dataclass(frozen=True)
class Prepared:
    """A config with what it became: resolved experiment, loaded data, built model."""

    config: Config
    resolved: Resolved
    data: Dataset
    model: Network
    memory: Memory
    taken: str = ""  # a note on what was taken from `train.init_from`
    obstacles: tuple[Problem, ...] = ()  # warnings of what keeps the training from learning

    @property
    def parameters(self) -> dict[str, int]:
        """The numbers of the model's parameters, by how they get their values."""
        return size.count(self.model.layers).as_json()

    def initialized(self) -> "Prepared":
        """Return this with the weights that `train.init_from` names; raises ConfigError as `take_weights` does."""
        source = self.resolved.train.init_from
        if source is None or self.taken:
            return self
        with _at_their_places(self.config, self.resolved):
            return replace(self, taken=take_weights(self.model, self.resolved.schema, source, self.data.table))

    def rehearse(self) -> None:
        """Take a step of every layer; raises ConfigError at the layer or option that cannot be trained."""
        with _at_their_places(self.config, self.resolved):
            rehearse(self.resolved, self.model)

    @contextmanager
    def rehearsed_on_errors(self) -> Iterator[None]:
        """Turn what Keras raises in a training into ConfigError, if a rehearsal finds its layer."""
        with _at_their_places(self.config, self.resolved), rehearsed_on_errors(self.resolved, self.model):
            yield


def prepare(config: Config, initialize: bool = True, data: Dataset | None = None) -> Prepared:
    """Load the data and build the model; raises ConfigError and DataError with their places in the config.

    initialize: whether weights are taken from `train.init_from`. data: the data, if they are loaded already. Of an
    ensemble it is the first member that is prepared.
    """
    data = load_data(config) if data is None else data
    config = config.with_data(data.source)
    resolved = config.resolve(data.schema).of_member
    _check_shares(config, resolved, data)
    _choose_threads(resolved, len(data.train))
    with _at_their_places(config, resolved):
        memory = Memory.of(resolved, data)
        memory.refuse_too_much()
        model = build(resolved, data.train.x, data.train.y)
    built = Prepared(config, resolved, data, model, memory)
    prepared = built.initialized() if initialize else built
    found = config.document.in_order(_as_written(resolved, obstacles(resolved, model, len(data.train))))
    return replace(prepared, obstacles=tuple(found))


def _check_shares(config: Config, resolved: Resolved, data: Dataset) -> None:
    """Raise ConfigError for targets outside of 0 to 1 where their binary cross-entropy is the loss."""
    if resolved.schema.classes or not isinstance(resolved.train.loss, losses.BinaryCrossentropy):
        return
    ends = [end for split in data.splits.values() for end in (float(split.y.min()), float(split.y.max()))]
    if min(ends) < 0 or max(ends) > 1:
        message = f"`BinaryCrossentropy` needs targets from 0 to 1, but they go from {min(ends):g} to {max(ends):g}"
        help = "write `mean_squared_error`, or leave the loss out"
        problem = Problem(message, ("train", "loss"), help, disease="loss_does_not_fit")
        raise ConfigError(problems=config.document.in_order([problem]))


def _as_written(resolved: Resolved, problems: Iterable[Problem]) -> list[Problem]:
    """Return the problems with their paths in the user's config."""
    return [replace(problem, path=resolved.as_written(problem.path)) for problem in problems]


@contextmanager
def _at_their_places(config: Config, resolved: Resolved) -> Iterator[None]:
    """Put the problems of a ConfigError at their lines in the config, in their order."""
    try:
        yield
    except ConfigError as error:
        problems = config.document.in_order(_as_written(resolved, error.problems))
        raise ConfigError(problems=problems) from error.__cause__


def _choose_threads(resolved: Resolved, rows: int) -> None:
    """Set the threads of the config, else one for a training whose steps are small matrix products."""
    backend.use_threads(resolved.train.threads, is_small(resolved, rows))
