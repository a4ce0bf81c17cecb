"""Trials on a Ray cluster of two nodes on this machine, one of which does not see one of the folders."""

import csv
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from nntrain.errors import ConfigError, MissingPackage, NNTrainError
from nntrain.processes.messages import Event
from nntrain.processes.settings import WorkerSettings
from nntrain.search.executors.ray import Options, RayCluster, start
from nntrain.search.task import Task
from nntrain.search.workers import ray_session
from nntrain.search.workers.trials import start as runner

ROOT = Path(__file__).parents[3]
SECONDS = 60  # for any event to come
ENDLESS = 1_000_000
HIDING = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-rm"]

needs_ray = pytest.mark.skipif(find_spec("ray") is None, reason="ray is not installed: pip install 'nntrain[ray]'")

CONFIG = """\
seed: 1
data: {{table: {{path: {data}, target: species}}}}
model: [{{Dense: {{units: 8, activation: relu}}}}, {{Dropout: 0.2}}]
train: {{epochs: {epochs}, batch_size: 16, threads: 1, checkpoint_seconds: 0}}
"""
SEARCH = """\
data: {table: {path: flowers.csv, target: species}}
model: [{Dense: {units: 8, activation: relu}}]
train: {epochs: 150, batch_size: 8, checkpoint_seconds: 0.5}
tune:
  space: {model.0.Dense.units: {choice: [4, 8, 16, 32]}, train.batch_size: {choice: [4, 8]}}
  trials: 5
"""
ENVIRONMENT = {
    "RAY_AUTH_MODE": "token",
    "RAY_AUTH_TOKEN": "0123456789" * 4,
    "RAY_USAGE_STATS_ENABLED": "0",
    "PYTHONPATH": str(ROOT),
    "CUDA_VISIBLE_DEVICES": "",
}


@dataclass
class Cluster:
    """Two nodes with a CPU each; at the path `hidden` the second one has another disk."""

    work: Path
    hidden: Path
    address: str
    processes: list[subprocess.Popen[bytes]]

    def kill_second(self) -> None:
        """SIGKILL for what Ray calls the node."""
        (raylet,) = (pid for pid in descendants(self.processes[1].pid) if "raylet" in command(pid)[:1][0])
        os.kill(raylet, signal.SIGKILL)


def descendants(pid: int) -> list[int]:
    try:
        children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
    return [*children, *(other for child in children for other in descendants(child))]


def command(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except OSError:
        return [""]


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    if sys.platform != "linux" or subprocess.run([*HIDING, "true"], capture_output=True).returncode:
        pytest.skip("this system does not let us hide a folder from a process")
    work, hidden = tmp_path_factory.mktemp("work"), tmp_path_factory.mktemp("hidden")
    shutil.copy(ROOT / "nntrain/data/sources/iris.csv", work / "flowers.csv")
    (work / "search.yaml").write_text(SEARCH)
    (work / "runs").mkdir()
    sessions = Path(tempfile.mkdtemp(prefix="r-", dir="/tmp"))  # sockets have short names
    address = f"127.0.0.1:{free_port()}"
    with pytest.MonkeyPatch.context() as patch:
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        first = node(sessions / "1", "--head", "--port", address.partition(":")[2], "--include-dashboard=false")
        wait_for(address)
        second = node(sessions / "2", "--address", address, hidden=hidden)
        yield Cluster(work, hidden, address, [first, second])
        for process in (second, first):
            end(process)
    shutil.rmtree(sessions, ignore_errors=True)


def node(session: Path, *options: str, hidden: Path | None = None) -> subprocess.Popen[bytes]:
    ray = f"exec {Path(sys.executable).parent / 'ray'} start {' '.join(options)} --num-cpus 1 --block"
    line = f"{ray} --node-ip-address 127.0.0.1 --temp-dir {session} --object-store-memory 100000000"
    hide = [] if hidden is None else [*HIDING, "sh", "-c", f"mount -t tmpfs tmpfs {hidden} && {line}"]
    return subprocess.Popen(hide or ["sh", "-c", line], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")


def wait_for(address: str) -> None:
    host, _, port = address.partition(":")
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        try:
            socket.create_connection((host, int(port)), 1).close()
            return
        except OSError:
            time.sleep(0.1)


def end(process: subprocess.Popen[bytes]) -> None:
    """Ends a node, and whatever it has left behind."""
    started = descendants(process.pid)
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
    for pid in started:
        if "ray" in " ".join(command(pid)):
            os.kill(pid, signal.SIGKILL)


@pytest.fixture(scope="module")
def pool(cluster: Cluster) -> Iterator[RayCluster]:
    with two_workers(cluster) as found:
        yield found


def two_workers(cluster: Cluster, *files: Path) -> RayCluster:
    """A worker on each node."""
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            found = start(
                Options(cluster.address), WorkerSettings(2, "cpu", files=tuple(map(str, files)), runner=runner)
            )
            break
        except NNTrainError:  # the second node has not joined yet
            assert time.monotonic() < deadline
            time.sleep(0.5)
    assert isinstance(found, RayCluster)
    while found.free < 2:
        assert time.monotonic() < deadline
        found._listen(time.monotonic() + 0.5)
    return found


def task(cluster: Cluster, number: int, epochs: int = 3, **more: object) -> Task:
    config = CONFIG.format(data=cluster.work / "flowers.csv", epochs=epochs)
    return replace(Task(number, str(cluster.work / "runs" / f"trial-{number}"), config), **more)  # type: ignore[arg-type]


def ends(pool: RayCluster, count: int) -> dict[int, Event]:
    found: dict[int, Event] = {}
    while len(found) < count:
        event = pool.next(SECONDS)
        assert event is not None, found
        if event.kind != "epoch":
            found[event.number] = event
    return found


def metrics(event: Event) -> list[dict[str, float]]:
    return [{name: value for name, value in row.items() if name != "seconds"} for row in event.rows]


@needs_ray
@pytest.mark.parametrize("hidden", ["the search's directory", "the data"])
def test_a_node_that_does_not_see_the_shared_path_is_an_error(cluster: Cluster, hidden: str) -> None:
    data = Path(shutil.copy(cluster.work / "flowers.csv", cluster.hidden / "flowers.csv"))
    runs, files = (cluster.work, [data]) if hidden == "the data" else (cluster.hidden, [])
    with two_workers(cluster, *files) as pool, pytest.raises(NNTrainError) as caught:
        for number in (1, 2):
            pool.submit(Task(number, str(runs / f"trial-{number}"), "data: nonsense"))
    unseen = data if hidden == "the data" else cluster.hidden
    assert str(caught.value) == (
        f"error: the node `{socket.gethostname()}` of the Ray cluster does not see `{unseen}`\n"
        " help: keep runs and data on a disk that every node has at the same path; `--runs-dir` names its folder"
    )
    assert not list(cluster.work.glob(".seen-*")) + list(cluster.hidden.glob(".seen-*"))


@needs_ray
def test_two_nodes_write_the_same_run_into_the_search(cluster: Cluster, pool: RayCluster) -> None:
    for number in (1, 2):
        pool.submit(task(cluster, number))
    assert pool.free == 0
    found = ends(pool, 2)
    assert metrics(found[1]) == metrics(found[2]) != []
    one, other = (cluster.work / "runs" / f"trial-{number}" for number in (1, 2))
    assert {path.name for path in one.iterdir()} == {path.name for path in other.iterdir()}
    for name in ("config.yaml", "resolved.yaml"):
        assert (one / name).read_bytes() == (other / name).read_bytes()


@needs_ray
def test_a_promoted_trial_continues_its_parent_on_any_node(cluster: Cluster, pool: RayCluster) -> None:
    for number in (3, 4):
        pool.submit(task(cluster, number, epochs=2))
    ends(pool, 2)
    for number in (5, 6):
        pool.submit(task(cluster, number, epochs=5, parent=str(cluster.work / "runs" / f"trial-{number - 2}")))
    promoted = ends(pool, 2)
    pool.submit(task(cluster, 7, epochs=5))
    whole = ends(pool, 1)[7]
    assert metrics(promoted[5]) == metrics(promoted[6]) == metrics(whole)


@needs_ray
def test_a_judged_trial_waits_for_its_answer_on_any_node(cluster: Cluster, pool: RayCluster) -> None:
    for number in (8, 9):
        pool.submit(task(cluster, number, epochs=5, judged=True))
    heard = {event.number for event in (pool.next(SECONDS), pool.next(SECONDS)) if event is not None}
    assert heard == {8, 9}
    assert pool.next(0.7) is None
    for number in heard:
        pool.answer(number, stop=True)
    found = ends(pool, 2)
    assert [(event.kind, event.summary["stopped"], len(event.rows)) for event in found.values()] == [
        ("done", "pruned", 1)
    ] * 2


@needs_ray
def test_what_was_stopped_resumes_on_any_node(cluster: Cluster, pool: RayCluster) -> None:
    for number in (10, 11):
        pool.submit(task(cluster, number, epochs=300))
    heard: set[int] = set()
    while heard != {10, 11}:
        event = pool.next(SECONDS)
        assert event is not None
        heard.add(event.number)
    pool.stop()
    assert {event.kind for event in ends(pool, 2).values()} == {"stopped"}
    for number in (11, 10):  # each on the other's node, perhaps
        pool.submit(task(cluster, number, epochs=300))
    found = ends(pool, 2)
    assert metrics(found[10]) == metrics(found[11])
    assert len(found[10].rows) == 300


@needs_ray
def test_a_failure_on_a_node_is_reported_with_its_reason(cluster: Cluster, pool: RayCluster) -> None:
    pool.submit(replace(task(cluster, 12), config="data: nonsense\n"))
    failed = ends(pool, 1)[12]
    assert failed.kind == "failed"
    assert failed.message in (cluster.work / "runs/trial-12/log.txt").read_text()


@needs_ray
def test_a_search_continues_when_a_node_is_killed(cluster: Cluster, pool: RayCluster) -> None:
    pool.close()
    search = tune(cluster, "ray", "--executor", "ray", "--address", cluster.address)
    second = cluster.work / "runs" / "ray" / "trial-002" / "checkpoint" / "a.ckpt"
    while not second.exists():
        assert search.poll() is None, search.communicate()
        time.sleep(0.05)
    cluster.kill_second()
    _, errors = search.communicate(timeout=SECONDS)
    assert search.returncode == 0, errors
    assert '"lost"' in (cluster.work / "runs/ray/journal.jsonl").read_text()
    alone = tune(cluster, "pool")
    alone.communicate(timeout=SECONDS)
    assert alone.returncode == 0
    assert trials(cluster, "ray") == trials(cluster, "pool")


@needs_ray
def test_a_search_whose_cluster_is_lost_is_an_error(cluster: Cluster) -> None:
    options = ("--executor", "ray", "--address", cluster.address, "--workers", "1", "--set", f"train.epochs={ENDLESS}")
    search = tune(cluster, "lost", *options)
    while not (cluster.work / "runs" / "lost" / "trial-001" / "metrics.csv").exists():
        assert search.poll() is None, search.communicate()
        time.sleep(0.05)
    (server,) = (pid for pid in descendants(cluster.processes[0].pid) if "gcs_server" in command(pid)[0])
    os.kill(server, signal.SIGKILL)
    _, errors = search.communicate(timeout=SECONDS)
    assert search.returncode == 1
    assert "is lost\n help: start the cluster again; `nntrain resume` resumes the search" in errors


def tune(cluster: Cluster, name: str, *options: str) -> subprocess.Popen[str]:
    line = [sys.executable, "-m", "nntrain", "tune", "search.yaml", "--workers", "2", "--name", name, *options]
    return subprocess.Popen(line, cwd=cluster.work, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def trials(cluster: Cluster, name: str) -> list[dict[str, str]]:
    with (cluster.work / "runs" / name / "trials.csv").open() as file:
        rows = list(csv.DictReader(file))
    return [{column: cell for column, cell in row.items() if column != "seconds"} for row in rows]


@needs_ray
def test_a_cluster_that_the_search_starts_ends_with_a_checkpoint_and_leaves_nothing(
    tmp_path: Path, cluster: Cluster
) -> None:
    before = set(descendants(os.getpid()))
    config = CONFIG.format(data=cluster.work / "flowers.csv", epochs=ENDLESS)
    with start(Options(), WorkerSettings(1, "cpu", runner=runner)) as own:
        own.submit(Task(0, str(tmp_path / "trial"), config))
        event = own.next(SECONDS)
        assert event is not None
        assert event.kind == "epoch"
        started = set(descendants(os.getpid())) - before
        assert started
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and started & set(descendants(os.getpid())):
        time.sleep(0.1)
    assert not started & set(descendants(os.getpid()))
    assert list((tmp_path / "trial" / "checkpoint").glob("*.ckpt"))


@pytest.mark.parametrize("address", ["nonsense", "ray://host:10001", "host:99999", "host", ":1"])
def test_an_invalid_address_is_an_error(address: str) -> None:
    with pytest.raises(ConfigError, match="must be the address of a Ray cluster"):
        Options(address)


@needs_ray
def test_an_address_where_nothing_answers_is_an_error_at_once() -> None:
    began = time.monotonic()
    with pytest.raises(NNTrainError, match="no Ray cluster answers at `127.0.0.1:1`"):
        start(Options("127.0.0.1:1"), WorkerSettings(1, runner=runner))
    assert time.monotonic() - began < ray_session.ANSWER_SECONDS


@needs_ray
def test_an_address_where_something_else_listens_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ray_session, "ANSWER_SECONDS", 0.5)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(NNTrainError, match="no Ray cluster answers"):
            start(Options(f"127.0.0.1:{silent.getsockname()[1]}"), WorkerSettings(1, runner=runner))


@pytest.mark.skipif(find_spec("ray") is not None, reason="ray is installed")
def test_without_ray_the_extra_is_named() -> None:
    with pytest.raises(MissingPackage) as caught:
        start(Options(), WorkerSettings(1, runner=runner))
    assert caught.value.problems[0].help == f"run `{sys.executable} -m pip install 'nntrain[ray]'`"
