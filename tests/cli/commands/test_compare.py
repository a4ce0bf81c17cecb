import json
from pathlib import Path

import pytest
from PIL import Image

from nntrain.cli.requests import Compare
from nntrain.errors import ConfigError
from nntrain.terminal import Terminal
from tests.conftest import Trained


def test_a_table_a_plot_and_json(trained: Trained, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = [str(trained("moons").path), str(trained("iris").path)]
    Compare(names=names, plot=tmp_path / "curves.png", device="cpu").run(Terminal())
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert lines[0] == "the configs differ in" and sorted(lines[1].split()) == ["iris", "moons", "path"]
    assert any(line.startswith("on the validation split") for line in lines)
    assert "note: the data differ" in err
    assert lines[-1] == f"curves in {tmp_path / 'curves.png'}"
    with Image.open(tmp_path / "curves.png") as image:
        assert image.width > 700
    Compare(names=names, device="cpu").run(Terminal(as_json=True))
    found = json.loads(capsys.readouterr().out)
    assert {one["name"] for one in found["runs"]} == {"moons", "iris"}


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
