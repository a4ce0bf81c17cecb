"""What needs no TensorFlow loads none, and no other heavy library."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from nntrain.config.load import load
from nntrain.errors import ConfigError

CONFIG = "data: iris\nmodel:\n  - Dense: {units: 3, activation: softmax}\n"

RUN = """
import atexit, sys
from nntrain.cli.app import main
heavy = set("HEAVY".split())
atexit.register(lambda: print("heavy:", *sorted(heavy & sys.modules.keys()), file=sys.stderr))
main()
"""
HEAVY = "tensorflow keras numpy pandas matplotlib sklearn scipy optuna keras_tuner"


def run(folder: Path, *arguments: str, heavy: str = HEAVY) -> "subprocess.CompletedProcess[str]":
    words = [sys.executable, "-c", RUN.replace("HEAVY", heavy), *arguments]
    root = str(Path(__file__).parents[1])
    environment = {"PYTHONPATH": root, "PATH": "/usr/bin:/bin", "HOME": str(folder)}
    return subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["fit", "--help"],
        ["launch", "--help"],
        ["check", "c.yaml"],
        ["check", "c.yaml", "--set", "train.epochs=3", "--json"],
        ["check", "c.yaml", "--set", "tune.space.train.batch_size={choice: [16, 32]}"],
        ["list"],
        ["list", "layers"],
        ["list", "data"],
        ["runs"],
    ],
    ids=" ".join,
)
def test_the_light_commands_load_nothing_heavy(arguments: list[str], tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(CONFIG)
    result = run(tmp_path, *arguments)
    assert result.returncode == 0, result.stderr
    assert result.stdout
    assert result.stderr == "heavy:\n"


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]], ids=" ".join)
def test_help_does_not_even_load_what_a_command_needs(arguments: list[str], tmp_path: Path) -> None:
    result = run(tmp_path, *arguments, heavy="pydantic yaml rich nntrain.cli.commands nntrain.config")
    assert (result.returncode, result.stderr) == (0, "heavy:\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ["fit", "bad.yaml"],
        ["fit", "none.yaml"],
        ["check", "c.yaml", "--set", "tune.space.train.batch_size={choice: [0, 32]}"],
        ["fit", "c.yaml", "--name", "../x"],
        ["fit", "missing_data.yaml"],
        ["fit", "c.yaml", "--seeds", "x"],
        ["fit", "c.yaml", "--workers", "x"],
        ["fit", "c.yaml", "--devices", "0"],
        ["launch", "--local", "1", "c.yaml"],
        ["tune", "c.yaml"],
        ["tune", "c.yaml", "--dry-run"],
        ["resume", "none"],
        ["repro", "none"],
        ["eval", "none"],
        ["predict", "none", "x.csv"],
    ],
    ids=" ".join,
)
def test_an_error_that_needs_nothing_heavy_is_printed_before_anything_heavy_is_loaded(
    arguments: list[str], tmp_path: Path
) -> None:
    (tmp_path / "c.yaml").write_text(CONFIG)
    (tmp_path / "bad.yaml").write_text(CONFIG.replace("units", "unit"))
    (tmp_path / "missing_data.yaml").write_text(CONFIG.replace("iris", "{npz_file: {path: none.npz}}"))
    result = run(tmp_path, *arguments)
    assert result.returncode in (2, 4), result.stderr
    assert result.stderr.endswith("heavy:\n")


def test_a_heavy_import_is_noticed(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-c", RUN.replace("HEAVY", HEAVY).replace("main()\n", "import numpy; main()\n"), "--version"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(Path(__file__).parents[1])},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.stderr == "heavy: numpy\n"


def long_config(lines: int) -> str:
    """A config of so many lines, its layers of many kinds in every way of writing them."""
    block = [
        "  - Dense:",
        "      units: 64",
        "      activation: relu",
        "      kernel_initializer: {HeNormal: {seed: 3}}",
        "      kernel_regularizer: {L1L2: {l1: 1e-6, l2: 1e-4}}",
        "  - BatchNormalization",
        "  - Dropout: {rate: 0.2}",
        "  - Dense: {units: 32, activation: selu, kernel_initializer: lecun_normal}",
        "  - LeakyReLU: 0.1  # a comment",
        "  - GaussianNoise: {stddev: 1e-2}",
    ]
    head, tail = ["data: iris", "model:"], ["  - Dense: {units: 3, activation: softmax}", "train: {epochs: 3}"]
    body = (block * (lines // len(block) + 1))[: lines - len(head) - len(tail)]
    return "\n".join([*head, *body, *tail]) + "\n"


def test_a_config_of_two_thousand_lines_is_checked(tmp_path: Path) -> None:
    file = tmp_path / "long.yaml"
    file.write_text(long_config(2000))
    assert file.read_text().count("\n") == 2000
    begin = time.perf_counter()
    config = load(file, ["train.epochs=4"])
    print(f"{time.perf_counter() - begin:.2f} s")  # for those who look; a busy machine is no fault of the code
    assert len(config.experiment.model) == 1197
    assert config.experiment.train.epochs == 4
    assert config.warnings == ()


def test_every_error_of_two_thousand_lines_is_found(tmp_path: Path) -> None:
    file = tmp_path / "long.yaml"
    file.write_text(long_config(2000).replace("units: 64", "unit: 64"))
    with pytest.raises(Exception, match="`Dense` has no option `unit`") as caught:
        load(file)
    assert isinstance(caught.value, ConfigError)
    assert len(caught.value.problems) == 200
    assert str(caught.value).endswith("\n\n180 more errors")
