"""What every executor offers: tasks in and events out."""

from collections.abc import Sequence
from types import TracebackType
from typing import Protocol, Self

from nntrain.processes.messages import Answer, Event, Message, Save, Stop, Work


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

    def save(self) -> None:
        """Ask all running tasks to write a checkpoint and to go on."""
        for worker in self._busy:
            worker.send(Save())

    def close(self) -> None:
        """End the workers; those that train stop with a checkpoint if they can within a second."""

    @property
    def _busy(self) -> list[Worker]:
        return [worker for worker in self._workers if worker.open]
