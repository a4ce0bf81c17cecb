"""Event files, read by TensorBoard itself: of a run, of one that was killed, of a group that is trained as one."""

from pathlib import Path
from typing import Any

import pytest

from nntrain.cli.requests import Fit
from nntrain.loggers.tensorboard import Options, last_step
from nntrain.runs import resume
from nntrain.runs.logs import LoggedRun, Logs
from nntrain.storage.removal import remove
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal

pytest.importorskip("tensorboard", reason="tensorboard is not installed: pip install 'nntrain[tensorboard]'")

TEXT = """
data: {iris: {test: 0}}
model: [{Dense: {units: 4, activation: relu}}]
train: {epochs: 2, batch_size: 64, loggers: [tensorboard]}
"""
QUIET = Terminal(quiet=True)


def read(folder: Path) -> Any:
    from tensorboard.backend.event_processing.event_accumulator import TENSORS, EventAccumulator

    found = EventAccumulator(str(folder), size_guidance={TENSORS: 0})
    found.Reload()
    return found


def steps(folder: Path, tag: str = "epoch_loss") -> list[int]:
    return [event.step for event in read(folder).Tensors(tag)]


def fitted(folder: Path, **options: Any) -> Path:
    (folder / "net.yaml").write_text(TEXT)
    runs = folder / "runs"
    Fit(config=str(folder / "net.yaml"), runs_dir=runs, device="cpu", **{"no_plots": True, **options}).run(QUIET)
    return folder / "runs" / "net"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fitted(tmp_path_factory.mktemp("tensorboard"), no_plots=True, no_report=True, no_doctor=True)


def test_the_numbers_of_each_epoch_are_scalars_as_kerass_callback_names_them(run: Path) -> None:
    from tensorboard.util.tensor_util import make_ndarray

    rows = RunDir(run).read_rows()
    train, validation = read(run / "tensorboard" / "train"), read(run / "tensorboard" / "validation")
    tags = ["epoch_accuracy", "epoch_learning_rate", "epoch_loss", "epoch_seconds"]
    assert sorted(train.Tags()["tensors"]) == tags
    assert sorted(validation.Tags()["tensors"]) == ["epoch_accuracy", "epoch_loss"]
    for found, column in ((train, "loss"), (validation, "val_loss")):
        values = [float(make_ndarray(event.tensor_proto)) for event in found.Tensors("epoch_loss")]
        assert values == pytest.approx([float(row[column]) for row in rows])
        assert found.summary_metadata["epoch_loss"].plugin_data.plugin_name == "scalars"


def test_the_settings_are_those_that_the_tab_hparams_compares(run: Path) -> None:
    from tensorboard.plugins.hparams import metadata

    content = read(run / "tensorboard").summary_metadata[metadata.SESSION_START_INFO_TAG].plugin_data.content
    settings = metadata.parse_session_start_info_plugin_data(content).hparams
    assert settings["train.batch_size"].number_value == 64
    assert settings["model.0.Dense.activation"].string_value == "relu"


def test_a_resumed_training_continues_the_log(run: Path, tmp_path: Path) -> None:
    resume.resume(RunDir(run), ["train.epochs=4"], False, QUIET)
    assert steps(run / "tensorboard" / "train") == steps(run / "tensorboard" / "validation") == [1, 2, 3, 4]


def test_the_files_are_removed_with_the_run_and_no_others(run: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    (other / "train").mkdir(parents=True)
    for place in (other, other / "train"):
        (place / "events.out.tfevents.1.mine").write_text("mine")
    linked = RunDir.create(tmp_path, "linked")
    (linked.path / "tensorboard").symlink_to(other)
    assert remove(linked) == ["tensorboard"]
    assert len(list(other.rglob("*.mine"))) == 2
    assert remove(RunDir(run)) == []


def test_an_epoch_that_a_killed_process_has_written_is_not_written_again(tmp_path: Path) -> None:
    """The checkpoint is older than the log, or the log than the checkpoint, and the last event is cut."""
    rows = [{"epoch": epoch, "loss": 1 / epoch} for epoch in range(1, 8)]
    (tmp_path / "net").mkdir()
    run = LoggedRun(tmp_path / "net", tmp_path, "a1", {"seed": 1}, 0.0)
    logs = Logs([Options()], run, rows[:3], QUIET)
    logs._write()
    [file] = (tmp_path / "net" / "tensorboard" / "train").iterdir()
    file.write_bytes(file.read_bytes()[:-5])
    assert last_step(file.parent) == 2
    again = Logs([Options()], run, rows[:1], QUIET)
    for row in rows[1:5]:
        again.epoch(row)
    again._write()
    last = Logs([Options()], run, rows[:6], QUIET)
    last.epoch(rows[6])
    last.end(0, {})
    assert steps(file.parent) == [1, 2, 3, 4, 5, 6, 7]


def test_each_run_of_a_group_that_is_trained_as_one_has_its_own_log(tmp_path: Path) -> None:
    group = fitted(tmp_path, seeds="0,1", no_plots=True, no_report=True)
    for name in ("seed-0", "seed-1"):
        assert RunDir(group / name).read_json("environment.json")["engine"] == "stacked"
        assert steps(group / name / "tensorboard" / "validation", "epoch_accuracy") == [1, 2]
