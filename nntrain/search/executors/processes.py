"""Trials in processes of this machine."""

from dataclasses import dataclass

from nntrain.processes.executor import Executor
from nntrain.processes.process_pool import ProcessPool
from nntrain.processes.settings import WorkerSettings


@dataclass(frozen=True)
class Options:
    """Trials in processes of this machine."""


def start(options: Options, settings: WorkerSettings) -> Executor:
    """Return a pool of worker processes, which load TensorFlow while this process does."""
    return ProcessPool(settings)
