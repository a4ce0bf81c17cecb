"""What every executor offers, tasks in and events out, and the executor that a command asks for."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, fields
from types import TracebackType
from typing import Protocol, Self, cast

from nntrain import extensions
from nntrain.backend import Device
from nntrain.config import plugin
from nntrain.config.load import Config
from nntrain.config.messages import counted, listed
from nntrain.config.plugin import PluginFile
from nntrain.errors import ConfigError
from nntrain.search.task import Answer, Event, Message, Stop, Work


@dataclass(frozen=True)
class Settings:
    """How many workers an executor starts, and how each of them starts TensorFlow."""

    workers: int
    device: Device = "auto"
    verbose: bool = False
    threads: int = 1  # in one operation and between operations; the last bits of a convolution depend on it
    files: tuple[str, ...] = ()  # what the config reads, which must be at the same paths on every machine
    plugins: tuple[PluginFile, ...] = ()  # with their content, so that every worker has the same


class Worker(Protocol):
    """One worker of an executor, with the numbers of the tasks that it trains: of one, or of a stack."""

    open: set[int]
    asked: bool  # to stop them

    def send(self, message: Message) -> None:
        """Send a message; it is lost where the worker has died."""


class Executor(Protocol):
    """The workers that run tasks, until the `with` block ends."""

    _workers: Sequence[Worker]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def free(self) -> int:
        """The number of workers that can take something now."""

    def submit(self, work: Work) -> None:
        """Start a task or a stack on a free worker; raises RuntimeError where no worker is free."""

    def next(self, timeout_seconds: float | None = None) -> Event | None:
        """Return the next event; None after the timeout or without a task. Raises NNTrainError if no worker starts."""

    @property
    def has_more(self) -> bool:
        """Whether `next` returns an event at once."""
        return False

    def answer(self, number: int, stop: bool) -> None:
        """Answer a judged task: whether to stop after the epoch it has reported. Ignored where the task has ended."""
        for worker in self._busy:
            if number in worker.open:
                worker.send(Answer(number, stop))

    def stop(self) -> None:
        """Ask all running tasks to stop with a checkpoint. Their events still come; epochs still need an answer."""
        for worker in self._busy:
            worker.asked = True
            worker.send(Stop())

    def close(self) -> None:
        """End the workers; those that train stop with a checkpoint if they can within a second."""

    @property
    def _busy(self) -> list[Worker]:
        return [worker for worker in self._workers if worker.open]


@dataclass(frozen=True)
class Workers:
    """How many trials run at once, and where: `executor` is a module of `executors/`, `address` an option of one."""

    count: int = 1
    executor: str = "processes"
    address: str | None = None

    @property
    def warning(self) -> str:
        """What to say of more processes than this machine has cores; empty otherwise."""
        cores = os.cpu_count() or 1
        if self.executor != "processes" or self.count <= cores:
            return ""
        many = f"`--workers {self.count}` on {counted(cores, 'core')} takes more memory and is not faster"
        return f"warning: {many}; use `--workers {cores}`"

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
        settings = Settings(self.count, device, verbose, threads, _files(config), plugins)
        return cast(Executor, module.start(module.Options(**given), settings))


def _files(config: Config) -> tuple[str, ...]:
    """Return the files of the data, and the run or file that gives the initial weights."""
    source = config.experiment.train.init_from
    return (*config.experiment.data.paths().values(), *([source] if source else []))
