"""Where a run trains: on one device, on several, or in several processes."""

from dataclasses import dataclass, replace

from nntrain import backend, machine
from nntrain.config.load import Config
from nntrain.errors import ConfigError, Problem, one_line
from nntrain.terminal import Terminal
from nntrain.training.run_context import ALONE, RunContext
from nntrain.training.workers import cluster
from nntrain.training.workers.cluster import Cluster

MOST_DEVICES = 1024


@dataclass(frozen=True)
class Placement:
    """The kind of `device`, the number of `devices`, and the `cluster` of processes where there are several.

    at_once: how many runs of a group are trained at once, where that is asked for.
    """

    device: backend.Device
    devices: int = 1
    cluster: Cluster | None = None
    at_once: int | None = None

    @classmethod
    def of(cls, device: backend.Device, devices: int | None, workers: str | None, worker: int | None) -> "Placement":
        """Return the placement of these options; raises ConfigError where they exclude each other or are invalid."""
        if devices is not None and (workers is not None or worker is not None):
            help = "leave `--devices` out: a worker uses all the GPUs that it sees"
            raise ConfigError("`--devices` and `--workers` exclude each other", help=help)
        if devices is not None and not 1 <= devices <= MOST_DEVICES:
            help = "write `--devices 2`"
            raise ConfigError(f"`--devices` takes a number from 1 to {MOST_DEVICES}, got `{devices}`", help=help)
        return cls(device, devices or 1, None if devices is not None else cluster.parse(workers, worker))

    @classmethod
    def of_several(
        cls, device: backend.Device, devices: int | None, workers: str | None, worker: int | None
    ) -> "Placement":
        """Return the placement of several runs, for which `workers` may be how many are trained at once.

        Raises ConfigError as `of` does, and for a number that is not one of processes.
        """
        if workers is None or worker is not None or devices is not None or ":" in workers:
            return cls.of(device, devices, workers, worker)
        count = int(workers.strip()[:9]) if workers.strip().isdecimal() else 0
        if not 1 <= count <= MOST_DEVICES:
            message = f"`--workers` takes a number of processes from 1 to {MOST_DEVICES}, got `{one_line(workers)}`"
            raise ConfigError(message, help="write `--workers 2`")
        return replace(cls.of(device, None, None, None), at_once=count)

    @property
    def option(self) -> str:
        """The option that asks for more than one device; empty for one device."""
        return "--workers" if self.cluster is not None else "--devices" if self.devices > 1 else ""

    def refuse_group(self, help: str) -> None:
        """Raise ConfigError where several workers would train several runs."""
        if self.cluster is not None:
            raise ConfigError("several workers train one run at a time", help=help)

    def _refuse(self, config: Config) -> None:
        train, found = config.experiment.train, []
        if train.engine in ("streamed", "keras"):
            message = f"`{self.option}` needs `engine: resident`, got `{train.engine}`"
            found.append(Problem(message, ("train", "engine"), "leave `engine` out"))
        if train.compile == "xla":
            message = f"`{self.option}` cannot be compiled by XLA"
            found.append(Problem(message, ("train", "compile"), "leave `compile` out"))
        if found:
            raise ConfigError(problems=config.document.in_order(found))

    def start(self, config: Config, verbose: bool, terminal: Terminal, command: str = "") -> RunContext:
        """Start TensorFlow on the threads of the config, join the other workers, and print what shares a batch.

        `command` must be the same at all workers. Raises ConfigError, with its line, for an option that needs one
        device, and NNTrainError for too few devices or a missing worker.
        """
        if not self.option:
            if self.at_once and (warning := machine.too_many(self.at_once)):
                terminal.note(f"warning: {warning}")
            self._start_backend(verbose, terminal)
            return ALONE if self.at_once is None else replace(ALONE, workers=self.at_once)
        self._refuse(config)
        self._start_backend(verbose, terminal)
        backend.use_threads(config.experiment.train.threads, small=False)  # before the strategy starts them
        from nntrain.training.workers import strategy

        if self.cluster is None:
            distribution = strategy.over_devices(self.devices, self.device)
        else:
            distribution = strategy.over_workers(self.cluster, command)
        if distribution.writes:
            terminal.note(f"note: {distribution.shared}")
        return RunContext(distribution=distribution)

    def _start_backend(self, verbose: bool, terminal: Terminal) -> None:
        with terminal.current():  # of Python it is the only place that knows it
            backend.start(self.device, verbose)
