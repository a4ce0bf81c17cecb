"""A config before a command uses it: its warnings are printed, its files are present."""

from pathlib import Path

import pytest

from nntrain.cli.checked_config import checked
from nntrain.config.load import load
from nntrain.errors import DataError
from nntrain.terminal import Terminal

CONFIG = "data: iris\nmodel: [{Dense: {units: 3, activation: softmax}}]\n"


def test_warnings_are_printed_on_stderr(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "net.yaml"
    file.write_text(CONFIG + "train: {epochs: 9, callbacks: [{EarlyStopping: 3}]}\n")
    config = load(file, ["train.epochs=1"])
    assert checked(config, Terminal()) is config
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("warning: `patience: 3` can never take effect in 1 epoch\n")


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "net.yaml"
    file.write_text(CONFIG.replace("iris", "{csv_table: {path: none.csv, label: y}}"))
    with pytest.raises(DataError, match="there is no file `.*none.csv`"):
        checked(load(file), Terminal(quiet=True))
