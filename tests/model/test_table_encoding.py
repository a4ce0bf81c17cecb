"""What the first layer makes of the columns of a table, and that it is fitted on the training split only."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from sklearn.preprocessing import QuantileTransformer

from nntrain.config.data_schema import Schema
from nntrain.config.load import Config, from_document
from nntrain.config.table import Column, Table
from nntrain.data.dataset import Dataset
from nntrain.data.examples import Split
from nntrain.data.npy_header import stored_in_npy
from nntrain.data.row_file import RowFile
from nntrain.document import yaml_file
from nntrain.errors import ConfigError
from nntrain.model.restore import load_model
from nntrain.model.table_encoding import TableEncoding
from nntrain.runs import experiment
from nntrain.runs.experiment import Training
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal
from nntrain.training.prepare import Prepared, prepare
from tests.conftest import BARE

SIZES = (0, 0, 2, 4, 20, 0)  # numbers, a pair, one-hot, embedded, and a constant number
NUMBERS, PAIR, ONE_HOT, EMBEDDED = slice(0, 3), 3, slice(4, 8), slice(8, 16)


def table(rows: int = 300) -> np.ndarray:
    """Columns of every kind, without missing values, in which the code 7 of the large category is absent."""
    random = np.random.default_rng(0)
    codes = [random.integers(0, size, rows) for size in (2, 4, 20)]
    codes[2][codes[2] == 7] = 8
    columns = [random.normal(50, 9, rows), random.exponential(size=rows), *codes, np.full(rows, 3)]
    return np.stack(columns, axis=1).astype("float32")


def fitted(x: Any, **options: Any) -> TableEncoding:
    layer = TableEncoding(**{"sizes": SIZES, "dtype": "float32", **options})
    layer.adapt(x)
    return layer


def encoded(layer: TableEncoding, x: np.ndarray) -> np.ndarray:
    return np.asarray(layer(x))


def test_standard_scaling_has_mean_0_and_deviation_1_and_a_constant_column_is_0() -> None:
    x = table()
    numbers = encoded(fitted(x), x)[:, NUMBERS]
    assert numbers[:, :2].mean(axis=0) == pytest.approx([0, 0], abs=1e-6)
    assert numbers[:, :2].std(axis=0) == pytest.approx([1, 1], rel=1e-6)
    assert not numbers[:, 2].any()


def test_robust_scaling_is_the_formula_of_realmlp() -> None:
    x = table()
    x[:, 1] = x[:, 1] > 2.5  # a rare 1: both quartiles are 0
    numbers = encoded(fitted(x, scaling="robust"), x)[:, NUMBERS]
    low, middle, high = np.quantile(x[:, 0].astype("float64"), [0.25, 0.5, 0.75])
    scaled = (x[:, 0] - middle) / (high - low)
    assert numbers[:, 0] == pytest.approx(scaled / np.sqrt(1 + (scaled / 3) ** 2), abs=1e-6)
    assert set(numbers[:, 1]) == {0, np.float32(2 / np.sqrt(1 + 4 / 9))}
    assert not numbers[:, 2].any()


@pytest.mark.parametrize("distribution", ["normal", "uniform"])
def test_quantile_scaling_is_that_of_scikit_learn(distribution: Any) -> None:
    x = np.random.default_rng(1).exponential(size=(1025, 1)).astype("float32")  # as many rows as quantiles are kept
    theirs = QuantileTransformer(n_quantiles=1025, output_distribution=distribution, subsample=None).fit(x)
    layer = fitted(x, sizes=(0,), scaling="quantile", distribution=distribution)
    inside = np.linspace(x.min() * 1.01, x.max() * 0.99, 500, dtype="float32")[:, None]
    assert encoded(layer, inside) == pytest.approx(theirs.transform(inside), abs=1e-3)
    outside = np.float32([[-1], [1e6]])
    assert encoded(layer, outside) == pytest.approx(theirs.transform(outside), abs=0.05)


def test_a_repeated_value_has_the_middle_of_its_quantiles() -> None:
    x = np.repeat(np.float32([1, 2, 3, 4]), 100)[:, None]
    layer = fitted(x, sizes=(0,), scaling="quantile", distribution="uniform")
    assert encoded(layer, np.float32([[2], [3]])).ravel() == pytest.approx([0.375, 0.625], abs=2e-3)


def test_categories_are_one_column_of_two_values_one_hot_or_embeddings() -> None:
    x = table()
    layer = fitted(x)
    found = encoded(layer, x)
    assert np.array_equal(found[:, PAIR], 2 * x[:, 2] - 1)
    assert np.array_equal(found[:, ONE_HOT], np.eye(4)[x[:, 3].astype(int)])
    assert np.array_equal(found[:, EMBEDDED], layer.embeddings.numpy()[x[:, 4].astype(int)])


def test_unseen_categories_are_0_or_the_mean_of_the_embeddings_that_were_seen() -> None:
    layer = fitted(table())
    seen = np.delete(layer.embeddings.numpy()[:20], 7, axis=0)
    for code in (-1, 99):
        found = encoded(layer, np.float32([[50, 1, code, code, code, 3]]))[0]
        assert not found[3:8].any()
        assert found[EMBEDDED] == pytest.approx(seen.mean(axis=0), abs=1e-6)
    absent = encoded(layer, np.float32([[50, 1, 0, 0, 7, 3]]))[0]  # in the vocabulary, but in no training row
    assert absent[EMBEDDED] == pytest.approx(seen.mean(axis=0), abs=1e-6)


def test_missing_values_are_the_median_and_an_indicator_where_training_had_some() -> None:
    x = table()
    x[::7, [0, 3, 4]] = np.nan
    layer = fitted(x, missing_columns=(0, 3, 4))
    gaps = np.float32([[np.nan, np.nan, np.nan, np.nan, np.nan, np.nan]])
    found = encoded(layer, gaps)[0]
    medians = np.nanmedian(x[:, :2], axis=0)
    assert found[:2] == pytest.approx((medians - layer.center[:2]) * layer.factor[:2], abs=1e-6)
    assert found[3:5].tolist() == [1, 1]  # indicators of the number and of the one-hot category
    assert not found[5:10].any()  # the pair, which had none, and the one-hot category
    assert np.array_equal(found[10:], layer.embeddings.numpy()[20])  # the embedding of a missing value
    assert encoded(layer, x)[:, 3].tolist() == np.isnan(x[:, 0]).tolist()


def test_without_indicators_a_missing_category_is_an_unseen_one() -> None:
    x = table()
    x[::7, 4] = np.nan
    layer = fitted(x, missing="median", missing_columns=(4,))
    gap, unseen = (encoded(layer, np.float32([[50, 1, 0, 0, code, 3]])) for code in (np.nan, -1))
    assert np.array_equal(gap, unseen) and layer.embeddings.shape == (20, 8)


def test_rows_on_the_disk_give_the_same_bits(tmp_path: Path) -> None:
    x = table()
    np.save(tmp_path / "x.npy", x)
    file = RowFile.open(tmp_path / "x.npy", stored_in_npy(tmp_path / "x.npy"))
    for scaling in ("standard", "robust", "quantile"):
        here, there = fitted(x, scaling=scaling), fitted(file, scaling=scaling)
        for ours, theirs in zip(here.non_trainable_weights, there.non_trainable_weights, strict=True):
            assert np.array_equal(ours.numpy(), theirs.numpy())


@pytest.mark.parametrize("scaling", ["standard", "robust", "quantile"])
def test_a_saved_layer_is_the_same_again_and_xla_compiles_it(scaling: str, tmp_path: Path) -> None:
    x = table()
    x[::7, [0, 4]] = np.nan
    layer = fitted(x, scaling=scaling, missing_columns=(0, 4), onehot=3, embedding_dim=2)
    model = keras.Sequential([keras.Input((6,)), layer])
    assert model.output_shape == (None, encoded(layer, x).shape[1])
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert np.array_equal(np.asarray(again(x)), encoded(layer, x))
    assert again.layers[0].get_config() == layer.get_config()
    compiled = tf.function(lambda rows: layer(rows), jit_compile=True)
    assert np.asarray(compiled(x)) == pytest.approx(encoded(layer, x), abs=1e-5)


def test_a_layer_for_other_columns_or_images_is_refused() -> None:
    with pytest.raises(ValueError, match="it is for 6 columns"):
        fitted(np.zeros((3, 2), "float32"))
    with pytest.raises(ValueError, match="it takes the rows of a table"):
        TableEncoding()(np.zeros((1, 2, 2), "float32"))


CONFIG = """
seed: 1
data: {table: {path: table.csv, target: y}}
model:
  - TableEncoding: {scaling: robust, onehot: 4, embedding_dim: 3}
  - Dense: {units: 8, activation: relu}
  - Dense: {units: 2, activation: softmax}
train: {epochs: 3, batch_size: 16, OPTIONS}
"""


def config(options: str = "") -> Config:
    return from_document(yaml_file.parse(CONFIG.replace("OPTIONS", options), "config.yaml"))


def dataset(folder: Path | None = None) -> Dataset:
    """A table with missing values in the training split; with a folder its rows stay on the disk."""
    x = table(160)
    y = (x[:, 4] > 9).astype("int32")
    x[::9, [0, 3, 4]] = np.nan
    rows: Any = x
    if folder is not None:
        np.save(folder / "x.npy", x)
        rows = RowFile.open(folder / "x.npy", stored_in_npy(folder / "x.npy"))
    every = Split(rows, y)
    train, rest, test = (every.take(np.arange(start, end)) for start, end in ((0, 100), (100, 130), (130, 160)))
    schema = Schema((6,), ("few", "many"), features=tuple("abcdef"), sizes=SIZES, missing=(0, 3, 4))
    return Dataset("table", train, rest, test, schema, table=TABLE)


def table_of(sizes: tuple[int, ...]) -> Table:
    kinds = [(name, "category" if size else "numeric", size) for name, size in zip("abcdef", sizes, strict=True)]
    columns = [Column(name=name, kind=kind, categories=tuple(map(str, range(size)))) for name, kind, size in kinds]
    return Table(columns=tuple(columns))


TABLE = table_of(SIZES)


def run(folder: Path, prepared: Prepared) -> RunDir:
    made = RunDir.create(folder, "run")
    experiment.run(Training(prepared, made, Terminal(quiet=True), BARE))
    return made


def test_a_run_restores_its_encoding_and_streams_to_the_same_bits(tmp_path: Path) -> None:
    resident = load_model(run(tmp_path, prepare(config(), data=dataset())))
    streamed = load_model(run(tmp_path, prepare(config("engine: streamed"), data=dataset(tmp_path))))
    assert resident.resolved.schema.sizes == SIZES and resident.resolved.schema.missing == (0, 3, 4)
    for ours, theirs in zip(resident.model.weights, streamed.model.weights, strict=True):
        assert np.array_equal(ours.numpy(), theirs.numpy())


@pytest.mark.parametrize("sizes", [(), (2, 5, 12, 12, 12, 12), (0, 0, 0, 0, 0, 0)])
def test_a_table_of_numbers_or_of_categories_alone_is_restored(sizes: tuple[int, ...], tmp_path: Path) -> None:
    data = dataset()
    filled = {name: Split(np.nan_to_num(split.x[:]), split.y) for name, split in data.splits.items()}
    data = replace(
        data, schema=replace(data.schema, sizes=sizes, missing=()), table=table_of(sizes) if sizes else None, **filled
    )
    saved = load_model(run(tmp_path, prepare(config("save: last"), data=data)))
    assert all(np.size(weight.numpy()) for weight in saved.model.weights)


def test_only_the_training_split_is_looked_at() -> None:
    data = dataset()
    far = replace(data, validation=Split(1e6 + data.validation.x, data.validation.y) if data.validation else None)
    for ours, theirs in zip(*(prepare(config(), data=each).model.weights for each in (data, far)), strict=True):
        assert np.array_equal(ours.numpy(), theirs.numpy())


def test_initial_weights_bring_their_statistics_and_refuse_other_columns(tmp_path: Path) -> None:
    source = run(tmp_path, prepare(config(), data=dataset()))
    taken = prepare(config(f"init_from: {source.path}"), data=dataset())
    assert taken.taken.startswith("9 of 9 weights are those of ")
    data = dataset()
    first, *rest = data.table.columns
    table = data.table.model_copy(update={"columns": (first.model_copy(update={"name": "new"}), *rest)})
    other = replace(data, table=table, schema=replace(data.schema, features=table.names))
    with pytest.raises(ConfigError, match=f"was trained on other columns: on `{first.name}` in place of `new`"):
        prepare(config(f"init_from: {source.path}"), data=other)
