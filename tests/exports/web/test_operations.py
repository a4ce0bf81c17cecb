"""Every layer that a page holds, in networks with random weights: the page computes what Keras does."""

import shutil
from importlib.util import find_spec
from pathlib import Path
from textwrap import dedent
from typing import Any

import numpy as np
import pytest

from nntrain.config.keras import image_layers, layers, table_layers
from nntrain.errors import ConfigError
from nntrain.exports.agreement import largest_difference
from nntrain.exports.subject import Subject
from nntrain.exports.web import engine
from nntrain.exports.web.operations import operations
from nntrain.exports.web.page import page
from nntrain.model.restore import SavedModel
from nntrain.storage.run_dir import RunDir

pytestmark = pytest.mark.skipif(
    not shutil.which("node") and not find_spec(engine.PACKAGE), reason="neither Node.js nor nntrain[html]"
)

IMAGES = {
    "strides": """
      - Normalization
      - ZeroPadding2D: [1, 2]
      - Conv2D: {filters: 6, kernel_size: [3, 2], strides: 2, padding: same, groups: 2, activation: silu}
      - BatchNormalization
      - PReLU: {shared_axes: [1, 2]}
      - SeparableConv2D: {filters: 5, kernel_size: 3, depth_multiplier: 2, padding: same, activation: mish}
      - AveragePooling2D: {pool_size: 4, padding: same}
      - LayerNormalization
      - GlobalAveragePooling2D
      - Dense: {units: 4, activation: hard_sigmoid}
      - Dense: {units: 3, activation: softmax}
      """,
    "dilation": """
      - Rescaling: {scale: 0.01, offset: -1}
      - RandomCrop: {height: 8, width: 7}
      - RandomFlip
      - RandomErasing
      - DepthwiseConv2D: {kernel_size: 3, depth_multiplier: 2, dilation_rate: 2, activation: softsign}
      - SpatialDropout2D: 0.1
      - Conv2D: {filters: 3, kernel_size: 2, use_bias: false, activation: selu}
      - MaxPooling2D: {pool_size: 2, strides: 1, padding: same}
      - BatchNormalization: {center: false, scale: false}
      - GlobalMaxPooling2D: {keepdims: true}
      - Reshape: [3, 1]
      - Flatten
      - GaussianNoise: 0.1
      - Dense: {units: 3, activation: softmax}
      """,
    "activations": """
      - Normalization: {axis: [1, 3]}
      - Flatten
      - Dense: 9
      - Heaviside
      - Dense: {units: 4, activation: gelu}
      - Dense: {units: 4, activation: leaky_relu}
      - ReLU: {max_value: 2, negative_slope: 0.1, threshold: 0.2}
      - Dense: {units: 4, activation: elu}
      - LeakyReLU
      - Dense: {units: 4, activation: relu6}
      - RReLU
      - Dense: {units: 4, activation: tanh}
      - ELU: 0.5
      - Dense: {units: 4, activation: softplus}
      - Activation: sigmoid
      - Dense: {units: 4, activation: exponential}
      - GaussianDropout: 0.1
      - Dense: {units: 4, activation: log_softmax}
      - Dense: {units: 3, activation: swish}
      - Softmax
      """,
}
TABLES = {
    "standard": """
      - TableEncoding
      - PeriodicEmbedding: {units: 3, frequencies: 4}
      - FeatureScale
      - NTKDense: {units: 5, activation: relu}
      - ParametricActivation: mish
      - AlphaDropout: 0.1
      - LayerNormalization: {center: false}
      """,
    "robust": """
      - TableEncoding: {scaling: robust, missing: median, onehot: 2}
      - PeriodicEmbedding: {units: 3, frequencies: 4, kind: plr}
      - ParametricActivation: linear
      """,
    "quantile": """
      - TableEncoding: {scaling: quantile, onehot: 20}
      """,
    "uniform": """
      - TableEncoding: {scaling: quantile, distribution: uniform, onehot: 0}
      """,
}


def subject_of(training: Any, folder: Path) -> Subject:
    """A network that was not trained, with random weights and the statistics of its data."""
    prepared, random = training.prepared, np.random.default_rng(1)
    for weight in training.model.weights:
        if weight.trainable or weight.name.startswith("moving_"):
            weight.assign(np.abs(random.normal(0.3, 0.4, weight.shape)) + 0.05 if "variance" in weight.name else
                          random.normal(0, 0.5, weight.shape))  # fmt: skip
    data = prepared.data
    return Subject(
        RunDir(folder / "net"), SavedModel(prepared.resolved, training.model, str(data.train.x.dtype), data.table), data
    )


def answers(subject: Subject, folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """What the page and `predict` say of numbers, also with gaps and unseen categories."""
    (folder / "index.html").write_text(page(subject), encoding="utf-8")
    x = np.asarray(subject.rows.x[:50], "float32")
    if subject.saved.resolved.takes_missing:
        x = np.concatenate([x, np.full_like(x[:1], np.nan), np.full_like(x[:1], -1), x[:1] * 100])
    rows = [[None if np.isnan(value) else value for value in row] for row in x.reshape(len(x), -1).tolist()]
    script = engine.ANSWER.replace("model.row(row) : row", "model.row(row) : row.map(v => v === null ? NaN : v)")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "ANSWER", script)
        found, _ = engine.answers(folder / "index.html", rows, False, folder)
    return np.array([each["scores"] for each in found]), subject.scorer.outputs(x)


@pytest.mark.parametrize("name", IMAGES)
def test_layers_of_images(prepare: Any, tmp_path: Path, name: str) -> None:
    random = np.random.default_rng(2)
    np.savez(tmp_path / "x.npz", x=random.normal(50, 60, (60, 9, 8, 4)).astype("float32"), y=np.arange(60) % 3)
    config = f"data: {{npz_file: {{path: {tmp_path}/x.npz}}}}\nmodel:{dedent(IMAGES[name])}train: {{epochs: 1}}\n"
    assert largest_difference(*answers(subject_of(prepare(config), tmp_path), tmp_path)) < 2e-6


@pytest.mark.parametrize("name", TABLES)
def test_layers_of_tables(prepare: Any, tmp_path: Path, name: str) -> None:
    gaps = ["" if row % 10 == 1 else "mno"[row // 3 % 3] for row in range(90)]
    cells = [
        (
            str(row % 7 * 1.5),
            "" if row % 9 == 0 else str(2000 + row),
            f"c{row % 12}",
            "xyz"[row % 3],
            "pq"[row // 2 % 2],
        )
        for row in range(90)
    ]
    lines = ["a,b,many,few,two,gaps,y", *(",".join([*cells[row], gaps[row], str(1000.5 - row)]) for row in range(90))]
    (tmp_path / "t.csv").write_text("\n".join(lines) + "\n")
    config = f"data: {{table: {{path: {tmp_path}/t.csv, target: y}}}}\nmodel:{dedent(TABLES[name])}"
    config += "- Dense: 1\n- TargetNormalization\ntrain: {epochs: 1}\n"
    subject = subject_of(prepare(config), tmp_path)
    limit = 1e-5 if name == "quantile" else 2e-6  # 5 deviations from the mean, a bit of float32 is 0.02 of one
    assert largest_difference(*answers(subject, tmp_path)) < limit


def test_every_layer_is_held_or_refused_by_name(prepare: Any, tmp_path: Path) -> None:
    every = {name for module in (layers, image_layers, table_layers) for name, kind in vars(module).items()
             if isinstance(kind, type) and issubclass(kind, layers.Layer) and name[0] != "_"}  # fmt: skip
    refused = {"Resizing", "Layer", "Repeat"}
    tried = " ".join([*IMAGES.values(), *TABLES.values(), "Dense TargetNormalization Dropout DecisionThreshold Layer"])
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
        operations(subject_of(prepare(config), tmp_path))
    assert [str(problem).splitlines()[:2] for problem in caught.value.problems] == [
        ["error: `html` cannot hold the layer `Resizing`", "  --> model.0.Resizing"],
        [
            "error: `html` cannot hold the layer `BatchNormalization`: its axis is not the last one",
            "  --> model.1.BatchNormalization",
        ],
    ]
