"""Spaces to search, searches over an analytic function in place of trainings, and real searches of a small net."""

import csv
import json
import math
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from nntrain.config.search import space as spaces
from nntrain.config.search.space import Condition, Parameter, Space
from nntrain.config.tune import Tune
from nntrain.processes.process_pool import ProcessPool
from nntrain.processes.settings import WorkerSettings
from nntrain.search.engine import Proposal, SearchEngine, Waiting, make_engine
from nntrain.search.executors import processes
from nntrain.search.task import Stack, Task, Work
from tests.conftest import environment
from tests.forked import Forked


@dataclass
class Search:
    """Trials of one engine: what it proposed, the scores, and why it ended."""

    engine: SearchEngine
    score: Callable[[Proposal], float | None]
    proposals: list[Proposal] = field(default_factory=list)
    scores: dict[int, float | None] = field(default_factory=dict)
    waited: int = 0

    def run(self, trials: int = 1000, workers: int = 1, last_first: bool = False) -> "Search":
        """Trials until the engine ends or there are enough, `workers` at a time, scored in order or reversed."""
        while self._batch(trials, workers, last_first):
            pass
        return self

    def _batch(self, trials: int, workers: int, last_first: bool) -> bool:
        batch = []
        for _ in range(min(workers, trials - len(self.proposals))):
            proposal = self.engine.ask()
            if proposal is None:
                break
            if isinstance(proposal, Waiting):
                assert batch, "an engine waits although nothing runs"
                self.waited += 1
                break
            batch.append(len(self.proposals))
            self.proposals.append(proposal)
        for number in reversed(batch) if last_first else batch:
            self.scores[number] = self.score(self.proposals[number])
            self.engine.tell(number, self.scores[number], self.proposals[number].epochs or 10)
        return bool(batch)

    @property
    def values(self) -> list[dict[str, Any]]:
        return [proposal.values for proposal in self.proposals]

    @property
    def keys(self) -> list[str]:
        """The proposed sets of values, as texts."""
        return [json.dumps(values, sort_keys=True) for values in self.values]


def bowl(proposal: Proposal) -> float:
    """Best, 0, at units 40 and rate 0.01, with the option that has neither condition nor cost."""
    values = proposal.values
    cost = ((values["units"] - 40) / 40) ** 2 + math.log10(values["rate"] / 0.01) ** 2
    return cost + (0.0 if values.get("bias", True) else 0.5)


UNITS = Parameter("units", "int", low=10, high=100, step=10)
RATE = Parameter("rate", "float", low=1e-4, high=1, log=True)
BIAS = Parameter("bias", "bool", options=(False, True))
OPTIMIZER = Parameter("optimizer", "choice", options=("Adam", {"SGD": {"nesterov": True}}, ["plain"]))
MOMENTUM = Parameter("momentum", "float", low=0.5, high=0.7, step=0.1, condition=Condition("optimizer", 1))
SCHEDULE = Parameter("schedule", "choice", options=("none", "cosine"), condition=Condition("optimizer", 1))
STEPS = Parameter("steps", "int", low=1, high=3, step=1, log=True, condition=Condition("schedule", 1))


@pytest.fixture
def smooth() -> Space:
    """A range, a logarithmic range and a bool."""
    return Space((UNITS, RATE, BIAS), {"units": 100, "rate": 0.5, "bias": False})


@pytest.fixture
def branches() -> Space:
    """3 choices, one of which has 3 momenta, and 1 schedule without and 3 with steps: 2 + 3 * (1 + 3) = 14 sets."""
    return Space((OPTIMIZER, MOMENTUM, SCHEDULE, STEPS), {"optimizer": "Adam"})


@pytest.fixture
def begin() -> Callable[..., Search]:
    """Begins a search with the engine of that name."""

    def begun(
        engine: str,
        space: Space,
        seed: int = 0,
        direction: str = "min",
        score: Callable[[Proposal], float | None] = bowl,
        pruner: Any = None,
        **options: Any,
    ) -> Search:
        written = {engine: {**OPTIONS.get(engine, {}), **options}}
        section = {"engine": written, "space": {}, "seed": seed, **({"pruner": pruner} if pruner else {})}
        return Search(make_engine(spaces.Search(Tune.read(section), space, "score", direction)), score)

    return begun


OPTIONS: dict[str, dict[str, Any]] = {
    "Hyperband": {"max_epochs": 10},
    "BayesianOptimization": {"num_initial_points": 5},
    "TPE": {"n_startup_trials": 5},
    "GP": {"n_startup_trials": 5},
}


@pytest.fixture
def needed() -> Callable[[Mapping[str, Any]], list[str]]:
    """The names that a set of values of `branches` has to have."""

    def names(values: Mapping[str, Any]) -> list[str]:
        if not isinstance(values["optimizer"], dict):
            return ["optimizer"]
        return ["optimizer", "momentum", "schedule", *(["steps"] if values["schedule"] == "cosine" else [])]

    return names


NET = """
seed: 1
data: iris
model:
  - Normalization
  - Dense: {units: 8, activation: relu}
  - Dense: {units: 3, activation: softmax}
train:
  epochs: 3
  batch_size: 16
  optimizer: {Adam: {learning_rate: 0.01}}
tune:
  objective: val_accuracy
"""
SPACE = """
  space:
    model.1.Dense.units: {choice: [4, 8, 16]}
    train.optimizer.Adam.learning_rate: {float: [1.0e-3, 1.0e-1], log: true}
"""


@dataclass
class Searched:
    """A search that has ended: its directory, what it printed, the exit code."""

    place: Path
    out: str = ""
    err: str = ""
    code: int = 0

    def table(self) -> list[dict[str, str]]:
        """trials.csv."""
        return read_csv(self.place / "trials.csv")

    @property
    def rows(self) -> list[dict[str, str]]:
        """trials.csv without what took time."""
        return [{name: cell for name, cell in row.items() if name != "seconds"} for row in self.table()]

    @property
    def summary(self) -> dict[str, Any]:
        return json.loads((self.place / "summary.json").read_text())  # type: ignore[no-any-return]

    def column(self, name: str) -> list[str]:
        """The cells of a column of trials.csv."""
        return [row[name] for row in self.rows]

    def events(self, kind: str) -> list[dict[str, Any]]:
        """The events of this kind in the journal."""
        lines = (self.place / "journal.jsonl").read_text().splitlines()[1:]
        return [event for event in map(json.loads, lines) if event["event"] == kind]

    def metrics(self, run: str) -> list[dict[str, str]]:
        """metrics.csv of one of its runs."""
        return read_csv(self.place / run / "metrics.csv")

    def wait_for(self, event: str, count: int) -> None:
        """Waits until the journal has so many of these events."""
        journal, deadline = self.place / "journal.jsonl", time.monotonic() + 60
        while not (journal.is_file() and journal.read_text().count(f'"event": "{event}"') >= count):
            assert time.monotonic() < deadline, f"{journal} never got {count} of {event}"
            time.sleep(0.02)


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open() as file:
        return list(csv.DictReader(file))


def write_search(folder: Path, tail: str, space: str = SPACE, name: str = "net") -> None:
    """Writes the config of a search over NET: a space and the end of the section `tune`."""
    (folder / f"{name}.yaml").write_text(NET + space + tail)


class LentPool(ProcessPool):
    """Workers that many searches use in turn; a worker takes two seconds to load TensorFlow."""

    def submit(self, work: Work) -> None:
        """Start a task; the workers are in the folder of the first search, so the paths are made absolute."""
        if isinstance(work, Stack):
            super().submit(
                replace(work, tasks=tuple(map(_absolute, work.tasks)), folder=str(Path(work.folder).resolve()))
            )
        else:
            super().submit(_absolute(work))

    def close(self) -> None:
        """Stop what still runs, as a pool does that ends."""
        self.stop()
        while self._busy:
            event = self.next(60)
            assert event is not None, "a worker did not stop"
            self.answer(event.number, stop=True)
        self._events.clear()


def _absolute(task: Task) -> Task:
    parent = None if task.parent is None else str(Path(task.parent).resolve())
    return replace(task, folder=str(Path(task.folder).resolve()), parent=parent)


@pytest.fixture(scope="session")
def nntrain(in_process: Any) -> Iterator[Callable[..., Any]]:
    """Runs `nntrain` in this process, its trials in workers that are started once in a session."""
    pools: dict[WorkerSettings, LentPool] = {}

    def lend(_: processes.Options, settings: WorkerSettings) -> LentPool:
        settings = replace(settings, files=())
        if settings not in pools:
            pools[settings] = LentPool(settings)
        return pools[settings]

    def ran(*arguments: Any) -> Any:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(processes, "start", lend)
            return in_process(*arguments)

    yield ran
    for pool in pools.values():
        ProcessPool.close(pool)


@pytest.fixture
def tune(nntrain: Any, tmp_path: Path) -> Callable[..., Searched]:
    """Runs `nntrain tune` over NET, without plots."""

    def searched(tail: str, *arguments: str, space: str = SPACE, name: str = "net") -> Searched:
        write_search(tmp_path, tail, space, name)
        done = nntrain(tmp_path, "tune", f"{name}.yaml", "-q", "--no-plots", *arguments)
        return Searched(tmp_path / "runs" / name, done.stdout, done.stderr, done.returncode)

    return searched


@pytest.fixture
def resume(nntrain: Any, tmp_path: Path) -> Callable[..., Searched]:
    """Runs `nntrain resume` on a search, without plots."""

    def resumed(*arguments: str, name: str = "net") -> Searched:
        done = nntrain(tmp_path, "resume", name, "-q", "--no-plots", *arguments)
        return Searched(tmp_path / "runs" / name, done.stdout, done.stderr, done.returncode)

    return resumed


@pytest.fixture
def searching(tmp_path: Path) -> Callable[..., Searched]:
    """Writes the config of a search that the test starts itself."""

    def written(tail: str, space: str = SPACE) -> Searched:
        write_search(tmp_path, tail, space)
        return Searched(tmp_path / "runs" / "net")

    return written


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Starts `nntrain`, to be stopped or killed, as the leader of a process group."""
    started = []

    def process(*arguments: str) -> "subprocess.Popen[str]":
        asked = {"cwd": tmp_path, "env": environment(), "start_new_session": True, "text": True}
        group = Forked(*arguments, "-q", "--no-plots", stdout=subprocess.PIPE, stderr=subprocess.PIPE, **asked)
        started.append(group)
        return group

    yield process
    for group in started:
        if group.poll() is None:
            os.killpg(group.pid, signal.SIGKILL)
        group.communicate()


Once = Callable[..., Path]


@pytest.fixture(scope="session")
def once(nntrain: Any, tmp_path_factory: pytest.TempPathFactory) -> Once:
    """Runs a search once in a session, and returns its directory."""
    places: dict[tuple[str, ...], Path] = {}

    def place(tail: str, *arguments: str) -> Path:
        key = (tail, *arguments)
        if key not in places:
            folder = tmp_path_factory.mktemp("search")
            write_search(folder, tail)
            done = nntrain(folder, "tune", "net.yaml", "-q", *arguments)
            assert done.returncode == 0, done.stderr
            places[key] = folder / "runs" / "net"
        return places[key]

    return place


@pytest.fixture
def finished(once: Once, tmp_path: Path) -> Searched:
    """A copy of a search of four trials of three epochs, its best one trained again, with plots."""
    place = once("  trials: 4\n  max_epochs_total: 20\n", "--refit", "1")
    return Searched(shutil.copytree(place, tmp_path / "runs" / "net"))


@pytest.fixture
def longer(once: Once, tmp_path: Path) -> Searched:
    """A copy of a search of five trials of 60 epochs, one after another."""
    place = once("  trials: 5\n", "--no-stack", "--set", "train.epochs=60", "--no-plots")
    return Searched(shutil.copytree(place, tmp_path / "runs" / "longer"))


@pytest.fixture
def halved(once: Once, tmp_path: Path) -> Searched:
    """A copy of a search by Hyperband with all its models."""
    place = once("  engine: {Hyperband: {max_epochs: 4, factor: 2}}\n  keep: all\n", "--no-plots", "--no-stack")
    return Searched(shutil.copytree(place, tmp_path / "runs" / "halved"))
