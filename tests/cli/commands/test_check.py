"""`nntrain check`: every error of a config without training."""

import json
from pathlib import Path

import pytest

from nntrain.cli.requests import Check
from nntrain.errors import ConfigError, DataError
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


def test_of_a_wide_table_the_first_columns_are_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [
        ",".join(str((row + 2) ** 2 % (place + 3)) for place in range(150)) + f",{'ab'[row % 2]}" for row in range(40)
    ]
    Path("t.csv").write_text(",".join(f"c{place}" for place in range(150)) + ",k\n" + "\n".join(rows) + "\n")
    Path("net.yaml").write_text("data: {table: {path: t.csv, target: k}}\nmodel: [{Dense: {units: 2}}]\n")
    Check(config="net.yaml", build=True).run(Terminal())
    printed = capsys.readouterr().out.splitlines()
    assert printed[-3] == "51 more columns; `--json` prints all"
    assert sum("numeric" in line for line in printed) == 100
    Check(config="net.yaml", build=True).run(Terminal(as_json=True))
    assert len(json.loads(capsys.readouterr().out.splitlines()[0])["columns"]) == 151


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


def test_more_folds_of_a_search_than_rows_are_found_by_build(tmp_path: Path) -> None:
    config = tmp_path / "net.yaml"
    config.write_text(MOONS + "tune: {folds: 49, trials: 2, space: {train.batch_size: {choice: [16, 32]}}}\n")
    with pytest.raises(DataError) as raised:
        Check(config=str(config), build=True).run(Terminal(quiet=True))
    (problem,) = raised.value.problems
    assert problem.message == "49 folds need at least 49 rows, there are 48"
    assert (problem.path, problem.help) == (("tune", "folds"), "use at most 48 folds")
    assert problem.span is not None
    config.write_text(config.read_text().replace("49", "48"))
    Check(config=str(config), build=True).run(Terminal(quiet=True))
