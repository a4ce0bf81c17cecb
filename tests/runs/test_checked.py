"""What is looked at in a config before it is trained."""

from pathlib import Path

import pytest

from nntrain.config.load import load
from nntrain.errors import ConfigError, DataError
from nntrain.runs.checked import checked
from nntrain.terminal import Terminal

IRIS = "data: iris\nmodel: [{Dense: {units: 3, activation: softmax}}]\n"


def test_warnings_are_printed_on_stderr(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "net.yaml"
    file.write_text(IRIS + "train: {epochs: 9, callbacks: [{EarlyStopping: 3}]}\n")
    config = load(file, ["train.epochs=1"])
    assert checked(config, Terminal(), tmp_path) is config
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("warning: `patience: 3` can never take effect in 1 epoch\n")


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "net.yaml"
    file.write_text(IRIS.replace("iris", "{table: {path: none.csv, target: y}}"))
    with pytest.raises(DataError, match="there is no file `.*none.csv`"):
        checked(load(file), Terminal(quiet=True), tmp_path)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("first", "runs/first"),
        ("group/seed-1", "runs/group/seed-1"),
        ("runs/first", "runs/first"),
        ("w.weights.h5", "w.weights.h5"),
        ("runs/first/model.keras", "runs/first/model.keras"),
    ],
)
def test_initial_weights_are_a_path_from_the_config_or_the_name_of_a_run(name: str, found: str, tmp_path: Path) -> None:
    for run in ("first", "group/seed-1"):
        (tmp_path / "runs" / run).mkdir(parents=True)
        (tmp_path / "runs" / run / "resolved.yaml").touch()
    (tmp_path / "runs/first/model.keras").write_bytes(b"PK\x03\x04")
    (tmp_path / "w.weights.h5").write_bytes(b"\x89HDF")
    file = tmp_path / "net.yaml"
    file.write_text(f"{IRIS}train: {{init_from: {name}}}\n")
    config = checked(load(file), Terminal(quiet=True), tmp_path / "runs")
    assert config.experiment.train.init_from == str(tmp_path / found)
    assert config.document.data == file.read_bytes()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("secnd", "`secnd` is neither a run nor a file"),
        ("group", "`group` is a group of runs, not one run"),
        ("net.yaml", "`net.yaml` is not a file of weights"),
        ("empty.weights.h5", "`empty.weights.h5` is empty"),
        ("text.keras", "`text.keras` is neither a `.keras` nor a `.weights.h5` file"),
        ("runs", "`runs` is neither a run nor a file"),
    ],
)
def test_initial_weights_that_are_not_there_are_an_error_at_their_line(name: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "runs" / "group" / "seed-1").mkdir(parents=True)
    (tmp_path / "runs" / "group" / "group.json").touch()
    (tmp_path / "runs" / "group" / "seed-1" / "resolved.yaml").touch()
    (tmp_path / "empty.weights.h5").touch()
    (tmp_path / "text.keras").write_text("weights")
    file = tmp_path / "net.yaml"
    file.write_text(f"{IRIS}train: {{init_from: {name}}}\n")
    with pytest.raises(ConfigError) as raised:
        checked(load(file), Terminal(quiet=True), tmp_path / "runs")
    assert str(raised.value).startswith(f"error: {message}\n  --> {file}:3:20  (train.init_from)")
