"""The part of a Ray worker that is on its node; needs no Ray."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from nntrain.processes.messages import Answer, Event, Stop
from nntrain.processes.settings import WorkerSettings
from nntrain.search.task import Task
from nntrain.search.workers import trials
from nntrain.search.workers.ray_node import Node, versions

CONFIG = "{data: iris, model: [{Dense: 3}], train: {epochs: 4}}"


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    before = sys.argv
    found = Node(WorkerSettings(8, "cpu", runner=trials.start), ["nntrain", "tune", "c.yaml"])
    yield found
    found.close()
    sys.argv = before


def events(node: Node, *messages: Task | Answer | Stop) -> tuple[Event, ...]:
    """What the worker process sends after these messages."""
    reply = node.exchange(list(messages))
    while not reply.events and not reply.problem:
        reply = node.exchange([])
    assert not reply.problem
    return reply.events


def test_a_node_has_one_worker_and_the_versions_of_its_machine(node: Node) -> None:
    assert len(node.pool.processes) == 1
    assert node.hello().versions == versions()
    assert sys.argv == ["nntrain", "tune", "c.yaml"]


def test_a_node_names_the_paths_that_it_does_not_see(node: Node, tmp_path: Path) -> None:
    assert node.unseen([str(tmp_path), str(tmp_path / "none"), __file__]) == [str(tmp_path / "none")]


def test_a_judged_task_waits_for_its_answer(node: Node, tmp_path: Path) -> None:
    task = Task(3, str(tmp_path / "trial"), CONFIG, judged=True)
    assert [event.row["epoch"] for event in events(node, task)] == [1]
    assert node.exchange([]).events == ()
    (done,) = events(node, Answer(3, stop=True))
    assert (done.number, done.kind, len(done.rows)) == (3, "done", 1)


def test_a_task_that_is_not_judged_sends_all_its_epochs(node: Node, tmp_path: Path) -> None:
    found = events(node, Task(4, str(tmp_path / "trial"), CONFIG))
    while found[-1].kind == "epoch":
        found += events(node)
    assert [event.kind for event in found] == ["epoch"] * 4 + ["done"]


def test_what_keeps_a_worker_from_starting_is_the_reply(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    node = Node(WorkerSettings(1, "gpu", runner=trials.start), sys.argv)
    reply = node.exchange([Task(0, "nowhere", CONFIG)])
    while not reply.problem:
        reply = node.exchange([])
    assert reply.problem == "TensorFlow finds no GPU"
    node.close()
