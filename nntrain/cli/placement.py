"""Where to compute, as the command line says it: one device, several, or several machines."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from nntrain import backend
from nntrain.config.load import Config, in_order
from nntrain.errors import ConfigError, Problem
from nntrain.search.executor import Workers
from nntrain.terminal import Terminal
from nntrain.training.workers import cluster
from nntrain.training.workers.cluster import Cluster

if TYPE_CHECKING:
    from nntrain.training.run_context import RunContext
    from nntrain.training.workers.strategy import Distribution

MOST_DEVICES = 1024


@dataclass(frozen=True)
class Placement:
    """`device` is auto, cpu or gpu; `devices` how many of them; `cluster` the machines, if there are several."""

    device: backend.Device
    devices: int = 1
    cluster: Cluster | None = None

    @classmethod
    def of(cls, device: backend.Device, devices: int | None, workers: str | None, worker: int | None) -> "Placement":
        """What the options ask for; raises ConfigError where they make no sense."""
        if devices is not None and (workers is not None or worker is not None):
            help = "leave `--devices` out: a worker uses all the GPUs that it sees"
            raise ConfigError("`--devices` and `--workers` exclude each other", help=help)
        if devices is not None and not 1 <= devices <= MOST_DEVICES:
            help = "write `--devices 2`"
            raise ConfigError(f"`--devices` takes a number from 1 to {MOST_DEVICES}, got `{devices}`", help=help)
        return cls(device, devices or 1, None if devices is not None else cluster.parse(workers, worker))

    @property
    def option(self) -> str:
        """The option that asks for more than one device; nothing where none does."""
        return "--workers" if self.cluster is not None else "--devices" if self.devices > 1 else ""

    def refuse_group(self, help: str) -> None:
        """Raises ConfigError where several workers are to train several runs."""
        if self.cluster is not None:
            raise ConfigError("several workers train one run at a time", help=help)

    def _refuse(self, config: Config) -> None:
        if not self.option:
            return
        train, found = config.experiment.train, []
        if train.engine in ("streamed", "keras"):
            message = f"`{self.option}` trains with the resident engine only, not `{train.engine}`"
            found.append(Problem(message, ("train", "engine"), "leave `engine` out"))
        if train.compile == "xla":
            message = f"`{self.option}` cannot be compiled by XLA"
            found.append(Problem(message, ("train", "compile"), "leave `compile` out"))
        if found:
            raise ConfigError(problems=in_order(config.document, found))

    def start(self, config: Config, verbose: bool, terminal: Terminal, command: str = "") -> "RunContext":
        """Starts TensorFlow, and joins the other workers, on as many threads as the config names; says what shares.

        `command` must be the same at all workers. Raises ConfigError for what is not trained on several devices, at its
        line, and NNTrainError when devices are too few, or a worker is missing.
        """
        self._refuse(config)
        backend.start(self.device, verbose)
        from nntrain.training.run_context import ALONE, RunContext

        if not self.option:
            return ALONE
        backend.use_threads(config.experiment.train.threads, small=False)  # which the strategy makes run
        distribution = self._distribution(command)
        if distribution.writes:
            terminal.note(f"note: {distribution.shared}")
        return RunContext(distribution=distribution)

    def _distribution(self, command: str) -> "Distribution":
        from nntrain.training.workers import strategy

        if self.cluster is not None:
            return strategy.over_workers(self.cluster, command)
        return strategy.over_devices(self.devices, self.device)


@dataclass(frozen=True)
class Where:
    """Where `resume` is to go on: a run on these devices or workers, a search with so many trials at once."""

    device: backend.Device
    devices: int | None = None
    workers: str | None = None
    worker: int | None = None
    executor: Literal["processes", "ray"] = "processes"
    address: str | None = None

    def placement(self) -> Placement:
        """For a run; raises ConfigError."""
        return Placement.of(self.device, self.devices, self.workers, self.worker)

    def refuse_for_search(self) -> None:
        """Raises ConfigError for the options that only a run has."""
        if self.devices is not None or self.worker is not None:
            help = "leave them out; `--workers 2` trains two trials at once"
            raise ConfigError("`--devices`, `--worker` and `launch` are for a run, not for a search", help=help)

    def pool(self) -> Workers:
        """For a search; raises ConfigError."""
        if self.workers is not None and not self.workers.isdecimal():
            message = f"`--workers` of a search is a number of trials, got `{self.workers}`"
            raise ConfigError(message, help="write `--workers 2`")
        return Workers(int(self.workers or 1), self.executor, self.address)
