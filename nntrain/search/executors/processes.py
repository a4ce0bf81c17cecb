"""Trials in processes of this machine."""

from dataclasses import dataclass

from nntrain.search.executor import Executor, Settings
from nntrain.search.workers.process_pool import ProcessPool


@dataclass(frozen=True)
class Options:
    """Trials in processes of this machine."""


def start(options: Options, settings: Settings) -> Executor:
    """Return a pool of worker processes, which load TensorFlow while this process does."""
    return ProcessPool(settings)
