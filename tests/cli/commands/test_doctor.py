"""`nntrain doctor`, the lines of `fit`, and those of `check --build`."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from nntrain.storage import run_files
from nntrain.storage.run_dir import RunDir
from nntrain.training import prepare  # noqa: F401  # the backend is started for it

pytestmark = pytest.mark.usefixtures("shared_programs")

NET = """
data: {toy_2d: {kind: reg_plane, size: 100}}
model: [{Dense: {units: 4, activation: tanh}}, {Dense: {units: 1, activation: relu}}]
train: {epochs: 2}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "net.yaml").write_text(NET)
    return tmp_path


def test_a_config_is_examined_and_its_findings_are_json(folder: Path, in_process: Any) -> None:
    done = in_process(folder, "doctor", "net.yaml", "--static", "--json")
    assert done.returncode == 0
    (found,) = [json.loads(line) for line in done.stdout.splitlines()]
    first = found["findings"][0]
    assert first["disease"] == "output_cannot_reach_targets"
    assert (first["severity"], first["path"]) == ("error", "model.1.Dense.activation")
    assert first["set"] == ["model.1.Dense.activation=linear"]
    assert first["evidence"]["lowest_target"] < 0


def test_the_printed_line_ends_the_disease(folder: Path, in_process: Any) -> None:
    done = in_process(folder, "doctor", "net.yaml", "--static")
    lines = [line.strip() for line in done.stdout.splitlines()]
    assert lines[1] == "--set 'model.1.Dense.activation=linear'"
    again = in_process(folder, "doctor", "net.yaml", "--static", "--set", "model.1.Dense.activation=linear")
    assert "output_cannot_reach_targets" not in again.stdout


def test_the_lines_of_two_causes_are_printed_together(folder: Path, in_process: Any) -> None:
    done = in_process(folder, "doctor", "net.yaml", "--static", "--json")
    lines = json.loads(done.stdout)["together"]
    assert [line.partition("=")[0] for line in lines] == ["model.1.Dense.activation", "train.epochs"]
    assert f"in this order, these lines cure all that is seen before training:\n  --set '{lines[0]}'" in (
        in_process(folder, "doctor", "net.yaml", "--static").stdout
    )
    both = [word for line in lines for word in ("--set", line)]
    again = json.loads(in_process(folder, "doctor", "net.yaml", "--static", "--json", *both).stdout)
    assert [one["disease"] for one in again["findings"] if one["severity"] != "note"] == []
    assert "together" not in again


def test_an_error_of_the_config_is_a_finding(folder: Path, in_process: Any) -> None:
    done = in_process(folder, "doctor", "net.yaml", "--static", "--set", "train.loss=binary_crossentropy", "--json")
    assert done.returncode == 0
    (found,) = [json.loads(line)["findings"] for line in done.stdout.splitlines()]
    assert (found[0]["disease"], found[0]["severity"]) == ("loss_does_not_fit", "error")
    assert found[0]["set"] == ["train.loss=mean_squared_error"]
    # The config is mended and examined: what is found then has its lines behind that one.
    assert found[1]["disease"] == "output_cannot_reach_targets"
    assert found[1]["message"].startswith("seen once the errors are mended: ")
    assert found[1]["set"] == ["train.loss=mean_squared_error", "model.1.Dense.activation=linear"]


def test_fit_ends_with_the_worst_findings_and_the_run_keeps_them(folder: Path, in_process: Any) -> None:
    done = in_process(folder, "fit", "net.yaml", "--no-plots")
    assert done.returncode == 0, done.stderr
    assert "validation R² " in done.stdout
    assert "error: output_cannot_reach_targets: " in done.stdout
    again = in_process(folder, "doctor", "net")
    assert "error: output_cannot_reach_targets: " in again.stdout
    plain = in_process(folder, "fit", "net.yaml", "--no-plots", "--no-doctor")
    assert "R²" not in plain.stdout
    assert not (folder / "runs" / "net-2" / "diagnosis.json").exists()
    for name in ("metrics.csv", "model.json"):
        rows = [(folder / "runs" / run / name).read_text() for run in ("net", "net-2")]
        if name == "model.json":
            assert [json.loads(text)["weights"] for text in rows][0] == json.loads(rows[1])["weights"]
        else:
            losses = [[line.split(",")[3:] for line in text.splitlines()] for text in rows]
            assert losses[0] == losses[1], "the doctor changes no bit"


def test_check_shows_the_findings_before_the_training(folder: Path, in_process: Any) -> None:
    done = in_process(folder, "check", "net.yaml", "--build")
    assert done.returncode == 0
    assert "error: output_cannot_reach_targets: " in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nothing.yaml"], "there is no file `nothing.yaml`"),
        (["nothing"], "unknown run `nothing`"),
    ],
)
def test_what_is_neither_config_nor_run_is_an_error(
    arguments: list[str], words: str, folder: Path, in_process: Any
) -> None:
    done = in_process(folder, "doctor", *arguments)
    assert done.returncode == 2
    assert words in done.stderr


def test_a_run_takes_no_assignment(trained: Any, in_process: Any, tmp_path: Path) -> None:
    done = in_process(tmp_path, "doctor", str(trained("plane")), "--set", "train.epochs=5")
    assert done.returncode == 2
    assert "`--set` changes a config, not a run that has ended" in done.stderr


def test_a_run_that_has_not_ended_is_said_to_train_or_to_be_killed(
    trained: Any, in_process: Any, tmp_path: Path
) -> None:
    """Nothing found in it would mean little: no model was kept that has a score."""
    run = RunDir(tmp_path / "killed")
    shutil.copytree(trained("plane").path, run.path)
    for name in (run_files.DIAGNOSIS, run_files.SUMMARY, run_files.MODEL_FACTS):
        (run.path / name).unlink()
    environment = {**run.read_json(run_files.ENVIRONMENT), "exit_status": None}
    run.write_json(run_files.ENVIRONMENT, environment)
    epochs = len(run.read_rows())
    what = f"its {epochs} epochs so far are examined, without the scores of a trained model"
    done = in_process(tmp_path, "doctor", str(run.path))
    assert done.stderr.splitlines()[-1] == f"note: `{run.path}` was killed before it ended: {what}"
    (run.path / run_files.METRICS).unlink()
    with run.locked():
        done = in_process(tmp_path, "doctor", str(run.path))
    assert f"note: `{run.path}` is training: its config and its data are examined" in done.stderr
    assert "has not ended" not in in_process(tmp_path, "doctor", str(trained("plane").path)).stderr
