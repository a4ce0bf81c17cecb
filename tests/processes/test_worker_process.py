"""A worker's side of the pipe: what it does with each message, without a training."""

import signal
import threading
import time
from collections.abc import Iterator
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from nntrain.processes import worker_process
from nntrain.processes.messages import Answer, Event, Save, Stop
from nntrain.processes.settings import Say
from nntrain.processes.worker_process import MemoryGrowth, Said, WorkerThreads
from nntrain.search.task import Task
from nntrain.training.signals import StopRequest

TASK = Task(7, "folder", "config", judged=True)
ROW = {"epoch": 1.0, "val_loss": 0.5}


@pytest.fixture
def pool_and_worker() -> Iterator[tuple[Connection, WorkerThreads]]:
    """The pool's end of the pipe, and a worker that has taken a task."""
    ours, theirs = Pipe()
    worker = WorkerThreads(theirs)
    worker._receive(TASK)
    yield ours, worker
    ours.close()
    theirs.close()


@pytest.mark.parametrize("stop", [True, False])
def test_a_judged_task_reports_its_row_and_follows_the_answer(
    pool_and_worker: tuple[Connection, WorkerThreads], stop: bool
) -> None:
    pool, worker = pool_and_worker
    order = worker.orders.get()
    assert order is not None
    worker._receive(Answer(7, stop))

    class Runner:
        def run(self, task: Task, say: Say, request: StopRequest) -> list[Event]:
            return [Event(task.number, "done", summary={"answer": say(Event(task.number, "epoch", row=ROW))})]

    assert worker._run(Runner(), order) == [Event(7, "done", summary={"answer": stop})]
    assert pool.recv() == Said(Event(7, "epoch", row=ROW))


def test_a_stopped_task_does_not_wait_for_an_answer_that_never_comes(
    pool_and_worker: tuple[Connection, WorkerThreads], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_process, "ANSWER_SECONDS", 0.1)
    _, worker = pool_and_worker
    order = worker.orders.get()
    assert order is not None
    threading.Timer(0.3, lambda: worker._receive(Stop())).start()
    began = time.monotonic()
    assert worker._answer(order) is False
    assert time.monotonic() - began > 0.3


def test_a_stop_that_comes_before_the_training_begins_is_kept_for_it(
    pool_and_worker: tuple[Connection, WorkerThreads],
) -> None:
    class Runner:
        def run(self, task: Task, say: Say, request: StopRequest) -> list[Event]:
            return [Event(task.number, "stopped" if request.signal == signal.SIGTERM else "done")]

    _, worker = pool_and_worker
    worker._receive(Stop())
    order = worker.orders.get()
    assert order is not None
    assert [event.kind for event in worker._run(Runner(), order)] == ["stopped"]


def test_a_checkpoint_is_asked_of_the_training_that_runs(pool_and_worker: tuple[Connection, WorkerThreads]) -> None:
    class Runner:
        def run(self, task: Task, say: Say, request: StopRequest) -> list[Event]:
            worker._receive(Save())
            return [Event(task.number, "done", summary={"saves": request.wants_checkpoint})]

    _, worker = pool_and_worker
    order = worker.orders.get()
    assert order is not None
    assert worker._run(Runner(), order) == [Event(7, "done", summary={"saves": True})]


def test_what_concerns_no_task_is_ignored() -> None:
    ours, theirs = Pipe()
    worker = WorkerThreads(theirs)
    worker._receive(Answer(7, True))
    worker._receive(Stop())
    worker._receive(Save())
    assert worker.order is None and worker.orders.empty()
    ours.close()
    worker._send(Said(Event(1, "done")))  # to a pool that is no more
    theirs.close()


def test_a_worker_is_renewed_when_it_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = iter([100, 5_000_000_000, *[5_000_000_000] * 3, 5_900_000_000, *[5_050_000_000] * 43, 5_061_000_000])
    monkeypatch.setattr(worker_process, "resident_bytes", lambda: next(sizes))
    memory = MemoryGrowth()
    grown = [memory.is_large() for _ in range(worker_process.LEAST_TASKS)]
    assert grown == [False] * (worker_process.LEAST_TASKS - 1) + [True]


def test_a_lot_more_memory_renews_a_worker_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = iter([1] * worker_process.FIRST_TASKS + [worker_process.LARGE_GROWTH_BYTES + 2])
    monkeypatch.setattr(worker_process, "resident_bytes", lambda: next(sizes))
    memory = MemoryGrowth()
    assert [memory.is_large() for _ in range(worker_process.FIRST_TASKS + 1)] == [
        False
    ] * worker_process.FIRST_TASKS + [True]


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="the system does not report the memory of a process")
def test_the_memory_of_this_process_is_known() -> None:
    assert worker_process.resident_bytes() > 10_000_000
