"""How the workers of an executor start, and what trains in them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from nntrain.backend import Device
from nntrain.config.plugin import PluginFile
from nntrain.processes.messages import Event
from nntrain.training.signals import StopRequest

Say = Callable[[Event], bool]
"""Sends an event. After an epoch of a judged task it waits for the answer and returns it; else it returns False."""


class Runner(Protocol):
    """What trains in a worker, one task or stack after another."""

    def run(self, work: Any, say: Say, request: StopRequest) -> list[Event]:
        """Train, until `request` stops it, and return how each task has ended."""


@dataclass(frozen=True)
class WorkerSettings:
    """How many workers an executor starts, how each of them starts TensorFlow, and what trains in it.

    runner: a function of a light module, which a worker calls when TensorFlow is loaded.
    """

    workers: int
    device: Device = "auto"
    verbose: bool = False
    threads: int = 1  # in one operation and between operations (0: TensorFlow chooses); last bits may depend on it
    files: tuple[str, ...] = ()  # what the config reads, which must be at the same paths on every machine
    plugins: tuple[PluginFile, ...] = ()  # with their content, so that every worker has the same
    runner: Callable[[], Runner] = field(kw_only=True)
