import os
from pathlib import Path

import pytest

from nntrain.cli import output_file
from nntrain.errors import ConfigError, NNTrainError


def test_a_path_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("")
    output_file.refuse(file)
    for path, message in (
        (tmp_path, "is a folder"),
        (tmp_path / "a" / "b", "there is no folder"),
        (file, "to read"),
    ):
        with pytest.raises(ConfigError, match=message):
            output_file.refuse(path, file)


def test_a_folder_that_may_not_be_written_is_refused_before_anything_is_computed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda folder, mode: folder != tmp_path)  # root may write everywhere
    with pytest.raises(NNTrainError, match="cannot write in") as found:
        output_file.refuse(tmp_path / "x.csv")
    assert found.value.exit_code == 1


def test_the_name_of_a_plot_says_its_format(tmp_path: Path) -> None:
    assert [output_file.plot_format(tmp_path / name) for name in ("a.png", "a.SVG")] == ["png", "svg"]
    for name, help in (("a.jpg", "a.png"), ("a", "a.png"), (".png", ".png.png")):
        with pytest.raises(ConfigError, match="is neither a PNG nor an SVG file") as found:
            output_file.plot_format(tmp_path / name)
        assert found.value.problems[0].help == f"write `--plot {tmp_path / help}`"
