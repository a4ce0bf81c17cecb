"""Networks of every layer with random weights, on which each format is compared with Keras."""

from pathlib import Path
from textwrap import dedent
from typing import Any

import numpy as np

from nntrain.exports.exported_run import ExportedRun
from nntrain.model.restore import SavedModel
from nntrain.storage.run_dir import RunDir

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
    "plane": """
      - TableEncoding
      - PlaneFeatures: [x, sin_y, xy, x2]
      """,
    "counts": """
      - Dense: {units: 4, activation: tanh}
      """,
    "uniform": """
      - TableEncoding: {scaling: quantile, distribution: uniform, onehot: 0}
      """,
}


def network(prepare: Any, folder: Path, name: str) -> ExportedRun:
    """One of these networks."""
    if name in IMAGES:
        x = np.random.default_rng(2).normal(50, 60, (60, 9, 8, 4)).astype("float32")
        np.savez(folder / "x.npz", x=x, y=np.arange(60) % 3)
        config = f"data: {{npz_file: {{path: {folder}/x.npz}}}}\nmodel:{dedent(IMAGES[name])}train: {{epochs: 1}}\n"
        return untrained(prepare(config), folder)
    (folder / "t.csv").write_text("".join(["a,b,many,few,two,gaps,y\n", *map(_line, range(90))]))
    config = f"data: {{table: {{path: {folder}/t.csv, target: y}}}}\nmodel:{dedent(TABLES[name])}"
    config += f"- Dense: 1\n- {'LogLink' if name == 'counts' else 'TargetNormalization'}\ntrain: {{epochs: 1}}\n"
    return untrained(prepare(config), folder)


def _line(row: int) -> str:
    """A row with numbers, a gap in one of them, categories of many, of three and of two values, and a gap in one."""
    cells = [row % 7 * 1.5, 2000 + row if row % 9 else "", f"c{row % 12}", "xyz"[row % 3], "pq"[row // 2 % 2]]
    return ",".join(map(str, [*cells, "mno"[row // 3 % 3] if row % 10 != 1 else "", 1000.5 - row])) + "\n"


def untrained(training: Any, folder: Path) -> ExportedRun:
    """A network with random weights and the statistics of its data."""
    prepared, random = training.prepared, np.random.default_rng(1)
    for weight in training.model.weights:
        if weight.name == "moving_variance":
            weight.assign(random.uniform(0.3, 1, weight.shape))
        elif weight.trainable or weight.name == "moving_mean":
            weight.assign(random.normal(0, 0.5, weight.shape))
    data = prepared.data
    saved = SavedModel(prepared.resolved, training.model, str(data.train.x.dtype), data.table)
    return ExportedRun(RunDir(folder / "net"), saved, data)


def rows(subject: ExportedRun) -> np.ndarray:
    """Rows of its data; of a table also one of gaps and one of unseen categories."""
    x = np.asarray(subject.rows.x[:50], "float32")
    if not subject.saved.resolved.takes_missing:
        return x
    return np.concatenate([x, np.full_like(x[:1], np.nan), np.full_like(x[:1], -1), x[:1] * 2])
