"""The best trials trained again: how their tasks are run. That they are is seen in test_tune.py."""

import os
import signal
from pathlib import Path

import pytest

from nntrain.errors import NNTrainError, Stopped
from nntrain.processes.messages import Event
from nntrain.search import refit
from nntrain.search.task import Task


class OneWorker:
    """An executor that ends each task with what it was given; `interrupt` is the number of one that a signal meets."""

    def __init__(self, *events: Event, interrupt: int | None = None) -> None:
        self.events = {event.number: event for event in events}
        self.interrupt = interrupt
        self.task: Task | None = None
        self.begun: list[int] = []
        self.asked = False

    @property
    def free(self) -> int:
        return int(self.task is None)

    def submit(self, task: Task) -> None:
        self.task = task
        self.begun.append(task.number)

    def next(self, timeout_seconds: float | None = None) -> Event | None:
        assert self.task is not None
        if self.task.number == self.interrupt and not self.asked:
            os.kill(os.getpid(), signal.SIGINT)
            return None
        event = Event(self.task.number, "stopped") if self.asked else self.events[self.task.number]
        self.task = None
        return event

    def answer(self, number: int, stop: bool) -> None: ...

    def stop(self) -> None:
        self.asked = True

    def close(self) -> None: ...


def tasks(count: int) -> list[Task]:
    return [Task(number, f"search/refit-{number + 1}", "") for number in range(count)]


def test_every_task_is_trained_in_turn() -> None:
    events = [Event(number, "done", summary={"seed": number}) for number in range(3)]
    assert refit._trained(OneWorker(*events), tasks(3)) == dict(enumerate(events))


def test_a_failure_names_its_run() -> None:
    with pytest.raises(NNTrainError, match="refit-2 was not trained again: out of memory"):
        refit._trained(OneWorker(Event(0, "done"), Event(1, "failed", message="out of memory")), tasks(2))


def test_a_signal_stops_what_runs_and_begins_nothing_more() -> None:
    executor = OneWorker(Event(0, "done"), interrupt=1)
    with pytest.raises(Stopped, match="by SIGINT"):
        refit._trained(executor, tasks(3))
    assert executor.begun == [0, 1] and executor.task is None


def test_a_folder_is_used_again_for_the_same_config_alone(tmp_path: Path) -> None:
    assert refit._fits(tmp_path / "refit-1", "data: iris\n")
    (tmp_path / "refit-1").mkdir()
    assert refit._fits(tmp_path / "refit-1", "data: iris\n")
    (tmp_path / "refit-1" / "config.yaml").write_text("data: iris\n")
    assert refit._fits(tmp_path / "refit-1", "data: iris\n")
    assert not refit._fits(tmp_path / "refit-1", "data: iris\nseed: 1\n")
