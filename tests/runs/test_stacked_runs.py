"""A group whose runs are trained as one: ordinary runs, a summary of all, and a way back to each."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from nntrain.cli.requests import Fit
from nntrain.errors import ConfigError
from nntrain.runs import groups, reproduce
from nntrain.runs.resume import resume
from nntrain.runs.stack_watcher import StackWatcher
from nntrain.storage import run_files
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal
from nntrain.training.checkpoint import Store
from nntrain.training.history import History, Row
from nntrain.training.run_context import RunContext

TEXT = """
data: iris
model: [{Dense: {units: 4, activation: relu}}]
train: {epochs: 3, batch_size: full}
"""
WITHOUT_PLOTS = RunContext(plots=False)


def trained(folder: Path, terminal: Terminal, text: str = TEXT, **asked: Any) -> RunDir:
    (folder / "net.yaml").write_text(text)
    request: dict[str, Any] = {
        "config": str(folder / "net.yaml"),
        "runs_dir": folder / "runs",
        "device": "cpu",
        "no_plots": True,
        **asked,
    }
    Fit(**request).run(terminal)
    return RunDir(folder / "runs" / str(asked.get("name", "net")))


@pytest.fixture(scope="module")
def terminal() -> Terminal:
    return Terminal(quiet=True, results=False)


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory, terminal: Terminal) -> RunDir:
    return trained(tmp_path_factory.mktemp("stack"), terminal, seeds="5,9,2", no_plots=False)


@pytest.fixture
def copy(group: RunDir, tmp_path: Path) -> RunDir:
    shutil.copytree(group.path, tmp_path / "net")
    return RunDir(tmp_path / "net")


def summary(directory: RunDir) -> dict[str, Any]:
    found = directory.read_json(run_files.SUMMARY)
    runs = {name: {key: value for key, value in run.items() if key != "seconds"} for name, run in found["runs"].items()}
    return {**found, "runs": runs}


def test_each_run_has_the_files_of_a_run_without_plots_and_report(group: RunDir, terminal: Terminal) -> None:
    files = {"checkpoint", "config.yaml", "environment.json", "log.txt", "metrics.csv", "model.json", "model.keras"}
    for seed in (5, 9, 2):
        place = group.path / f"seed-{seed}"
        assert {path.name for path in place.iterdir()} == files | {"resolved.yaml", "summary.json"}
        assert len(RunDir(place).read_rows()) == 3 and "epoch 3/3  loss " in (place / run_files.LOG).read_text()
    assert (group.path / run_files.REPORT).is_file()
    assert "3 runs as one program, from seed-5 to seed-2: means of all" in terminal.log


def test_the_environment_names_the_stack_and_the_place_in_it(group: RunDir) -> None:
    environment = RunDir(group.path / "seed-9").read_json(run_files.ENVIRONMENT)
    values = {"seed-5": 5, "seed-9": 9, "seed-2": 2}
    stack = {"kind": "seeds", "values": values, "place": 1, "compactions": [{"epoch": 3, "members": 0}]}
    assert environment["stack"] == stack and environment["engine"] == "stacked" and environment["exit_status"] == 0


def test_the_results_are_those_of_runs_trained_one_after_another(group: RunDir, tmp_path: Path) -> None:
    apart = summary(trained(tmp_path, Terminal(quiet=True, results=False), seeds="5,9,2", no_stack=True))
    together = summary(group)
    assert list(apart["runs"]) == list(together["runs"])
    for name, run in apart["runs"].items():
        assert {**together["runs"][name], "metrics": 0, "best_value": 0} == {**run, "metrics": 0, "best_value": 0}
        for split, metrics in run["metrics"].items():
            assert together["runs"][name]["metrics"][split] == pytest.approx(metrics, rel=1e-5)


def test_a_run_is_reproduced_with_the_others(group: RunDir) -> None:
    assert reproduce.repeat(RunDir(group.path / "seed-2")) == ""


def test_a_group_that_was_killed_while_it_wrote_its_runs_is_resumed(copy: RunDir, group: RunDir) -> None:
    """The first run is complete, the second had begun, the third has only a folder."""
    (copy.path / run_files.SUMMARY).unlink()
    first = (copy.path / "seed-5" / run_files.SUMMARY).read_bytes()
    begun = RunDir(copy.path / "seed-9")
    environment = begun.read_json(run_files.ENVIRONMENT)
    kept = {name: value for name, value in environment.items() if name not in ("stack", "engine", "compile")}
    begun.write_json(run_files.ENVIRONMENT, {**kept, "end": None, "exit_status": None})
    for name in (run_files.METRICS, run_files.MODEL, run_files.SUMMARY):
        (begun.path / name).unlink()
    shutil.rmtree(copy.path / "seed-2")
    assert groups.resume_all(copy, False, Terminal(quiet=True), WITHOUT_PLOTS) is not None
    assert summary(copy) == summary(group)
    assert (copy.path / "seed-5" / run_files.SUMMARY).read_bytes() == first
    assert len(begun.read_json(run_files.ENVIRONMENT)["resumed"]) == 1
    for name in ("seed-9", "seed-2"):
        rows = [{**row, "seconds": ""} for row in RunDir(copy.path / name).read_rows()]
        assert rows == [{**row, "seconds": ""} for row in RunDir(group.path / name).read_rows()]
    assert groups.resume_all(copy, False, Terminal(quiet=True), WITHOUT_PLOTS) is None


def test_a_run_is_trained_further_alone(copy: RunDir) -> None:
    place = RunDir(copy.path / "seed-9")
    found = Store(place.checkpoints, place.key()).load()
    assert found is not None and found.state.facts["position"]["epoch"] == 4
    before = place.read_rows()
    assert resume(place, ("train.epochs=5",), False, Terminal(quiet=True), WITHOUT_PLOTS) is not None
    assert place.read_rows()[:3] == before and len(place.read_rows()) == 5
    assert place.read_json(run_files.ENVIRONMENT)["stack"]["alone"]
    with pytest.raises(ConfigError, match="was trained as one with others and then alone"):
        reproduce.repeat(place)


def test_what_cannot_be_stacked_is_trained_one_after_another_with_a_note(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = Terminal(results=False)
    text = TEXT.replace("epochs: 3", "steps: 1")
    place = trained(tmp_path, terminal, text, seeds="2")
    note = "note: the runs are trained one after another, because of `train.steps`\n"
    assert note in capsys.readouterr().err
    assert "stack" not in json.loads((place.path / run_files.GROUP).read_text())
    assert "stack" not in RunDir(place.path / "seed-1").read_json(run_files.ENVIRONMENT)


def test_a_single_run_is_no_stack(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal(results=False)
    place = trained(tmp_path, terminal, TEXT.replace("epochs: 3", "epochs: 1"), seeds="1")
    assert "stack" not in json.loads((place.path / run_files.GROUP).read_text())
    assert "one after another" not in capsys.readouterr().err


def test_with_watch_the_mean_and_a_line_for_each_run_are_drawn(tmp_path: Path) -> None:
    drawn: list[list[str]] = []

    class Screen:
        def show(self, lines: Any) -> None:
            drawn.append(list(lines(80, 24, True)))

        def end(self) -> None:
            drawn.append([])

    folders = {name: RunDir.create(tmp_path / "net", name) for name in ("seed-1", "seed-2")}
    histories = {name: History() for name in folders}
    watcher = StackWatcher(Terminal(quiet=True), folders, histories, ("val_loss", "min"))
    watcher.screen = Screen()  # type: ignore[assignment]
    watcher.start(3)
    watcher.drawn = 0.0
    row: Row = {"epoch": 1, "seconds": 0.5, "learning_rate": 0.1, "loss": 0.6, "val_loss": 0.5}
    rows = {"seed-1": row, "seed-2": {**row, "val_loss": 0.7}}
    for name, history in histories.items():
        history.rows.append(rows[name])
    watcher.rows(rows)
    watcher.end()
    assert drawn[0][0] == "net, 2 runs as one program, running" and drawn[0][2:] == [
        "seed-1, epoch 0/3",
        "seed-2, epoch 0/3",
    ]
    assert drawn[1][1:3] == ["mean of 2 runs, running, epoch 1/3, 0:02 left", "loss 0.6000  val_loss 0.6000"]
    assert drawn[2][0] == "net, 2 runs as one program, ended" and drawn[3] == []
