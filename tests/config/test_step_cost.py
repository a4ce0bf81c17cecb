"""What a step costs decides how many threads it gets."""

import json
from pathlib import Path
from typing import Any

import pytest

from nntrain.config.data_schema import Schema
from nntrain.config.experiment import Experiment
from nntrain.config.step_cost import dense_products

IMAGE = Schema((28, 28, 1), tuple("0123456789"))


@pytest.mark.parametrize(
    ("model", "schema", "products"),
    [
        (["Flatten", {"Dense": 300}, "ReLU", {"Dense": 10}], IMAGE, 784 * 300 + 300 * 10),
        ([{"Dense": 5}, {"Dropout": 0.5}, {"Dense": 3}], Schema((4,), tuple("012")), 4 * 5 + 5 * 3),
        ([{"Dense": 5}], Schema((28, 28), tuple("012")), 28 * 28 * 5),
        ([{"Repeat": {"times": 3, "layers": [{"Dense": 4}]}}, {"Dense": 3}], Schema((4,), tuple("012")), 3 * 16 + 12),
        ([{"Reshape": [14, 56]}, {"Dense": 2}], IMAGE, 14 * 56 * 2),
        ([{"Conv2D": {"filters": 4, "kernel_size": 3}}, "Flatten", {"Dense": 10}], IMAGE, None),
        ([{"Resizing": {"height": 8, "width": 8}}, "Flatten", {"Dense": 10}], IMAGE, None),
        ([{"RandomFlip": {}}, "Flatten", {"Dense": 10}], IMAGE, None),
    ],
)
def test_the_products_of_the_dense_layers(model: list[Any], schema: Schema, products: int | None) -> None:
    experiment = Experiment.model_validate({"data": "iris", "model": model})
    assert dense_products(experiment, schema) == products


def test_small_steps_run_on_one_thread_unless_the_environment_says_otherwise(
    command: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.yaml").write_text(
        "data: iris\nmodel: [{Dense: {units: 3, activation: softmax}}]\ntrain: {epochs: 1}\n"
    )
    for name, threads in (("TF_NUM_INTRAOP_THREADS", ""), ("TF_NUM_INTRAOP_THREADS", "2")):
        if threads:
            monkeypatch.setenv(name, threads)
        done = command(tmp_path, "fit", "a.yaml", "--device", "cpu", "--name", f"run{threads}")
        assert done.returncode == 0
        found = json.loads((tmp_path / "runs" / f"run{threads}" / "environment.json").read_text())["threads"]
        assert (found["intra_op"], found["inter_op"]) == ((0, 0) if threads else (1, 1))
