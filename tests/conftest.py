"""Real runs on small data: each is trained once in a session, in this process, and looked at by many tests."""

import contextlib
import gc
import io
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import pytest

from nntrain import backend
from nntrain.training.run_context import RunContext
from tests.forked import Forked

if TYPE_CHECKING:
    from nntrain.storage.run_dir import RunDir

os.environ["NNTRAIN_AUTHKEY"] = "key"  # of the workers: no test makes a key file in the user's home
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a shell ignores it in what it starts in the background
    signal.signal(signal.SIGINT, signal.default_int_handler)

REPOSITORY = Path(__file__).parents[1]

BARE = RunContext(doctor=False, plots=False, report=False)
"""Of a run whose metrics or weights are looked at, and nothing that is drawn or written about it."""

Fit = Callable[..., "RunDir"]
Trained = Callable[[str], "RunDir"]
Write = Callable[..., "RunDir"]
Command = Callable[..., "subprocess.CompletedProcess[str]"]
Prepare = Callable[..., "Training"]

KERAS = re.compile(
    r"^(?:from|import) (?:keras|tensorflow|nntrain\.(?:evaluation|model|playground\.session|runs|training"
    r"|search\.trial_runner))\b",
    re.MULTILINE,
)
PROCESSES = re.compile(
    r"^from nntrain\.(?:cli\.commands|cli\.requests import Fit|processes|search\.(?:workers|executors))\b", re.MULTILINE
)
RUNS = {"command", "explained", "fit", "forked", "in_process", "prepare", "prepare_compiled", "prepare_in", "start"}
RUNS |= {"subject_of", "trained"}
"""Fixtures that run nntrain, or build networks."""


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Look for no garbage among modules and tests, which all stay: neither while they are made nor while tests run."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out the modules that `scripts/test quick` would import, TensorFlow too, and then deselect whole."""
    if collection_path.suffix != ".py" or config.option.markexpr != "not trains":
        return None
    module = collection_path.read_text(encoding="utf-8")
    return True if _trains(module) and "mark.quick" not in module else None


def pytest_pycollect_makemodule(module_path: Path) -> None:
    """Start the backend, quiet and on the CPU, before a test module imports Keras."""
    if KERAS.search(module_path.read_text(encoding="utf-8")):
        backend.start("cpu")


def pytest_collection_modifyitems(items: list[pytest.Function]) -> None:
    """Mark the tests that `scripts/test quick` leaves out: they run nntrain, or their module imports what trains."""
    heavy = {path for path in {item.path for item in items} if _trains(path.read_text(encoding="utf-8"))}
    for item in items:
        if not item.get_closest_marker("quick") and (item.path in heavy or RUNS & set(item.fixturenames)):
            item.add_marker("trains")


def _trains(module: str) -> bool:
    return bool(KERAS.search(module) or PROCESSES.search(module))


CONFIGS = {
    # Classes, an Adam, a Dropout, a callback that stops early, and 96 training rows, so the last batch is a short one.
    "iris": """
        seed: 3
        data: iris
        model:
          - Normalization
          - Dense: {units: 8, activation: relu, kernel_regularizer: {L2: 1e-3}}
          - Dropout: 0.2
          - Dense: {units: 3, activation: softmax}
        train:
          epochs: 6
          batch_size: 10
          optimizer: {Adam: {learning_rate: 0.02}}
          metrics: [accuracy, AUC]
          callbacks:
            - EarlyStopping: {monitor: val_accuracy, patience: 3, restore_best_weights: true}
        """,
    # Two classes and everything left out that can be.
    "moons": """
        data: {toy_2d: {kind: moons, size: 100, noise: 0.1}}
        model:
          - Dense: {units: 4, activation: tanh}
        train: {epochs: 2}
        """,
    "smooth": """
        data: iris
        model:
          - Dense: 3
        train:
          epochs: 2
          loss: {CategoricalCrossentropy: {from_logits: true, label_smoothing: 0.1}}
          metrics: [accuracy, {TopK: 2}, F1Score]
        """,
    "plane": """
        data: {toy_2d: {kind: reg_plane, size: 100}}
        model:
          - Dense: {units: 4, activation: tanh}
          - Dense: 1
        train: {epochs: 2, metrics: [mae, r2]}
        """,
}


DRAWN = {"iris", "plane"}
"""Those whose plots are drawn: one of classes, and one of numbers."""


@pytest.fixture
def bundled_fonts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Leave the fonts alone that come with matplotlib: a machine may have others."""
    from matplotlib.font_manager import fontManager

    from nntrain import fonts

    monkeypatch.setattr(fontManager, "ttflist", [font for font in fontManager.ttflist if "mpl-data" in font.fname])
    monkeypatch.setattr(fonts, "system_files", tuple)
    fonts.font_of.cache_clear()
    fonts.advance.cache_clear()
    yield
    fonts.font_of.cache_clear()
    fonts.advance.cache_clear()


@pytest.fixture(scope="session")
def fit(tmp_path_factory: pytest.TempPathFactory) -> Fit:
    """Trains a config with the request of `nntrain fit` and gives its run directory; `name` is the config file's.

    Drawing is a third of the time of so small a run, so it draws plots only where a test looks at them.
    """

    def fitted(
        text: str, *assignments: str, name: str = "net", seed: int | None = None, plots: bool = False
    ) -> "RunDir":
        from nntrain.cli.requests import Fit as FitRequest
        from nntrain.storage.find_runs import find_run
        from nntrain.terminal import Terminal

        folder = tmp_path_factory.mktemp(name)
        config = folder / f"{name}.yaml"
        config.write_text(dedent(text), encoding="utf-8")
        runs_dir, asked = folder / "runs", {"assignments": assignments, "seed": seed, "no_plots": not plots}
        request = FitRequest(config=str(config), runs_dir=runs_dir, device="cpu", **asked)
        with contextlib.redirect_stdout(io.StringIO()):  # the test that happens to be the first may look at stdout
            request.run(Terminal(quiet=True))
        return find_run(runs_dir, name)

    return fitted


@pytest.fixture(scope="session")
def kept_programs() -> Any:
    """The programs of the trainings for which `shared_programs` was asked."""
    from nntrain.training.program_cache import Programs

    return Programs(most=32)


@pytest.fixture(scope="module")
def shared_programs(kept_programs: Any) -> Iterator[None]:
    """Trainings in this process take compiled programs of earlier ones with an equal graph, as trials of a search do.

    Tracing is more than half of so small a training. That the bits are those of a new process is shown by
    tests/search/test_trial_runner.py, whose references have programs of their own.
    """
    from nntrain.training import trainer

    own = trainer.make_scorer

    def shared(prepared: Any, context: RunContext) -> Any:
        return own(prepared, context if context.programs else replace(context, programs=kept_programs))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trainer, "make_scorer", shared)
        yield


@pytest.fixture(scope="session")
def trained(fit: Fit) -> Trained:
    """The run of one of `CONFIGS`, trained when it is first asked for. Tests that change its files copy it first."""
    runs: dict[str, RunDir] = {}

    def run(name: str) -> "RunDir":
        if name not in runs:
            runs[name] = fit(CONFIGS[name], name=name, plots=name in DRAWN)
        return runs[name]

    return run


PEOPLE = "age,income,city,smoker,since,kind\n" + "".join(
    # numbers with gaps, a category with embeddings, a boolean, a date
    f"{18 + row % 60},{'' if row % 11 == 0 else 900.5 + 7 * row},{'' if row % 17 == 0 else f'town {row % 13}'},"
    f"{'yes' if row % 3 else 'no'},2024-{1 + row % 12:02d}-{1 + row % 28:02d},{'a' if row % 60 > 30 else 'b'}\n"
    for row in range(200)
)
"""A table of every kind of column."""


@pytest.fixture(scope="session")
def people(fit: Fit, tmp_path_factory: pytest.TempPathFactory) -> "RunDir":
    """A network of two classes on a table of every kind of column, trained for one epoch."""
    file = tmp_path_factory.mktemp("data") / "people.csv"
    file.write_text(PEOPLE, encoding="utf-8")
    text = f"""
        data: {{table: {{path: {file}, target: kind}}}}
        model: [{{Dense: {{units: 4, activation: gelu}}}}]
        train: {{epochs: 1}}
        """
    return fit(text, name="people")


@pytest.fixture(scope="session")
def digits(fit: Fit, tmp_path_factory: pytest.TempPathFactory) -> "RunDir":
    """A convolutional network of three classes on images of 10 x 8 pixels, which are darker or lighter."""
    import numpy as np

    random = np.random.default_rng(1)
    y = np.arange(120) % 3
    x = random.integers(0, 256, (120, 10, 8, 1), dtype="uint8") // 2 + np.uint8(40) * y[:, None, None, None].astype(
        "u1"
    )
    file = tmp_path_factory.mktemp("data") / "digits.npz"
    np.savez(file, x=x, y=y)
    text = f"""
        data: {{npz_file: {{path: {file}}}}}
        model:
          - Rescaling: 1/255
          - RandomFlip
          - Conv2D: {{filters: 4, kernel_size: 3, padding: same}}
          - BatchNormalization: {{momentum: 0.5}}
          - ReLU
          - MaxPooling2D
          - Flatten
          - Dropout: 0.2
          - Dense: {{units: 3, activation: softmax}}
        train: {{epochs: 30, optimizer: {{Adam: {{learning_rate: 0.02}}}}}}
        """
    return fit(text, name="digits")


@pytest.fixture(scope="session")
def command() -> Command:
    """Runs `python -m nntrain`, or with `python=True` just `python`, in a folder, to its end."""

    def ran(folder: Path, *arguments: str, python: bool = False) -> "subprocess.CompletedProcess[str]":
        words = [sys.executable, *([] if python else ["-m", "nntrain"]), *arguments]
        return subprocess.run(words, cwd=folder, env=environment(), capture_output=True, text=True, timeout=120)

    return ran


def environment() -> dict[str, str]:
    """The environment of a process that imports the nntrain of this repository."""
    return {**os.environ, "PYTHONPATH": str(REPOSITORY)}


@pytest.fixture(scope="session")
def forked() -> Command:
    """Runs `nntrain` as `command` does, in a process that need not import TensorFlow."""

    def ran(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
        pipe = subprocess.PIPE
        with Forked(*arguments, cwd=folder, env=environment(), stdout=pipe, stderr=pipe, text=True) as process:
            try:
                out, err = process.communicate(timeout=120)
            except BaseException:
                process.kill()
                raise
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    return ran


@pytest.fixture(scope="session")
def in_process() -> Command:
    """Runs `nntrain` in a folder as `command` does, but in this process, which has loaded TensorFlow already."""

    def ran(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
        from nntrain.cli.app import main

        out, err, code = io.StringIO(), io.StringIO(), 0
        with (
            contextlib.chdir(folder),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            pytest.MonkeyPatch.context() as patch,
        ):
            patch.setattr(sys, "argv", ["nntrain", *arguments])
            try:
                main()
            except SystemExit as ended:
                code = int(ended.code or 0)
        return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())

    return ran


@dataclass
class Training:
    """A config that was prepared but not yet trained, without a run directory."""

    prepared: Any
    programs: Any = None  # compiled ones, of which this training uses one and adds its own

    @cached_property
    def plan(self) -> Any:
        from nntrain.training.trainer import make_plan

        return make_plan(self.prepared.resolved, self.data)

    @cached_property
    def scorer(self) -> Any:
        from nntrain.training.scorer import Scorer

        scorer = Scorer.of if self.programs is None else self.programs.scorer
        return scorer(self.prepared.resolved, self.prepared.model, self.data.train.x, self.plan.batch_size)

    @cached_property
    def history(self) -> Any:
        from nntrain.training.history import History

        return History()

    @property
    def data(self) -> Any:
        return self.prepared.data

    @property
    def model(self) -> Any:
        return self.prepared.model if self.programs is None else self.scorer.program.model

    @property
    def arrays(self) -> Any:
        from nntrain.training.scorer import class_weights

        train = self.data.train
        return self.scorer.arrays(train, class_weights(self.prepared.resolved, train.y))

    def weights(self) -> list[Any]:
        return self.model.get_weights()  # type: ignore[no-any-return]

    def fit(self, watcher: Any = None, resumed: Any = None, **options: Any) -> Any:
        """Train from the start or from a state, and return the history; `options` are those of `Job`."""
        from nntrain.model.callbacks import build_callbacks
        from nntrain.training import loop
        from nntrain.training.job import Job

        validation = None if self.data.validation is None else self.scorer.arrays(self.data.validation)
        callbacks = build_callbacks(self.prepared.resolved.experiment)
        watcher = watcher or Watcher()
        job = Job(self.scorer.program, self.arrays, validation, self.plan, callbacks, watcher, **options)
        loop.fit(job, self.history, resumed)
        return self.history


class Watcher:
    """Looks at nothing."""

    def begin(self, epochs: int, steps: int) -> None: ...

    def piece(self, epoch: int, step: int, metrics: dict[str, float]) -> None: ...

    def epoch(self, row: dict[str, float]) -> None: ...


@pytest.fixture(scope="session")
def prepare_in() -> Prepare:
    """Reads the data and builds the model of a config, which it writes into a folder, without training it."""

    def prepared(folder: Path, text: str, *assignments: str, programs: Any = None) -> Training:
        backend.start("cpu")
        from nntrain.config.load import load
        from nntrain.training import prepare as preparation

        config = folder / "net.yaml"
        config.write_text(dedent(text), encoding="utf-8")
        return Training(preparation.prepare(load(config, assignments)), programs)

    return prepared


@pytest.fixture
def prepare(prepare_in: Prepare, tmp_path: Path) -> Prepare:
    """Does so in the folder of the test."""
    return partial(prepare_in, tmp_path)


@pytest.fixture(scope="module")
def programs() -> Any:
    """The programs that the tests of a module compile."""
    from nntrain.training.program_cache import Programs

    return Programs()


@pytest.fixture
def prepare_compiled(prepare: Prepare, programs: Any) -> Prepare:
    """Does so for nets that share compiled programs; each is valid until the next one is evaluated or fitted."""
    return partial(prepare, programs=programs)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes the files of a run: `rows` as the text of metrics.csv, the JSON files as mappings by their names."""

    def written(
        name: str = "net", rows: str = "", resolved: str = "data: iris\n", **files: Mapping[str, Any]
    ) -> "RunDir":
        from nntrain.storage.run_dir import RunDir

        run = RunDir.create(tmp_path, name)
        run.write("resolved.yaml", resolved)
        run.write("config.yaml", resolved)
        if rows:
            run.write("metrics.csv", rows)
        for file, content in files.items():
            run.write(f"{file}.json", json.dumps(content))
        return run

    return written
