"""The files that a config names are found, or reported as missing, before TensorFlow is loaded."""

import os
from pathlib import Path

import pytest

from nntrain.config import file_checks
from nntrain.config.load import from_document, load, put
from nntrain.errors import DataError

CONFIG = "data: iris\nmodel:\n  - Dense: 8\n  - Dropout: 0.5\n  - Dense: {units: 3, activation: softmax}\n"


def config(tmp_path: Path, text: str = CONFIG) -> Path:
    file = tmp_path / "c.yaml"
    file.write_text(text)
    return file


def test_files_are_looked_for_beside_the_config_and_else_where_the_command_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside, here = tmp_path / "beside", tmp_path / "here"
    for folder in (beside, here):
        folder.mkdir()
        (folder / "both.csv").write_text("a,b\n")
    (here / "here.csv").write_text("a,b\n")
    monkeypatch.chdir(here)
    text = "data: {table: {path: %s, target: b}}\nmodel: [Flatten]\n"

    def path(name: str) -> str:
        loaded = load(config(beside, text % name))
        file_checks.refuse_missing(loaded)
        again = from_document(put(loaded.document, "seed", 1))
        assert again.experiment.data == loaded.experiment.data
        return loaded.experiment.data.paths()["path",]

    assert path("both.csv") == os.fspath(beside / "both.csv")
    assert path("here.csv") == os.fspath(here / "here.csv")
    assert path(os.fspath(here / "both.csv")) == os.fspath(here / "both.csv")
    with pytest.raises(DataError, match=r"there is no file `.*none\.csv`"):
        path("none.csv")


def test_a_missing_file_is_reported_with_the_nearest_one(tmp_path: Path) -> None:
    (tmp_path / "flowers.csv").write_text("a,b\n")
    text = "data: {table: {path: flower.csv, target: b}}\nmodel: [Flatten]\n"
    with pytest.raises(DataError) as caught:
        file_checks.refuse_missing(load(config(tmp_path, text)))
    assert caught.value.problems[0].help == "write `flowers.csv`"


def test_a_pipe_or_a_device_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    for name, kind in {"pipe.csv": "a named pipe", "/dev/zero": "a device"}.items():
        loaded = load(config(tmp_path, f"data: {{table: {{path: {name}, target: b}}}}\nmodel: [Flatten]\n"))
        with pytest.raises(DataError, match=f"is {kind}"):
            file_checks.refuse_missing(loaded)
