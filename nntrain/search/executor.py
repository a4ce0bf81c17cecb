"""The executor that a command asks for: how many trials run at once, and where."""

from dataclasses import dataclass, fields
from typing import cast

from nntrain import extensions, machine
from nntrain.backend import Device
from nntrain.config import plugin
from nntrain.config.load import Config
from nntrain.config.messages import listed
from nntrain.errors import ConfigError
from nntrain.processes.executor import Executor
from nntrain.processes.settings import WorkerSettings
from nntrain.search.workers import trials


@dataclass(frozen=True)
class Workers:
    """How many trials run at once, and where: `executor` is a module of `executors/`, `address` an option of one."""

    count: int
    executor: str = "processes"
    address: str | None = None

    @property
    def warning(self) -> str:
        """What to say of more processes than this machine has cores; empty otherwise."""
        many = machine.too_many(self.count) if self.executor == "processes" else ""
        return many and f"warning: {many}"

    def start(self, config: Config, device: Device, verbose: bool) -> Executor:
        """Return the workers, which load TensorFlow while this process does; raises ConfigError for invalid options."""
        if self.count < 1:
            raise ConfigError(f"`--workers` must be 1 or more, got `{self.count}`", help="write `--workers 2`")
        if self.executor not in (known := extensions.names("search.executors")):
            raise ConfigError(f"unknown executor `{self.executor}`", help=f"use one of {listed(known)}")
        module = extensions.load("search.executors", self.executor)
        given = {} if self.address is None else {"address": self.address}
        if given.keys() - {field.name for field in fields(module.Options)}:
            raise ConfigError("`--address` is the address of a Ray cluster", help="add `--executor ray`")
        threads = config.experiment.train.threads or 1
        plugins = tuple(each.file for each in plugin.in_use())
        settings = WorkerSettings(self.count, device, verbose, threads, _files(config), plugins, runner=trials.start)
        return cast(Executor, module.start(module.Options(**given), settings))


def _files(config: Config) -> tuple[str, ...]:
    """Return the files of the data, and the run or file that gives the initial weights."""
    source = config.experiment.train.init_from
    return (*config.experiment.data.paths().values(), *([source] if source else []))
