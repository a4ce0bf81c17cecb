"""`nntrain repro`: the same bits again, or the first difference."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from nntrain.cli.requests import Repro
from nntrain.errors import ConfigError, NNTrainError
from nntrain.storage import run_files
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal


@pytest.fixture
def copy(trained: Any, tmp_path: Path) -> RunDir:
    shutil.copytree(trained("moons").path, tmp_path / "moons")
    return RunDir(tmp_path / "moons")


def test_a_run_is_identical_when_it_is_trained_again(trained: Any, capsys: pytest.CaptureFixture[str]) -> None:
    run = trained("moons")
    Repro(name="moons", runs_dir=run.path.parent, device="cpu").run(Terminal())
    assert capsys.readouterr().out == f"{run}: identical\n"


def test_a_difference_is_printed_and_is_an_error(copy: RunDir, capsys: pytest.CaptureFixture[str]) -> None:
    names, first, *rest = (copy.path / run_files.METRICS).read_text().splitlines()
    cells = first.split(",")
    cells[names.split(",").index("loss")] = "9.5"
    (copy.path / run_files.METRICS).write_text("\n".join([names, ",".join(cells), *rest, ""]))
    with pytest.raises(NNTrainError) as caught:
        Repro(name="moons", runs_dir=copy.path.parent, device="cpu").run(Terminal(as_json=True))
    help = "compare versions and device with those in environment.json"
    assert str(caught.value) == f"error: `{copy}` is not reproduced\n help: {help}"
    shown = json.loads(capsys.readouterr().out)
    assert (shown["event"], shown["identical"]) == ("repro", False)
    assert shown["difference"].startswith("epoch 1 differs: loss was 9.5 and is ")


def test_a_run_of_several_workers_is_refused(copy: RunDir) -> None:
    environment = copy.read_json(run_files.ENVIRONMENT)
    copy.write_json(run_files.ENVIRONMENT, {**environment, "workers": 2})
    with pytest.raises(ConfigError) as caught:
        Repro(name=str(copy), runs_dir=Path("runs")).run(Terminal(quiet=True))
    assert caught.value.problems[0].message == f"`{copy}` was trained by 2 workers, and `repro` is one"
