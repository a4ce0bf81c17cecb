"""What keeps runs from being trained as one, in words."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nntrain.config.load import load
from nntrain.data.dataset import load_data
from nntrain.training import stacking
from nntrain.training.run_context import ALONE

TEXT = "data: iris\nmodel: [{layers}{{Dense: {{units: 4, activation: relu}}}}]\ntrain: {{epochs: 1, {train}}}\n"


def obstacle(folder: Path, layers: str = "", train: str = "batch_size: 8", members: int = 2) -> str:
    (folder / "net.yaml").write_text(TEXT.format(layers=layers, train=train))
    config = load(folder / "net.yaml")
    loaded = load_data(config)
    return stacking.obstacle(config.resolve(loaded.schema), len(loaded.train), members, ALONE)


@pytest.mark.parametrize("layers", ["", "BatchNormalization, ", "{Dropout: 0.2}, ReLU, "])
def test_small_dense_networks_are_stacked(tmp_path: Path, layers: str) -> None:
    assert obstacle(tmp_path, layers) == ""


@pytest.mark.parametrize(
    ("train", "why"),
    [
        ("engine: keras", "`engine: keras`"),
        ("precision: mixed_bfloat16", "`precision: mixed_bfloat16`"),
        ("max_seconds: 9", "`train.max_seconds`"),
        ("optimizer: {Adam: {use_ema: true}}", "`use_ema`"),
        ("optimizer: Nadam", "`Nadam`"),
        ("on_disease: stop", "`on_disease: stop`"),
        ("optimizer: {Adam: {gradient_accumulation_steps: 2}}", "`gradient_accumulation_steps`"),
        ("callbacks: [{StopAfter: 9}]", "`StopAfter`"),
        ("metrics: [AUC]", "`AUC`"),
        ("compile: xla", "XLA, which compiles their steps"),
    ],
)
def test_an_option_that_cannot_be_stacked_is_named(tmp_path: Path, train: str, why: str) -> None:
    assert obstacle(tmp_path, train=train) == why


def test_a_layer_that_cannot_be_stacked_is_named(tmp_path: Path) -> None:
    assert obstacle(tmp_path, "{Reshape: [2, 2, 1]}, {ZeroPadding2D: 1}, Flatten, ", members=9) == "`ZeroPadding2D`"


def test_small_convolutions_are_stacked_where_several_runs_gain(tmp_path: Path, monkeypatch: Any) -> None:
    images = "{Reshape: [2, 2, 1]}, {Conv2D: {filters: 3, kernel_size: 2, padding: same}}, "
    assert obstacle(tmp_path, images + "Flatten, ", members=4) == ""
    assert obstacle(tmp_path, images + "GlobalMaxPooling2D, BatchNormalization, ", members=4) == ""
    why = "`Conv2D`, which gains nothing in fewer than 4 runs"
    assert obstacle(tmp_path, images + "Flatten, ", members=3) == why
    assert obstacle(tmp_path, images + "BatchNormalization, Flatten, ") == "`BatchNormalization` of images"
    monkeypatch.setattr(stacking, "LARGEST_STEP_OF_IMAGES", 867)
    why = "the size of a step: 864 multiplications keep the machine busy"  # 4 · 12 of the filters, 12 · 4 + 4 · 3 else
    assert obstacle(tmp_path, images + "Flatten, ", members=4) == ""
    monkeypatch.setattr(stacking, "LARGEST_STEP_OF_IMAGES", 863)
    assert obstacle(tmp_path, images + "Flatten, ", members=4) == why


def test_a_large_step_is_not_stacked(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(stacking, "LARGEST_STEP", 300)
    assert obstacle(tmp_path, train="batch_size: 10") == ""  # 28 products of an example
    why = "the size of a step: 308 multiplications keep the machine busy"
    assert obstacle(tmp_path, train="batch_size: 11") == why


def test_devices_that_share_batches_are_named(tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text(TEXT.format(layers="", train="batch_size: 8"))
    config = load(tmp_path / "net.yaml")
    loaded = load_data(config)
    several: Any = object()
    context = replace(ALONE, distribution=several)
    assert stacking.obstacle(config.resolve(loaded.schema), 8, 2, context) == "several devices, which share each batch"
