"""A source of images, from the folder to a prediction."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

COLOURS = {"blue": (0, 0, 250), "green": (0, 250, 0), "red": (250, 0, 0)}


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def fill(folder: str = "data", count: int = 6, size: tuple[int, int] = (8, 6), kind: str = "png") -> None:
    """So many images for each class, each a little darker; size is width and height."""
    for name, colour in COLOURS.items():
        place = Path(folder, name)
        place.mkdir(parents=True, exist_ok=True)
        for index in range(count):
            Image.new("RGB", size, tuple(max(0, c - index) for c in colour)).save(place / f"{index}.{kind}")


NET = """
data: {image_folder: {path: data, image_size: [6, 8]}}
model: [{Rescaling: 1/255}, Flatten]
train: {epochs: 30, batch_size: 4, optimizer: {Adam: {learning_rate: 0.05}}}
"""


def test_a_net_is_trained_and_evaluated_and_predicts_images(in_process: Any, tmp_path: Path) -> None:
    fill(count=10)
    (tmp_path / "net.yaml").write_text(NET)
    fitted = in_process(tmp_path, "fit", "net.yaml", "--no-plots")
    assert fitted.returncode == 0, fitted.stderr
    assert in_process(tmp_path, "eval", "net").returncode == 0
    one = in_process(tmp_path, "predict", "net", "data/red/0.png")
    assert one.stdout.startswith("file,class,probability_blue,probability_green,probability_red\ndata/red/0.png,red,")
    every = in_process(tmp_path, "predict", "net", "data").stdout.splitlines()
    assert len(every) == 31 and sum(line.split("/")[1] == line.split(",")[1] for line in every[1:]) >= 29
    missing = in_process(tmp_path, "predict", "net", "none.png")
    assert (missing.returncode, missing.stderr) == (4, "error: there is no file `none.png`\n help: check the path\n")
    Path("empty").mkdir()
    assert "there are no images in `empty`" in in_process(tmp_path, "predict", "net", "empty").stderr


@pytest.mark.parametrize(("path", "message"), [("net.yaml", "is a file"), ("none", "there is no folder")])
def test_a_missing_folder_is_an_error_before_the_training(forked: Any, tmp_path: Path, path: str, message: str) -> None:
    (tmp_path / "net.yaml").write_text(NET)
    done = forked(tmp_path, "fit", "net.yaml", "--set", f"data.image_folder.path={path}")
    assert done.returncode == 4 and message in done.stderr and "(data.image_folder.path)" in done.stderr
