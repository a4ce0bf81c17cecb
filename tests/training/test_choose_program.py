from collections.abc import Callable
from functools import cache
from typing import Any

import keras
import numpy as np
import pytest

from nntrain.config.data_schema import Schema
from nntrain.config.experiment import Experiment
from nntrain.config.load import from_document
from nntrain.config.resolve import resolve
from nntrain.document import yaml_file
from nntrain.model import custom
from nntrain.runs import experiment
from nntrain.runs.experiment import Training
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal
from nntrain.training import choose_program
from nntrain.training.choose_program import LONG_EPOCH, SMALL_STEP, dense_products, drawn_before, make_program, uses_xla
from nntrain.training.prepare import Prepared, prepare
from nntrain.training.programs.arrays import Arrays
from nntrain.training.programs.keras_fit import KerasProgram
from nntrain.training.programs.resident import Program
from nntrain.training.programs.streamed import StreamedProgram
from nntrain.training.run_context import RunContext

IMAGE = Schema((28, 28, 1), tuple("0123456789"))


CONFIG = """
data: iris
model:
  - Dense: {{units: 8, activation: relu}}
  - BatchNormalization
train: {{epochs: 3, batch_size: 16, {options}}}
"""


def prepared(options: str) -> Prepared:
    text = CONFIG.format(options=options)
    return prepare(from_document(yaml_file.parse(text, "config.yaml")))


def program(options: str) -> Program:
    ready = prepared(options)
    example = Arrays(ready.data.train.x[:1], ready.data.train.y[:1])
    return make_program(ready.resolved, ready.model, example, 16, ready.data.train.x)


@pytest.mark.parametrize(
    ("options", "fits", "kind"),
    [
        ("engine: auto", True, Program),
        ("engine: auto", False, StreamedProgram),
        ("engine: resident", False, Program),
        ("engine: streamed", True, StreamedProgram),
        ("engine: keras", True, KerasProgram),
    ],
)
def test_the_engine_is_the_one_of_the_config_or_one_that_fits_the_data(
    monkeypatch: pytest.MonkeyPatch, options: str, fits: bool, kind: type
) -> None:
    monkeypatch.setattr(choose_program, "fits_in_memory", lambda _: fits)
    assert type(program(options)) is kind


DENSE = "[Flatten, {Rescaling: 1/255}, {Dense: {units: 300, activation: relu}}, BatchNormalization, {Dense: 10}]"


PRODUCTS = 784 * 300 + 300 * 10


@pytest.mark.parametrize(
    ("model", "train", "rows", "xla"),
    [
        (DENSE, "", 60_000, True),
        (DENSE, "compile: graph", 60_000, False),
        (DENSE, "compile: xla", 10, True),
        (DENSE, "batch_size: 128", 60_000, True),
        (DENSE, f"batch_size: {SMALL_STEP // PRODUCTS}", 60_000, True),
        (DENSE, f"batch_size: {SMALL_STEP // PRODUCTS + 1}", 60_000, False),
        (DENSE, "", LONG_EPOCH // PRODUCTS, False),
        (DENSE, "", LONG_EPOCH // PRODUCTS + 1, True),
        (DENSE, "precision: mixed_bfloat16", 60_000, False),
        ("[Flatten, {Repeat: {times: 2, layers: [{Dense: 300}, ELU]}}, {Dense: 10}]", "", 60_000, True),
        ("[Flatten, {Repeat: {times: 2, layers: [{Dense: 300}, {Dropout: 0.1}]}}, {Dense: 10}]", "", 60_000, True),
        ("[Flatten, {Dense: 300}, {GaussianNoise: 0.1}, {AlphaDropout: 0.1}, {Dense: 10}]", "", 60_000, True),
        ("[Flatten, {Dense: 300}, RReLU, {GaussianDropout: 0.1}, {Dense: 10}]", "", 60_000, True),
        ("[RandomFlip, Flatten, {Dense: 300}, {Dense: 10}]", "", 60_000, False),
        ("[{Conv2D: {filters: 32, kernel_size: 3}}, Flatten, {Dense: 300}, {Dense: 10}]", "", 60_000, False),
    ],
)
def test_a_cpu_is_given_xla_for_long_epochs_of_small_dense_steps(model: str, train: str, rows: int, xla: bool) -> None:
    text = f"data: fashion_mnist\nmodel: {model}\ntrain: {{{train}}}\n"
    resolved = from_document(yaml_file.parse(text, "config.yaml")).resolve(IMAGE)
    assert uses_xla(resolved, resolved.batch_size(rows), rows) is xla


@pytest.mark.parametrize(
    ("train", "rows", "names"),
    [("", 60_000, ["drop"]), ("", 60, []), ("compile: xla", 60, ["drop"]), ("engine: keras", 60_000, [])],
)
def test_the_layers_are_named_whose_numbers_are_drawn_before(train: str, rows: int, names: list[str]) -> None:
    made = [custom.Dropout(0.1, name="drop"), custom.Dropout(0.0), keras.layers.ReLU()]
    text = f"data: fashion_mnist\nmodel: {DENSE}\ntrain: {{{train}}}\n"
    resolved = from_document(yaml_file.parse(text, "config.yaml")).resolve(IMAGE)
    assert drawn_before(resolved, made, rows) == names


Runs = Callable[[str], RunDir]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """The run of each of these options, trained once."""

    @cache
    def run(options: str) -> RunDir:
        made = RunDir.create(tmp_path_factory.mktemp("runs"), "run")
        experiment.run(Training(prepared(options), made, Terminal(quiet=True), RunContext(final=False)))
        return made

    return run


def losses(run: RunDir) -> list[float]:
    return [float(row["val_loss"]) for row in run.read_rows()]


def compilation(run: RunDir) -> tuple[str, str]:
    facts = run.read_json("environment.json")
    return facts["engine"], facts["compile"]


def test_an_epoch_that_is_long_enough_is_compiled_by_xla(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    graph, xla = runs("engine: resident"), runs("compile: xla")
    monkeypatch.setattr(choose_program, "LONG_EPOCH", 1000)
    assert program("engine: auto").xla and program("engine: streamed").xla
    chosen = runs("engine: auto")
    assert compilation(chosen) == compilation(xla) == ("resident", "xla")
    assert losses(chosen) == losses(xla) != losses(graph)


def test_every_engine_and_every_compiler_trains_the_same_net(runs: Runs) -> None:
    resident, streamed, keras, xla = map(
        runs, ("engine: resident", "engine: streamed", "engine: keras", "compile: xla")
    )
    assert losses(streamed) == losses(resident)
    assert losses(keras) == pytest.approx(losses(resident), rel=1e-4)
    assert compilation(keras) == ("keras", "graph")
    assert losses(xla) == pytest.approx(losses(resident), rel=1e-3)  # it adds in another order


@pytest.mark.parametrize("more", ["", ", ema_overwrite_frequency: 20"])
def test_averaged_weights_take_their_place_at_the_end_in_every_engine(runs: Runs, more: str) -> None:
    averaged = f"optimizer: {{SGD: {{use_ema: true, ema_momentum: 0.9{more}}}}}, save: last"
    ended = [runs(f"engine: {engine}, {averaged}") for engine in ("resident", "keras")]
    assert losses(ended[1]) == pytest.approx(losses(ended[0]), rel=1e-4)
    ours, theirs = ([w.numpy() for w in keras.models.load_model(run.model).weights] for run in ended)
    assert all(np.abs(a - b).max() < 1e-5 for a, b in zip(ours, theirs, strict=True))


@pytest.mark.parametrize("precision", ["mixed_float16", "mixed_bfloat16"])
def test_mixed_precision_keeps_weights_and_output_in_float32(precision: str) -> None:
    model = prepared(f"precision: {precision}").model
    assert {str(weight.dtype) for weight in model.weights} == {"float32"}
    assert [layer.compute_dtype for layer in model.layers] == [precision[6:], precision[6:], "float32"]
    assert np.asarray(model(np.zeros((1, 4), "float32"))).dtype == np.float32


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
    assert dense_products(resolve(experiment, schema)) == products
