"""Real workers that train real nets: they agree with each other, and end whatever happens."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from multiprocessing import spawn
from pathlib import Path
from textwrap import dedent

import pytest

from nntrain.errors import NNTrainError
from nntrain.processes import process_pool
from nntrain.processes.messages import Event
from nntrain.processes.process_pool import ProcessPool, _without_main
from nntrain.processes.settings import WorkerSettings
from nntrain.search.task import Task
from nntrain.search.workers import trials
from tests.forked import Started

ROOT = Path(__file__).parents[2]
SECONDS = 150  # for any event to come, also where other processes have the cores

CONFIG = """
seed: {seed}
data: iris
model: [{{Dense: {{units: 8, activation: relu}}}}, {{Dropout: 0.2}}]
train: {{epochs: {epochs}, batch_size: 16}}
"""
ENDLESS = 1_000_000


def task(number: int, folder: Path, epochs: int = 3, seed: int = 1, judged: bool = False) -> Task:
    return Task(number, str(folder / f"trial-{number}"), CONFIG.format(seed=seed, epochs=epochs), judged=judged)


@pytest.fixture(scope="module")
def shared() -> Iterator[ProcessPool]:
    """Two workers for all tests that leave them in order."""
    with ProcessPool(WorkerSettings(2, "cpu", runner=trials.start)) as pool:
        yield pool


def ends(pool: ProcessPool, count: int) -> dict[int, Event]:
    """The last events of so many tasks."""
    found: dict[int, Event] = {}
    while len(found) < count:
        event = pool.next(SECONDS)
        assert event is not None, found
        if event.kind != "epoch":
            found[event.number] = event
    return found


def first_epoch(pool: ProcessPool) -> Event:
    event = pool.next(SECONDS)
    assert event is not None
    assert event.kind == "epoch", event
    return event


def metrics(event: Event) -> list[dict[str, float]]:
    return [{name: value for name, value in row.items() if name != "seconds"} for row in event.rows]


def is_alive(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    try:
        return status.read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_for_end(pids: list[int], seconds: float) -> list[int]:
    """Those that still live when the time is over."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and any(map(is_alive, pids)):
        time.sleep(0.02)
    return [pid for pid in pids if is_alive(pid)]


def test_a_task_reports_its_epochs_and_its_end(shared: ProcessPool, tmp_path: Path) -> None:
    shared.submit(task(4, tmp_path))
    events = []
    while not events or events[-1].kind == "epoch":
        events.append(shared.next(SECONDS))
    assert [(event.kind, event.number) for event in events] == [("epoch", 4)] * 3 + [("done", 4)]
    assert [event.row for event in events[:3]] == events[3].rows
    assert events[3].summary["epochs"] == 3


def test_nothing_runs_and_nothing_is_waited_for(shared: ProcessPool) -> None:
    assert shared.free == 2
    assert shared.next() is None


def test_two_workers_give_the_metrics_of_one(shared: ProcessPool, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    for number in (0, 1):
        shared.submit(task(number, tmp_path / "two", seed=number))
    assert shared.free == 0
    together = ends(shared, 2)
    for number in (0, 1):
        shared.submit(task(number, tmp_path / "one", seed=number))
        assert metrics(ends(shared, 1)[number]) == metrics(together[number])


def test_a_failure_leaves_the_worker_alive(shared: ProcessPool, tmp_path: Path) -> None:
    before = shared.processes
    shared.submit(Task(0, str(tmp_path / "bad"), CONFIG.format(seed=1, epochs=-1)))
    failed = ends(shared, 1)[0]
    assert (failed.kind, failed.message.partition(":")[0]) == ("failed", "train.epochs")
    assert shared.processes == before


def test_a_judged_task_waits_for_its_answer_and_is_stopped_by_it(shared: ProcessPool, tmp_path: Path) -> None:
    shared.submit(task(0, tmp_path, epochs=5, judged=True))
    assert first_epoch(shared).row["epoch"] == 1
    assert shared.next(0.3) is None
    shared.answer(0, stop=False)
    assert first_epoch(shared).row["epoch"] == 2
    shared.answer(0, stop=True)
    event = ends(shared, 1)[0]
    assert (event.kind, event.summary["stopped"], len(event.rows)) == ("done", "pruned", 2)
    shared.answer(0, stop=True)  # of a task that has ended: nothing happens


def test_a_stopped_task_resumes_when_it_is_submitted_again(shared: ProcessPool, tmp_path: Path) -> None:
    endless = task(0, tmp_path, epochs=500)
    shared.submit(endless)
    shared.submit(task(1, tmp_path, epochs=ENDLESS, judged=True))
    first_epoch(shared)
    first_epoch(shared)
    shared.stop()
    shared.answer(1, stop=False)
    assert {event.kind for event in ends(shared, 2).values()} == {"stopped"}
    shared.submit(endless)
    whole = task(2, tmp_path, epochs=500)
    shared.submit(whole)
    found = ends(shared, 2)
    assert len(found[0].rows) == 500
    assert metrics(found[0]) == metrics(found[2])


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_task_whose_worker_dies_is_lost_and_can_be_submitted_again(
    shared: ProcessPool, tmp_path: Path, number: signal.Signals
) -> None:
    endless = task(0, tmp_path, epochs=ENDLESS)
    before = set(shared.processes)
    shared.submit(endless)
    first_epoch(shared)
    victim = next(worker.process.pid for worker in shared._workers if worker.open)
    assert victim is not None
    os.kill(victim, number)
    lost = ends(shared, 1)[0]
    assert (lost.kind, lost.number) == ("lost", 0)
    assert lost.message.startswith("the worker process was ")
    assert len(set(shared.processes) - before) == 1
    assert shared.free == 2
    if number == signal.SIGTERM:
        return
    shared.submit(task(1, tmp_path))
    shared.submit(task(2, tmp_path))
    assert {event.kind for event in ends(shared, 2).values()} == {"done"}


def _end_while_loading(pool: ProcessPool, number: signal.Signals) -> None:
    """Ends the only worker, which has a task but has not said yet that it is ready."""
    (worker,) = pool._workers
    assert worker.open and worker.process.pid is not None
    os.kill(worker.process.pid, number)
    assert pool.next(0.5) is None and not worker.ready
    assert pool._workers != [worker]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_task_whose_worker_dies_before_it_is_ready_has_lost_nothing(tmp_path: Path, number: signal.Signals) -> None:
    with ProcessPool(WorkerSettings(1, "cpu", runner=trials.start)) as pool:
        pool.submit(task(0, tmp_path))
        for _ in range(2):
            _end_while_loading(pool, number)
        events = [first_epoch(pool), *ends(pool, 1).values()]
        assert [(event.number, event.kind) for event in events] == [(0, "epoch"), (0, "done")]


def test_a_stopped_task_is_not_given_to_another_worker(tmp_path: Path) -> None:
    with ProcessPool(WorkerSettings(1, "cpu", runner=trials.start)) as pool:
        pool.submit(task(0, tmp_path))
        pool.stop()
        os.kill(pool.processes[0], signal.SIGKILL)
        assert ends(pool, 1)[0].kind == "stopped"
        assert pool.free == 1 and not (tmp_path / "trial-0").exists()


def test_a_worker_that_is_halted_and_cannot_stop_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_pool, "STOP_SECONDS", 1.0)
    with ProcessPool(WorkerSettings(1, "cpu", runner=trials.start)) as pool:
        pool.submit(task(0, tmp_path, epochs=ENDLESS))
        first_epoch(pool)
        os.kill(pool.processes[0], signal.SIGSTOP)
        pool.stop()
        deadline = time.monotonic() + 30
        while pool.free == 0 and time.monotonic() < deadline:
            pool.next(0.2)
        assert pool.free == 1, "what it has said before is read, then it is killed"


def test_workers_that_never_become_ready_are_an_error(tmp_path: Path) -> None:
    with ProcessPool(WorkerSettings(1, "cpu", runner=trials.start)) as pool:
        pool.submit(task(0, tmp_path))
        for _ in range(2):
            _end_while_loading(pool, signal.SIGKILL)
        os.kill(pool.processes[0], signal.SIGKILL)
        with pytest.raises(
            NNTrainError, match="no worker process could start: the worker process was ended by SIGKILL"
        ):
            pool.next(SECONDS)


def test_closing_in_the_middle_ends_the_workers_with_a_checkpoint(tmp_path: Path) -> None:
    pool = ProcessPool(WorkerSettings(1, "cpu", runner=trials.start))
    pool.submit(task(0, tmp_path, epochs=ENDLESS))
    first_epoch(pool)
    pids = pool.processes
    pool.close()
    assert not any(map(is_alive, pids))
    assert list((tmp_path / "trial-0" / "checkpoint").glob("*.ckpt"))


def test_what_keeps_workers_from_starting_is_an_error(tmp_path: Path) -> None:
    with ProcessPool(WorkerSettings(1, "gpu", runner=trials.start)) as pool:
        pool.submit(task(0, tmp_path))
        with pytest.raises(NNTrainError, match="TensorFlow finds no GPU"):
            pool.next(SECONDS)


def test_a_worker_does_not_run_the_users_script_again() -> None:
    main = sys.modules["__main__"]
    with _without_main():
        prepared = spawn.get_preparation_data("worker")
    assert not {"init_main_from_path", "init_main_from_name"} & prepared.keys()
    assert sys.modules["__main__"] is main


PARENT = """
import faulthandler
from pathlib import Path
from nntrain.search.task import Task
from nntrain.processes.settings import WorkerSettings
from nntrain.processes.process_pool import ProcessPool
from nntrain.search.workers import trials

if __name__ == "__main__":
    faulthandler.dump_traceback_later(240, exit=True)  # also where the test was killed
    with ProcessPool(WorkerSettings(WORKERS, "cpu", runner=trials.start)) as pool:
        for number in range(WORKERS):
            pool.submit(Task(number, f"trial-{number}", CONFIG))
        seen = set()
        try:
            while True:
                seen.add(pool.next().number)
                if len(seen) == WORKERS:
                    Path("pids").write_text(" ".join(map(str, pool.processes)))
        except KeyboardInterrupt:
            pool.stop()
            while event := pool.next(30):
                if event.kind != "epoch":
                    print(event.number, event.kind)
"""


@pytest.fixture
def parent(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[tuple[Started, list[int]]]:
    """A process whose workers are in the middle of a training, and their ids."""
    script = tmp_path / "parent.py"
    config = CONFIG.format(seed=1, epochs=ENDLESS)
    script.write_text(dedent(PARENT).replace("CONFIG", repr(config)).replace("WORKERS", str(request.param)))
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = Started(
        [sys.executable, str(script)], cwd=tmp_path, env=environment, text=True,
        stdout=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    pids = tmp_path / "pids"
    try:
        deadline = time.monotonic() + SECONDS
        while not (pids.is_file() and len(pids.read_text().split()) == request.param):
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.05)
        workers = [int(pid) for pid in pids.read_text().split()]
        yield process, workers
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate(timeout=30)


@pytest.mark.parametrize("parent", [1], indirect=True)
def test_no_worker_outlives_a_parent_that_was_killed(parent: tuple[Started, list[int]]) -> None:
    process, workers = parent
    process.kill()
    assert wait_for_end(workers, 2.0) == []


@pytest.mark.parametrize("parent", [2], indirect=True)
def test_ctrl_c_is_for_the_parent_which_stops_its_workers(parent: tuple[Started, list[int]]) -> None:
    process, workers = parent
    os.killpg(process.pid, signal.SIGINT)
    output, _ = process.communicate(timeout=SECONDS)
    assert sorted(output.split("\n")) == ["", "0 stopped", "1 stopped"]
    assert process.returncode == 0
    assert wait_for_end(workers, 2.0) == []
