"""Every template: for each kind of data that it fits, its config is valid without a warning, and trains."""

from pathlib import Path

import pytest
from PIL import Image

from nntrain import extensions
from nntrain.beginning import built_in, compose, images, table
from nntrain.beginning.facts import Facts, batch_size
from nntrain.cli.commands.init import FOLDER
from nntrain.cli.requests import Fit, Init
from nntrain.config.load import load
from nntrain.errors import ConfigError
from nntrain.storage.find_runs import find_run
from nntrain.terminal import Terminal
from nntrain.training.prepare import prepare

KINDS = ("classes", "amounts", "numbers", "images")
PAIRS = [
    (name, kind)
    for name in extensions.names(FOLDER)
    for kind in KINDS
    if {"classes": "table", "amounts": "table"}.get(kind, kind) in extensions.load(FOLDER, name).FITS
]
TRAINED = [
    *((name, "classes") for name in ("linear", "mlp", "strong", "strong_small")),
    *((name, "images") for name in ("cnn", "cnn_small")),
    ("strong", "amounts"),
]
WORDS = "red", "green", "blue", ""
ROWS = [f"{row % 7},{WORDS[row % 4]},{'no' if row % 3 else 'yes'},{row * 1.5}" for row in range(40)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table of numbers and words with empty cells, and a folder of images in two classes."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "table.csv").write_text("size,colour,bought,price\n" + "\n".join(ROWS) + "\n")
    for place in range(20):
        name = folder / "images" / ("cats", "dogs")[place % 2] / f"{place}.png"
        name.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (14, 12), (place * 10, 40, 200 * (place % 2))).save(name)
    return folder


def written(folder: Path, template: str, kind: str) -> Path:
    """The config that `init` writes."""
    file = {"classes": "table.csv", "amounts": "table.csv", "numbers": "iris", "images": "images"}[kind]
    targets = {"classes": ["bought"], "amounts": ["price"]}.get(kind)
    config = folder / f"{template}_{kind}.yaml"
    source = file if file == "iris" else str(folder / file)
    Init(file=source, target=targets, template=template.replace("_", "-"), output=config).run(Terminal(quiet=True))
    return config


@pytest.mark.parametrize(("template", "kind"), [pair for pair in PAIRS if pair not in TRAINED])
def test_the_config_is_valid_without_a_warning_and_takes_a_step(template: str, kind: str, folder: Path) -> None:
    config = load(str(written(folder, template, kind)), ())
    assert config.warnings == ()
    prepare(config).rehearse()


@pytest.mark.parametrize(("template", "kind"), TRAINED)
def test_the_config_is_valid_without_a_warning_and_trains(template: str, kind: str, folder: Path) -> None:
    config = written(folder, template, kind)
    assert load(str(config), ()).warnings == ()
    runs = folder / "runs"
    asked = {"assignments": ["train.epochs=1"], "no_doctor": True, "no_plots": True}
    Fit(config=str(config), runs_dir=runs, device="cpu", **asked).run(Terminal(quiet=True))
    assert find_run(runs, config.stem).read_json("summary.json")["metrics"]["test"]["loss"] > 0


@pytest.mark.parametrize("template", extensions.names(FOLDER))
@pytest.mark.parametrize("name", built_in.CHOICES)
def test_the_config_of_built_in_data_is_valid_without_a_warning(template: str, name: str, tmp_path: Path) -> None:
    module, facts = extensions.load(FOLDER, template), built_in.look(name)
    if facts.kind not in module.FITS:
        with pytest.raises(ConfigError, match="have no template"):
            Init(file=name, template=template.replace("_", "-"), output=tmp_path / "net.yaml").run(Terminal())
        return
    (tmp_path / "net.yaml").write_text(compose.config_text("net.yaml", facts, module.draft(facts)))
    assert load(str(tmp_path / "net.yaml"), ()).warnings == ()


def test_a_table_of_categories_alone_gets_no_embeddings_of_numbers(tmp_path: Path) -> None:
    rows = [f"{'pqr'[row % 3]},{'uvwx'[row % 4]},{'mn'[row % 2]}\n" for row in range(40)]
    (tmp_path / "table.csv").write_text("a,b,y\n" + "".join(rows))
    config = tmp_path / "net.yaml"
    request = Init(file=str(tmp_path / "table.csv"), target=["y"], template="strong", output=config)
    request.run(Terminal(quiet=True))
    assert "eriodic" not in config.read_text()
    prepare(load(str(config), ())).rehearse()


def test_a_larger_table_gets_more_units_and_larger_batches() -> None:
    draft = extensions.load(FOLDER, "mlp").draft
    few, many = (draft(Facts("table", {"table": {}}, rows, ("no", "yes"))) for rows in (200, 20_000))
    assert "units: 100" not in few.model
    assert "units: 100" in many.model
    assert [batch_size(rows) for rows in (10, 1000, 3000, 10**6)] == [16, 32, 64, 256]


@pytest.mark.parametrize("template", ["strong", "strong_small"])
def test_few_rows_of_numbers_to_predict_get_smaller_batches(template: str) -> None:
    draft = extensions.load(FOLDER, template).draft
    few, many, classes = (
        Facts("table", {"table": {}}, 500),
        Facts("table", {"table": {}}, 5000),
        Facts("table", {"table": {}}, 500, ("no", "yes")),
    )
    assert ["batch_size: 64" in draft(facts).train for facts in (few, many, classes)] == [True, False, False]


@pytest.mark.parametrize(("pixels", "convolutions"), [(4, 1), (28, 3), (96, 5)])
def test_the_blocks_of_the_cnn_fit_the_size_of_the_images(pixels: int, convolutions: int) -> None:
    facts = Facts("images", {"image_folder": {}}, 500, ("no", "yes"), size=(pixels, pixels))
    assert extensions.load(FOLDER, "cnn").draft(facts).model.count("Conv2D") == convolutions


def test_what_a_template_knows_is_what_the_files_hold(folder: Path) -> None:
    facts = table.look(folder / "table.csv", ["bought"], "table.csv")
    assert (facts.rows, facts.classes, facts.kind) == (25, ("no", "yes"), "table")
    assert images.look(folder / "images", "images").size == (12, 14)
