"""`nntrain watch` of runs and groups that have ended, and of one that another process trains."""

import json
from pathlib import Path

import pytest

from nntrain.cli.commands import watch
from nntrain.cli.requests import Watch
from nntrain.errors import ConfigError
from nntrain.report.sections import curves
from nntrain.storage.find_runs import find
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal
from nntrain.watching import follow
from tests.cli.commands.test_runs import make
from tests.conftest import Trained

ROWS = "epoch,seconds,loss,val_loss\n1,1.0,0.9,0.8\n2,1.0,0.5,0.6\n"


def test_a_run_that_has_ended_is_shown_once(trained: Trained, capsys: pytest.CaptureFixture[str]) -> None:
    run = trained("moons")
    Watch(name=str(run.path), runs_dir=run.path.parent).run(Terminal())
    first, *_, last = capsys.readouterr().out.splitlines()
    assert first.startswith("epoch 1/2  loss ")
    assert last.startswith("moons, all epochs are done, epoch 2/2, best val_loss ")


def test_a_run_is_followed_until_its_lock_is_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = make(tmp_path, "net", status=None)
    (path / "metrics.csv").write_text(ROWS)
    locked = RunDir(path).locked()
    locked.__enter__()
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 2:
            locked.__exit__(None, None, None)

    monkeypatch.setattr(follow.time, "sleep", wait)
    Watch(name="net", runs_dir=tmp_path).run(Terminal())
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "epoch 1  loss 0.9000  val_loss 0.8000"
    assert lines[2].startswith("net, killed before it ended, epoch 2, best loss 0.5000 (epoch 2)")
    assert len(lines) == 3


def test_a_group(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    group = tmp_path / "group"
    (make(group, "seed-1", metrics={"train": {"loss": 0.5}}, stopped="all epochs are done") / "metrics.csv").write_text(
        ROWS
    )
    members = {name: {"data": "iris"} for name in ("seed-1", "seed-2")}
    (group / "group.json").write_text(json.dumps({"kind": "seeds", "members": members}))
    Watch(name="group", runs_dir=tmp_path).run(Terminal())
    first, last = capsys.readouterr().out.splitlines()
    assert first.startswith("seed-1, all epochs are done, epoch 2")
    assert last == "group, 0 of 1 runs are done"


def several(folder: Path, file: str, stack: bool) -> RunDir:
    """A group or an ensemble of two runs that have two epochs each, and a third that has not begun."""
    folder.mkdir()
    names = ("run-1", "run-2", "run-3")
    about = {"kind": "seeds", "members": {name: {"data": "iris"} for name in names}}
    (folder / file).write_text(json.dumps({**about, "stack": "key" if stack else ""}))
    for name in names[:2]:
        (make(folder, name, status=None) / "metrics.csv").write_text(
            ROWS if name == "run-1" else ROWS.replace("0.6", "0.4")
        )
    return RunDir(folder)


@pytest.mark.parametrize("file", ["group.json", "ensemble.json"])
def test_the_mean_of_runs_that_are_trained_as_one_is_called_so(tmp_path: Path, file: str) -> None:
    place = several(tmp_path / "net", file, stack=True)
    if file == "ensemble.json":
        (place.path / "resolved.yaml").write_text("data: iris\n")
        (place.path / "environment.json").write_text("{}")
    with place.locked(), RunDir(place.path / "run-1").locked(), RunDir(place.path / "run-2").locked():
        seen = watch.seen_of(find(tmp_path, "net"))
        noun = "members" if file == "ensemble.json" else "runs"
        assert seen.heads[1:] == [f"mean of 2 {noun}, running, epoch 2", "loss 0.5000  val_loss 0.5000"]
        assert seen.heads[0].startswith(
            "net, an ensemble of 3 members, running" if noun == "members" else "net, running"
        )
        assert seen.runs == ["run-1, epoch 2, best loss 0.5000 (epoch 2)", "run-2, epoch 2, best loss 0.5000 (epoch 2)"]
        assert [run.name for run in seen.subject.runs] == [f"mean of 2 {noun}", "run-1", "run-2"]
        legend = str(curves.parts([seen.subject])[0])
        assert f"mean of 2 {noun}</li>" in legend and "run-2</li>" in legend and not seen.is_over


def test_without_a_screen_the_means_are_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    several(tmp_path / "net", "group.json", stack=True)
    Watch(name="net", runs_dir=tmp_path).run(Terminal())
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == [
        "epoch 1, mean of 2 runs  loss 0.9000  val_loss 0.8000",
        "epoch 2, mean of 2 runs  loss 0.5000  val_loss 0.5000",
    ]
    assert [line.split(",")[0] for line in lines[2:]] == ["run-1", "run-2", "net"]


def test_an_unknown_run(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="unknown run `x`"):
        Watch(name="x", runs_dir=tmp_path).run(Terminal())
