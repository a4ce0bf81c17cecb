"""`train.init_from` takes weights where they fit, on the columns and classes that they were trained on."""

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.config.load import from_document
from nntrain.document import yaml_file
from nntrain.errors import ConfigError
from nntrain.model.initial_weights import take_weights
from nntrain.model.restore import load_model
from nntrain.runs import experiment
from nntrain.runs.experiment import Training
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal
from nntrain.training.prepare import Prepared, prepare
from tests.conftest import BARE

pytestmark = pytest.mark.usefixtures("shared_programs")

CONFIG = """
data: iris
model:
  - Dense: {units: 8, activation: relu, FIRST}
  - Dense: {units: UNITS, activation: relu}
train: {epochs: 2, OPTIONS}
"""


def prepared(options: str = "save: best", units: int = 4, first: str = "name: body") -> Prepared:
    text = CONFIG.replace("FIRST", first).replace("UNITS", str(units)).replace("OPTIONS", options)
    return prepare(from_document(yaml_file.parse(text, "config.yaml")))


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> RunDir:
    run = RunDir.create(tmp_path_factory.mktemp("source"), "source")
    experiment.run(Training(prepared(), run, Terminal(quiet=True), BARE))
    return run


def test_the_weights_of_a_run_are_taken_where_name_and_shape_agree(source: RunDir) -> None:
    taken = prepared(f"init_from: {source.path}", units=5)
    theirs = load_model(source).model
    for ours, other in zip(taken.model.layers[0].weights, theirs.layers[0].weights, strict=True):
        assert np.array_equal(ours.numpy(), other.numpy())
    assert taken.taken.startswith(
        f"3 of 6 weights are those of {source.path}; the others are initialized: dense/kernel, dense/bias"
    )


def test_a_layer_that_is_not_trainable_stays_as_it_was_taken(source: RunDir, tmp_path: Path) -> None:
    first = "name: body, trainable: false"
    run = RunDir.create(tmp_path, "run")
    experiment.run(Training(prepared(f"init_from: {source.path}", first=first), run, Terminal(quiet=True), BARE))
    ours, theirs = (load_model(each).model.layers for each in (run, source))
    assert np.array_equal(ours[0].weights[0].numpy(), theirs[0].weights[0].numpy())
    assert not np.array_equal(ours[1].weights[0].numpy(), theirs[1].weights[0].numpy())


def test_a_keras_file_is_a_source_too(source: RunDir) -> None:
    taken = prepared(f"init_from: {source.model}")
    theirs = load_model(source).model
    assert all(np.array_equal(a.numpy(), b.numpy()) for a, b in zip(taken.model.weights, theirs.weights, strict=True))


def test_a_missing_source_is_an_error_at_its_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        prepared(f"init_from: {tmp_path / 'none'}")
    assert f"`{tmp_path / 'none'}` is neither a run nor a file" in str(caught.value)
    assert "(train.init_from)" in str(caught.value)


def test_a_weight_counts_as_taken_though_it_has_the_value_of_a_new_one(tmp_path: Path) -> None:
    """The biases of an untrained model are 0 in the file and in the new model."""
    untrained = prepared()
    untrained.model.plain().save_weights(tmp_path / "new.weights.h5")
    taken = prepared(f"init_from: {tmp_path / 'new.weights.h5'}", units=5)
    assert taken.taken.startswith("3 of 6 weights are those of ") and "which does not name its columns" in taken.taken
    assert taken.taken.endswith("; the others are initialized: dense/kernel, dense/bias, dense_1/kernel")


@pytest.mark.parametrize("suffix", [".keras", ".weights.h5"])
@pytest.mark.parametrize("damage", ["empty", "text", "cut", "flipped", "index", "nan"])
def test_a_broken_file_is_an_error_at_its_line(suffix: str, damage: str, tmp_path: Path) -> None:
    file, model = tmp_path / f"broken{suffix}", prepared().model.plain()
    if damage == "nan":
        model.set_weights([weight * np.nan for weight in model.get_weights()[:1]] + model.get_weights()[1:])
    (model.save if suffix == ".keras" else model.save_weights)(file)
    content = bytearray(file.read_bytes())
    middle = len(content) // 2
    if damage == "flipped":
        content[middle] ^= 255
    if damage == "index":  # of the zip, at the end; of HDF5, behind the superblock
        content[100 if suffix == ".weights.h5" else -50] ^= 255
    broken = {"empty": b"", "text": b"weights\n" * 500, "cut": content[:middle]}.get(damage, content)
    file.write_bytes(broken)
    try:
        taken = prepared(f"init_from: {file}").taken
    except ConfigError as error:
        assert (
            str(file) in str(error) and "(train.init_from)" in str(error) and " help: give another file" in str(error)
        )
    else:  # a part without a checksum was hit
        assert damage == "index" or (damage, suffix) == ("flipped", ".weights.h5")
        assert "of 6 weights" in taken


def test_a_broken_run_is_an_error_at_the_line_that_names_it(source: RunDir, tmp_path: Path) -> None:
    run = RunDir(Path(shutil.copytree(source.path, tmp_path / "run")))
    run.model.write_bytes(run.model.read_bytes()[:-9])
    for name in (run.path, run.model):
        with pytest.raises(ConfigError, match="SHA-256 differs") as raised:
            prepared(f"init_from: {name}")
        assert "(train.init_from)" in str(raised.value)


# Names of columns, classes and targets.

NAMED = """
seed: 1
data: {table: {path: DATA, WHAT, encode: false, test: none, validation: none}}
model: LAYERS
train: {epochs: 1, OPTIONS}
"""
PLAIN = "[Normalization, {Dense: {units: 4, activation: relu}}]"


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Prepared]:
    """Prepares a config on a CSV file with these columns; a column holds the same numbers wherever it stands."""
    folder, random = tmp_path_factory.mktemp("named"), np.random.default_rng(0)
    values = {name: random.normal(size=30) * scale for scale, name in enumerate("abcdpq", start=1)}
    values["label"] = np.array(["no", "yes", "why"])[np.arange(30) % 3]
    values["half"] = np.array(["no", "yes"])[np.arange(30) % 2]
    values["other"] = np.array(["so", "yes"])[np.arange(30) % 2]

    def prepare_on(columns: str, what: str, layers: str = PLAIN, options: str = "save: last") -> Prepared:
        names = columns.split()
        rows = zip(*(values[name] for name in names), strict=True)
        file = folder / f"{'-'.join(names)}.csv"
        file.write_text("\n".join(",".join(map(str, row)) for row in (names, *rows)) + "\n")
        text = NAMED.replace("DATA", str(file)).replace("WHAT", what)
        text = text.replace("LAYERS", layers).replace("OPTIONS", options)
        return prepare(from_document(yaml_file.parse(text, "config.yaml")))

    return prepare_on


@pytest.fixture(scope="module")
def trained_on(named: Any, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., tuple[Path, Any]]:
    """A run that was trained once on a CSV file with these columns, and its predictions for the rows of the file."""

    @cache
    def trained(*arguments: str) -> tuple[Path, Any]:
        first = named(*arguments)
        run = RunDir.create(tmp_path_factory.mktemp("runs"), "first")
        experiment.run(Training(first, run, Terminal(quiet=True), BARE))
        return run.path, predictions(first)

    return trained


def predictions(net: Prepared) -> np.ndarray:
    return np.asarray(net.model(net.data.train.x))


EVERY = (
    "[Normalization, BatchNormalization, PReLU, LayerNormalization, {Dropout: 0.1}, Flatten, {Dense: {units: 5, "
    "activation: tanh}}, {Dense: 3}, BatchNormalization, Softmax]"
)


@pytest.mark.parametrize("layers", [PLAIN, EVERY])
def test_weights_follow_the_names_of_columns_and_classes(named: Any, trained_on: Any, layers: str) -> None:
    path, expected = trained_on("a b c label", "target: label, classes: [no, why, yes]", layers)
    options = f"init_from: {path}"
    second = named("c a label b", "target: label, classes: [yes, no, why]", layers, options)
    np.testing.assert_allclose(predictions(second), expected[:, [2, 0, 1]], atol=1e-6)
    assert ", reordered by the names of the columns, reordered by the names of the classes" in second.taken


def test_two_classes_in_the_other_order_change_the_sign_of_the_unit(named: Any, trained_on: Any) -> None:
    path, expected = trained_on("a b half", "target: half")
    second = named("a b half", "target: half, classes: [yes, no]", PLAIN, f"init_from: {path}")
    np.testing.assert_allclose(predictions(second), 1 - expected, atol=1e-6)
    assert "the sign of the output changed" in second.taken


def test_targets_in_another_order_are_followed(named: Any, trained_on: Any) -> None:
    path, expected = trained_on("a b p q", "target: [p, q]")
    second = named("a b p q", "target: [q, p]", PLAIN, f"init_from: {path}")
    np.testing.assert_allclose(predictions(second), expected[:, ::-1], atol=1e-6)


@pytest.mark.parametrize(
    ("columns", "what"), [("a b other", "target: other"), ("a b p", "target: p"), ("a b label", "target: label")]
)
def test_with_other_outputs_only_the_output_layer_is_left_out(
    named: Any, trained_on: Any, columns: str, what: str
) -> None:
    path, _ = trained_on("a b half", "target: half")
    fresh, second = named(columns, what), named(columns, what, PLAIN, f"init_from: {path}")
    first = load_model(RunDir(path)).model
    for ours, theirs in zip(second.model.layers[:2], first.layers[:2], strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(ours.weights, theirs.weights, strict=True))
    assert np.array_equal(second.model.layers[2].kernel, fresh.model.layers[2].kernel)
    assert "its output layer is left out, as it was trained for `no`, `yes`" in second.taken


@pytest.mark.parametrize("layers", [PLAIN, "[{Dense: {units: 4, activation: relu}}]"])
def test_other_columns_are_refused(named: Any, trained_on: Any, layers: str) -> None:
    path, _ = trained_on("a b c half", "target: half", layers)
    with pytest.raises(ConfigError, match="was trained on other columns: on `c` in place of `d`") as raised:
        named("d a b half", "target: half", layers, f"init_from: {path}")
    assert "(train.init_from)" in str(raised.value)


def test_other_columns_are_no_fault_where_no_weight_of_the_inputs_is_taken(named: Any, trained_on: Any) -> None:
    path, _ = trained_on("a b c half", "target: half", "[{Dense: 4}, {Dense: {units: 4, activation: relu}}]")
    hidden = "{Dense: {units: 4, activation: relu, name: dense_1}}"
    other = f"[{{Dense: {{units: 4, name: new}}}}, {hidden}, {{Dense: {{units: 1, name: dense_2}}}}]"
    assert named("d a b half", "target: half", other, f"init_from: {path}").taken.startswith("4 of 6 weights")


def test_columns_in_another_order_are_refused_where_they_are_reshaped(named: Any, trained_on: Any) -> None:
    layers = "[{Reshape: [2, 2, 1]}, {Conv2D: {filters: 2, kernel_size: 2}}, Flatten]"
    path, _ = trained_on("a b c d half", "target: half", layers)
    with pytest.raises(ConfigError, match="trained on these columns in another order, `a`, `b`, `c`, `d`, and resh"):
        named("b a c d half", "target: half", layers, f"init_from: {path}")


def test_columns_without_names_are_taken_by_their_place(named: Any, trained_on: Any, tmp_path: Path) -> None:
    path, expected = trained_on("a b half", "target: half, classes: [no, yes]")
    net = named("a b half", "target: half, classes: [no, yes]")
    np.savez(tmp_path / "plain.npz", x=net.data.train.x, y=net.data.train.y)
    data = f"data: {{npz_file: {{path: {tmp_path / 'plain.npz'}, classes: [no, yes], test: none, validation: none}}}}"
    text = f"{data}\nmodel: {PLAIN}\ntrain: {{init_from: {path}}}\n"
    second = prepare(from_document(yaml_file.parse(text, "config.yaml")))
    assert np.array_equal(predictions(second), expected)
    assert "by the place of each column" in second.taken


TABLE = "{table: {path: DATA, target: y, test: none, validation: none}}"
LAYERS = {
    "plain": "[{Dense: {units: 4, activation: relu}}]",
    "strong": "[{TableEncoding: {onehot: 3}}, PeriodicEmbedding, FeatureScale, {NTKDense: 4}, BatchNormalization]",
}


@pytest.fixture(scope="module")
def on_table(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Prepared]:
    """Prepares a config on a table of 40 rows with these values of its categories; the column `gap` has empty cells."""

    folder = tmp_path_factory.mktemp("tables")

    def prepare_on(name: str, source: str = "", layers: str = "plain", **columns: str) -> Prepared:
        numbers = {"n": [row / 7 for row in range(40)], "m": [row * row % 13 for row in range(40)]}
        for row in range(0, 40 if "gap" in columns else 0, 9):
            numbers[columns["gap"]][row] = ""
        values = {key: text.split() for key, text in columns.items() if key != "gap"}
        every = {**numbers, **{key: [words[row % len(words)] for row in range(40)] for key, words in values.items()}}
        every["y"] = [row % 7 + 0.5 for row in range(40)]
        rows = [",".join(map(str, row)) for row in zip(*every.values(), strict=True)]
        (folder / f"{name}.csv").write_text("\n".join([",".join(every), *rows]) + "\n")
        data = TABLE.replace("DATA", str(folder / f"{name}.csv"))
        taken = f", init_from: {source}" if source else ""
        text = f"seed: 1\ndata: {data}\nmodel: {LAYERS[layers]}\ntrain: {{epochs: 1, save: last{taken}}}\n"
        return prepare(from_document(yaml_file.parse(text, "config.yaml")))

    return prepare_on


@pytest.fixture(scope="module")
def trained_table(on_table: Any, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., tuple[str, Prepared]]:
    """A run that was trained once on a table, and what was prepared for it."""

    @cache
    def trained(layers: str = "plain", **columns: str) -> tuple[str, Prepared]:
        first = on_table("first", layers=layers, **columns)
        run = RunDir.create(tmp_path_factory.mktemp("runs"), "first")
        experiment.run(Training(first, run, Terminal(quiet=True), BARE))
        return str(run.path), first

    return trained


@pytest.mark.parametrize("layers", LAYERS)
def test_columns_and_categories_in_another_order_are_followed(on_table: Any, trained_table: Any, layers: str) -> None:
    many = " ".join(f"v{value}" for value in range(8))
    path, first = trained_table(layers, k="a b c", big=many, two="x z")
    second = on_table("second", path, layers, two="x z", big=many, k="a b c")
    assert second.data.schema.features == ("n", "m", "two", "big", "k")
    np.testing.assert_allclose(predictions(second), predictions(first), atol=1e-6)
    assert ", reordered by the names of the columns and categories" in second.taken
    again = on_table("third", path, layers, k="a b c", big=many, two="x z")
    assert "reordered" not in again.taken and np.array_equal(predictions(again), predictions(first))


def test_categories_whose_order_differs_are_followed(trained_table: Any, on_table: Any) -> None:
    """Whole numbers are in the order of numbers, unless a word that only other splits have is among them."""
    path, first = trained_table(k="a b c")
    second = on_table("second", path, k="a b c")
    swapped = second.data.table.columns[2].model_copy(update={"categories": ("a", "c", "b")})
    table = second.data.table.model_copy(update={"columns": (*second.data.table.columns[:2], swapped)})
    take_weights(second.model, second.resolved.schema, path, table)
    x = first.data.train.x.copy()
    x[:, 2] = np.array([0, 2, 1])[x[:, 2].astype(int)]
    np.testing.assert_allclose(np.asarray(second.model(x)), predictions(first), atol=1e-6)


@pytest.mark.parametrize(
    ("theirs", "ours", "message"),
    [
        ({"k": "a b c"}, {"k": "a b d"}, "other categories of `k`: on `c` in place of `d`"),
        ({"k": "a b"}, {"k": "a c"}, "other categories of `k`: on `b` in place of `c`"),
        ({"k": "a b c", "l": "a b c d"}, {"k": "a b c d", "l": "a b c"}, "other categories of `k`: without `d`"),
        ({"k": "a b c d", "l": "a b c"}, {"k": "a b c", "l": "a b c d"}, "other categories of `k`: on `d`"),
        ({"k": "a b c"}, {"q": "a b c"}, "other columns: on `k` in place of `q`"),
        ({"k": "a b"}, {"k": "1 2.5 4"}, "other columns: `k` was a category, and is a number"),
    ],
)
def test_other_categories_are_refused_with_their_names(
    trained_table: Any, on_table: Any, theirs: dict[str, str], ours: dict[str, str], message: str
) -> None:
    path, _ = trained_table(**theirs)
    with pytest.raises(ConfigError) as raised:
        on_table("second", path, **ours)
    [problem] = raised.value.problems
    assert problem.message == f"`{path}` was trained on {message}"
    assert problem.help == "give data with the columns and categories that it was trained on"
    assert "(train.init_from)" in str(raised.value)


def test_more_categories_leave_the_weights_of_the_inputs_out(trained_table: Any, on_table: Any) -> None:
    path, _ = trained_table(k="a b c")
    taken = on_table("second", path, k="a b c d").taken
    assert "the others are initialized: table_encoding/seen, dense/kernel" in taken


def test_empty_cells_in_another_column_are_refused(trained_table: Any, on_table: Any) -> None:
    path, first = trained_table(k="a b c", gap="n")
    assert np.array_equal(predictions(on_table("same", path, k="a b c", gap="n")), predictions(first))
    with pytest.raises(ConfigError, match="was trained on empty cells in other columns: on `n` in place of `m`"):
        on_table("second", path, k="a b c", gap="m")
