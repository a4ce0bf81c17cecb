"""The part of a Ray worker that runs on a node of the cluster: a process pool of one.

The Ray actor itself loads no TensorFlow. It starts a worker process as the pool of one machine does, so that trials run
in the same way: the same threads, and a new process after the old one has grown too large.
"""

import platform
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from nntrain import __version__
from nntrain.errors import NNTrainError
from nntrain.processes.messages import Answer, Event, Message, Save, Stop
from nntrain.processes.process_pool import ProcessPool
from nntrain.processes.settings import WorkerSettings
from nntrain.runs import environment

LISTEN_SECONDS = 0.5  # the longest wait for an event; a message to the worker waits as long
GATHER_SECONDS = 0.1  # for more epochs after one
_PACKAGES = ("tensorflow", "keras", "numpy")


@dataclass(frozen=True)
class Hello:
    """From a node that has started: its name and its versions."""

    host: str
    versions: dict[str, str]


@dataclass(frozen=True)
class Reply:
    """From a node: what has happened, or the `problem` because of which its worker cannot start."""

    events: tuple[Event, ...] = ()
    problem: str = ""


def versions() -> dict[str, str]:
    """Return what must be the same on all machines."""
    packages = {name: environment.installed(name) or "none" for name in _PACKAGES}
    return {"Python": platform.python_version(), "nntrain": __version__, **packages}


class Node:
    """One worker of a cluster. Ray calls its methods one at a time. `command`: the search's, which runs record."""

    def __init__(self, settings: WorkerSettings, command: list[str]) -> None:
        sys.argv = command
        self.pool = ProcessPool(replace(settings, workers=1))
        self.judged = False  # whether what is trained waits for an answer after each epoch

    def hello(self) -> Hello:
        """Return the name and the versions of this machine."""
        return Hello(socket.gethostname(), versions())

    def unseen(self, paths: list[str]) -> list[str]:
        """Return the files and folders that do not exist on this machine."""
        return [path for path in paths if not Path(path).exists()]

    def exchange(self, messages: list[Message]) -> Reply:
        """Pass messages to the worker process, and return what it sends within a moment."""
        for message in messages:
            self._pass_on(message)
        try:
            return Reply(tuple(self._events()))
        except NNTrainError as error:
            return Reply(problem=error.problems[0].message)

    def close(self) -> None:
        """End the worker process; it stops with a checkpoint if it can within a second."""
        self.pool.close()

    def _pass_on(self, message: Message) -> None:
        if isinstance(message, Stop):
            self.pool.stop()
        elif isinstance(message, Save):
            self.pool.save()
        elif isinstance(message, Answer):
            self.pool.answer(message.number, message.stop)
        else:
            self.judged = message.tasks[0].judged
            self.pool.submit(message)

    def _events(self) -> Iterator[Event]:
        """Yield the events of a moment. Epochs that need no answer are gathered, so that short epochs cost little."""
        event = self.pool.next(LISTEN_SECONDS)
        deadline = time.monotonic() + GATHER_SECONDS
        while event is not None:
            yield event
            if event.kind != "epoch" or self.judged:
                return
            event = self.pool.next(max(0.0, deadline - time.monotonic()))
