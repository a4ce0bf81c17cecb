import json
import shutil
from pathlib import Path

import pytest
from PIL import Image

from nntrain.cli.requests import Compare
from nntrain.errors import ConfigError
from nntrain.storage import run_files
from nntrain.terminal import Terminal
from tests.conftest import Trained


def test_a_table_a_plot_and_json(trained: Trained, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = [str(trained("moons").path), str(trained("iris").path)]
    Compare(names=names, plot=tmp_path / "curves.png", device="cpu").run(Terminal())
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert lines[0] == "the configs differ in" and sorted(lines[1].split()) == ["iris", "moons", "path"]
    assert any(line.startswith("on the validation split") for line in lines)
    assert err.startswith("note: the data differ")
    assert lines[-2] == "none is called the best, as the data differ"
    assert lines[-1] == f"curves in {tmp_path / 'curves.png'}"
    with Image.open(tmp_path / "curves.png") as image:
        assert image.width > 700
    Compare(names=names, device="cpu").run(Terminal(as_json=True))
    found = json.loads(capsys.readouterr().out)
    assert {one["name"] for one in found["runs"]} == {"moons", "iris"}


def test_a_run_without_a_model_is_not_called_worse(
    trained: Trained, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It was killed, and its data are known from its beginning."""
    ended, killed = trained("moons"), tmp_path / "killed"
    shutil.copytree(ended.path, killed)
    for name in (run_files.MODEL, run_files.SUMMARY):
        (killed / name).unlink()
    Compare(names=[str(killed), str(ended.path)], device="cpu").run(Terminal())
    out, err = capsys.readouterr()
    assert out.splitlines()[-1] == "none is called the best, as only one has a score"
    assert "the data differ" not in err
    Compare(names=[str(killed), str(trained("iris").path)], device="cpu").run(Terminal())
    assert capsys.readouterr().err.startswith("note: the data differ")


@pytest.mark.parametrize(
    ("names", "plot", "message"),
    [
        (["a"], None, "takes 2 to 100 runs, got 1"),
        (["nothing", "nobody"], None, "unknown run `nothing`"),
        (["a", "b"], "missing/c.png", "there is no folder"),
    ],
)
def test_bad_input_is_refused_before_anything_is_read(
    names: list[str], plot: str | None, message: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match=message):
        Compare(names=names, plot=plot and tmp_path / plot, runs_dir=tmp_path).run(Terminal())
