"""`nntrain summary`: the size of a model."""

import json
from pathlib import Path

import pytest

from nntrain.cli.requests import Summary
from nntrain.errors import ConfigError
from nntrain.terminal import Terminal
from tests.conftest import Trained

CONFIG = """
data: iris
model:
  - Normalization
  - Dense: {units: 40, activation: relu}
  - BatchNormalization
  - Dense: {units: 3, activation: softmax, trainable: false}
"""


def test_the_layers_and_totals_are_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "net.yaml"
    config.write_text(CONFIG)
    Summary(config=str(config)).run(Terminal())
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "input 4"
    assert lines[1].split() == [
        *("layer", "path", "output", "trainable", "frozen", "statistics", "constants", "multiplications")
    ]
    assert lines[3].split() == ["dense", "model.1.Dense", "40", "200", "0", "0", "0", "160"]
    assert lines[6] == "280 parameters (123 frozen, 80 statistics, 9 constants), 280 multiplications for each example"
    assert lines[7].startswith("memory: training about 650 MB")
    assert lines[8] == "        inference about 650 MB"


def test_columns_without_a_number_are_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "net.yaml"
    config.write_text("data: {toy_2d: xor}\nmodel: [{Dense: {units: 4, activation: tanh}}]\n")
    Summary(config=str(config), assignments=["model.0.Dense.units=8"]).run(Terminal())
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["layer", "path", "output", "trainable", "multiplications"]
    assert lines[4] == "33 parameters, 24 multiplications for each example"


def test_a_run_has_the_size_of_its_config(trained: Trained, capsys: pytest.CaptureFixture[str]) -> None:
    run = trained("iris")
    Summary(config=run.path.name, runs_dir=run.path.parent).run(Terminal(as_json=True))
    found = json.loads(capsys.readouterr().out)
    written = run.read_json("summary.json")["parameters"]
    assert found["parameters"] == written
    assert (written["trainable"], written["constants"]) == (67, 9)


def test_neither_a_config_nor_a_run(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="unknown run `nothing`"):
        Summary(config="nothing", runs_dir=tmp_path).run(Terminal())
