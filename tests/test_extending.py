"""docs/extending.md: its plug-ins and its config are trained, predict, are resumed and searched."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

import nntrain
from nntrain import backend
from nntrain.errors import ConfigError
from nntrain.storage.run_dir import RunDir

PAGE = Path(__file__).parent.parent / "docs" / "extending.md"
PLUGINS = ("--plugin", "my_layers.py", "--plugin", "waves.py")
BARE = ("--no-report", "--no-plots")

backend.start("cpu")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", PAGE.read_text(), flags=re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, in_process: Any) -> Path:
    """The files of the page, and the run `own`, which was stopped after its first epoch and resumed."""
    folder = tmp_path_factory.mktemp("own")
    for name, block in zip(("my_layers.py", "waves.py"), blocks("python"), strict=True):
        (folder / name).write_text(block)
    (config,) = blocks("yaml")
    (folder / "own.yaml").write_text(config)
    first = in_process(folder, "fit", "own.yaml", "--set", "train.epochs=1", *BARE, *PLUGINS)
    assert first.returncode == 0, first.stderr
    resumed = in_process(folder, "resume", "own", "--set", "train.epochs=2", *BARE, *PLUGINS)
    assert resumed.returncode == 0, resumed.stderr
    return folder


def test_every_class_of_the_page_works(folder: Path) -> None:
    run = RunDir(folder / "runs" / "own")
    first, second = run.read_rows()
    assert float(second["learning_rate"]) == pytest.approx(float(first["learning_rate"]) / 2)
    assert 0.5 <= float(second["confidence"]) <= 1 and float(second["loss"]) > 0
    assert "Alternating: {size: 0.8}" in run.read_text("resolved.yaml")
    recorded = json.loads((run.path / "environment.json").read_text())["plugins"]
    assert [Path(one["file"]).name for one in recorded] == ["my_layers.py", "waves.py"]


def test_a_resumed_run_is_that_of_one_training(folder: Path, in_process: Any) -> None:
    done = in_process(folder, "repro", "own", *PLUGINS)
    assert (done.returncode, done.stdout) == (0, "runs/own: identical\n"), done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("eval", "own"),
        ("predict", "own", "own.yaml"),
        ("repro", "own"),
        ("resume", "own", "--set", "train.epochs=9"),
        ("summary", "own"),
    ],
)
def test_a_command_without_a_plug_in_of_the_run_says_what_to_type(
    folder: Path, in_process: Any, words: tuple[str, ...]
) -> None:
    done = in_process(folder, *words, "--plugin", "my_layers.py")
    assert done.returncode == 2
    expected = "error: `runs/own` was trained with the plug-in `waves.py`\n help: add `--plugin waves.py`"
    assert done.stderr.startswith(expected)


def test_an_export_to_keras_has_the_files_and_a_page_refuses_the_layer(folder: Path, in_process: Any) -> None:
    done = in_process(folder, "export", "own", "--to", "keras", *PLUGINS)
    assert done.returncode == 0, done.stderr
    assert {"model.keras", "my_layers.py", "waves.py"} < {file.name for file in (folder / "own-keras").iterdir()}
    pytest.importorskip("py_mini_racer", reason="nntrain[html] is not installed")
    done = in_process(folder, "export", "own", "--to", "html", *PLUGINS)
    assert done.returncode == 2 and "`html` cannot hold the layer" in done.stderr
    assert "it is of a plug-in" in done.stderr and not (folder / "own-html").exists()


def test_a_plug_in_that_has_changed_is_refused(folder: Path, in_process: Any) -> None:
    (folder / "other").mkdir()
    changed = folder / "other" / "my_layers.py"
    changed.write_text((folder / "my_layers.py").read_text() + "\n")
    done = in_process(folder, "eval", "own", "--plugin", "other/my_layers.py", "--plugin", "waves.py")
    assert done.returncode == 2
    assert done.stderr.startswith("error: `other/my_layers.py` has changed: it is not the `my_layers.py` that")


def test_python_takes_plug_ins_and_a_run_keeps_them(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    with pytest.raises(ConfigError, match="was trained with the plug-in `my_layers.py`"):
        nntrain.load("own", plugin="waves.py")
    run = nntrain.load("own", plugin=["my_layers.py", "waves.py"])
    x = [[0.1] * 8, [1.0] * 8]
    assert run.predict_proba(x).shape == (2, 2) and run.evaluate().rows == 16
    assert "Scale" in run.config["model"][0]


def test_plain_keras_loads_the_model_after_the_import_of_the_plug_in(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import keras

    registered = keras.saving.get_custom_objects()
    for name in [name for name in registered if name.startswith("my_layers>")]:
        del registered[name]
    monkeypatch.chdir(folder)
    monkeypatch.syspath_prepend(folder)
    with pytest.raises(TypeError, match="Could not locate class 'Scale'"):
        keras.models.load_model("runs/own/model.keras")
    (code,) = blocks("py")
    exec(code, {})
    del sys.modules["my_layers"]


def test_the_trials_of_a_search_get_the_plug_ins(folder: Path, in_process: Any) -> None:
    tune = "tune: {engine: RandomSearch, trials: 1, space: {model.0.Scale.factor: {float: [0.1, 2]}}}\n"
    (folder / "tune.yaml").write_text((folder / "own.yaml").read_text() + tune)
    done = in_process(folder, "tune", "tune.yaml", *BARE, *PLUGINS)
    assert done.returncode == 0, done.stderr
    refused = in_process(folder, "resume", "tune", "--set", "tune.trials=2")
    assert refused.returncode == 2 and "`runs/tune` was trained with the plug-in" in refused.stderr
