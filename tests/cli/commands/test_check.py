"""`nntrain check`: every error of a config without training."""

import json
from pathlib import Path

import pytest

from nntrain.cli.requests import Check
from nntrain.errors import ConfigError
from nntrain.terminal import Terminal

MOONS = """
data: {toy_2d: {kind: moons, size: 60}}
model: [{Dense: {units: 4, activation: tanh}}]
train: {epochs: 3}
"""


def test_a_config_is_valid_and_build_prints_the_size_of_the_model(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "net.yaml"
    config.write_text(MOONS)
    Check(config=str(config)).run(Terminal())
    Check(config=str(config), build=True).run(Terminal())
    memory = "memory: about 650 MB (libraries 650 MB, data 0 MB, weights 0 MB, activations 0 MB)"
    assert capsys.readouterr().out == f"{config} is valid\n{config} is valid, 2 layers, 17 parameters\n{memory}\n"
    Check(config=str(config), build=True).run(Terminal(as_json=True))
    assert json.loads(capsys.readouterr().out)["errors"] == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["net.yaml"]


def test_a_pipe_without_end_is_a_message() -> None:
    with pytest.raises(ConfigError, match="`/dev/zero` is larger than 1,000,000 bytes"):
        Check(config="/dev/zero").run(Terminal(quiet=True))


def test_initial_weights_and_data_that_are_missing_are_shown_at_once(tmp_path: Path) -> None:
    config = tmp_path / "net.yaml"
    data = "data: {table: {path: none.csv, target: y}}\n"
    config.write_text(data + "model: [{Dense: 3}]\ntrain: {init_from: nothing.keras}\n")
    with pytest.raises(ConfigError) as raised:
        Check(config=str(config), runs_dir=tmp_path / "runs").run(Terminal())
    assert [problem.path for problem in raised.value.problems] == [
        ("data", "table", "path"),
        ("train", "init_from"),
    ]
