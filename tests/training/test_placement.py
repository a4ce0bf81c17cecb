"""The options that say where a run trains, and what several devices cannot train."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nntrain import backend
from nntrain.cli.app import app
from nntrain.config.load import load
from nntrain.errors import ConfigError
from nntrain.terminal import Terminal
from nntrain.training import placement
from nntrain.training.placement import Placement
from nntrain.training.run_context import ALONE

pytestmark = pytest.mark.quick

CONFIG = "data: iris\nmodel: [{Dense: {units: 3, activation: softmax}}]\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--devices", "0"], "`--devices` takes a number from 1 to 1024, got `0`"),
        (["--devices", "2", "--workers", "a:1,b:1"], "`--devices` and `--workers` exclude each other"),
        (["--workers", "2"], "`--workers` takes the addresses of the workers, not their number `2`"),
        (["--workers", "2", "--worker", "0"], "or start them all on this machine with `nntrain launch --local 2`"),
        (["--workers", "a:1,b:1"], "`--workers` needs the index of this worker"),
        (["--worker", "0"], "`--worker` needs the list of all workers"),
        (["--workers", "a:1,b", "--worker", "0"], "`b` in `--workers` is not HOST:PORT"),
        (["--workers", "a:1,b:70000", "--worker", "0"], "`b:70000` in `--workers` is not HOST:PORT"),
        (["--workers", "a:1,a:1", "--worker", "0"], "`--workers` names an address twice"),
        (["--workers", "a:1", "--worker", "0"], "`--workers` takes 2 workers or more, got 1"),
        (["--workers", "a:1,b:1", "--worker", "2"], "invalid `--worker 2` for 2 workers"),
        (["--workers", "a:1,b:1", "--worker", "0", "--seeds", "2"], "several workers train one run at a time"),
        (["--workers", "x", "--seeds", "2"], "`--workers` takes a number of processes from 1 to 1024, got `x`"),
        (["--workers", "2"], "a number is how many of `--seeds` train at once"),
        (["--workers", "0", "--seeds", "2"], "`--workers` takes a number of processes from 1 to 1024, got `0`"),
        (["--devices", "2", "--workers", "2", "--seeds", "2"], "`--devices` and `--workers` exclude each other"),
        (["--devices", "2", "--set", "train.engine=streamed"], "`--devices` needs `engine: resident`, got `streamed`"),
        (["--devices", "2", "--set", "train.compile=xla"], "`--devices` cannot be compiled by XLA"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_several_devices_cannot_train_is_refused_before_tensorflow_is_loaded(
    words: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: Any) -> None:
        raise RuntimeError("TensorFlow was started")

    monkeypatch.setattr(backend, "start", never)
    monkeypatch.delenv("TF_CONFIG", raising=False)
    (tmp_path / "net.yaml").write_text(CONFIG)
    with pytest.raises(ConfigError) as caught:
        app(["fit", str(tmp_path / "net.yaml"), *words], standalone_mode=False)
    assert message in str(caught.value)


def test_a_number_of_workers_is_that_of_the_runs_of_a_group_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(placement.machine, "cores", lambda: 2)
    (tmp_path / "net.yaml").write_text(CONFIG)
    config = load(tmp_path / "net.yaml")
    for count, printed in ((2, ""), (3, "warning: `--workers 3` on 2 cores takes more memory and is not faster")):
        found = Placement.of_several("cpu", None, str(count), None)
        assert found == Placement("cpu", at_once=count)
        assert found.start(config, False, Terminal()) == replace(ALONE, workers=count)
        assert capsys.readouterr().err.partition(";")[0].strip() == printed
    assert Placement.of_several("cpu", 2, None, None) == Placement.of("cpu", 2, None, None)


def test_one_device_is_the_placement_without_options(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "net.yaml").write_text(CONFIG)
    placement = Placement.of("cpu", None, None, None)
    assert (placement, placement.option) == (Placement("cpu", 1, None), "")
    assert Placement.of("cpu", 1, None, None) == placement
    assert placement.start(load(tmp_path / "net.yaml"), False, Terminal()) is ALONE
    assert capsys.readouterr().err == ""
