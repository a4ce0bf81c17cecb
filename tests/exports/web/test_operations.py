"""Every layer that a page holds, in networks with random weights: the page computes what Keras does."""

import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.config.keras import image_layers, layers, table_layers
from nntrain.errors import ConfigError
from nntrain.exports.agreement import largest_difference
from nntrain.exports.exported_run import ExportedRun
from nntrain.exports.web import engine
from nntrain.exports.web.operations import operations
from nntrain.exports.web.page import page
from tests.exports.every_layer import IMAGES, TABLES, network, rows, untrained

pytestmark = pytest.mark.skipif(
    not shutil.which("node") and not find_spec(engine.PACKAGE), reason="neither Node.js nor nntrain[html]"
)


def answers(subject: ExportedRun, folder: Path) -> np.ndarray:
    """What the page says of numbers."""
    (folder / "index.html").write_text(page(subject), encoding="utf-8")
    x = rows(subject)
    numbers = [[None if np.isnan(value) else value for value in row] for row in x.reshape(len(x), -1).tolist()]
    script = engine.ANSWER.replace("model.row(row) : row", "model.row(row) : row.map(v => v === null ? NaN : v)")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "ANSWER", script)
        found, _ = engine.answers(folder / "index.html", numbers, False, folder)
    return np.array([each["scores"] for each in found])


@pytest.mark.parametrize("name", [*IMAGES, *TABLES])
def test_a_page_computes_what_keras_does(prepare: Any, tmp_path: Path, name: str) -> None:
    subject = network(prepare, tmp_path, name)
    # 5 deviations from the mean, the normal quantile of a bit of float32 is 0.02.
    limit = 1e-5 if name == "quantile" else 2e-6
    assert largest_difference(answers(subject, tmp_path), subject.scorer.outputs(rows(subject))) < limit


def test_every_layer_is_held_or_refused_by_name(prepare: Any, tmp_path: Path) -> None:
    every = {name for module in (layers, image_layers, table_layers) for name, kind in vars(module).items()
             if isinstance(kind, type) and issubclass(kind, layers.Layer) and name[0] != "_"}  # fmt: skip
    refused = {"Resizing", "Layer", "Repeat"}
    tried = " ".join(
        [*IMAGES.values(), *TABLES.values(), "Dense TargetNormalization LogLink Dropout DecisionThreshold Layer"]
    )
    moved = {"RandomRotation", "RandomTranslation", "RandomZoom", "RandomContrast"}  # at inference as RandomFlip
    assert {name for name in every if f"{name}" not in tried} == refused - {"Layer"} | moved
    np.savez(
        tmp_path / "x.npz",
        x=np.zeros((60, 4, 4, 1), "uint8") + np.arange(60, dtype="uint8")[:, None, None, None],
        y=np.arange(60) % 3,
    )
    config = f"""
        data: {{npz_file: {{path: {tmp_path}/x.npz}}}}
        model:
          - Resizing: {{height: 3, width: 3}}
          - BatchNormalization: {{axis: 1}}
          - Flatten
          - Dense: {{units: 3, activation: softmax}}
        train: {{epochs: 1}}
        """
    with pytest.raises(ConfigError) as caught:
        operations(untrained(prepare(config), tmp_path))
    assert [str(problem).splitlines()[:2] for problem in caught.value.problems] == [
        ["error: `html` cannot hold the layer `Resizing`", "  --> model.0.Resizing"],
        [
            "error: `html` cannot hold the layer `BatchNormalization`: its axis is not the last one",
            "  --> model.1.BatchNormalization",
        ],
    ]
