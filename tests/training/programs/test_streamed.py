"""Batches that are read ahead train to the same bits as data in memory."""

import gc
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.data import row_file
from nntrain.data.npy_header import stored_in_npy
from nntrain.data.row_file import RowFile
from nntrain.errors import DataError
from nntrain.training.programs import streamed
from nntrain.training.programs.arrays import EVALUATION_BATCH, Arrays, epoch_order
from nntrain.training.programs.resident import Program
from nntrain.training.programs.streamed import StreamedProgram, fits_in_memory

ROWS, BATCH = 2 * EVALUATION_BATCH + 77, 50  # 43 batches, the last one of 25 rows

CONFIG = f"""
    seed: 5
    data: {{toy_2d: {{kind: gauss, size: {ROWS}, validation: none, test: none}}}}
    model:
      - Normalization
      - Dense: {{units: 8, activation: relu, kernel_regularizer: {{L2: 0.01}}}}
      - Reshape: [2, 2, 2]
      - BatchNormalization
      - Flatten
      - Dropout: 0.3
      - Dense: {{units: 1, activation: sigmoid}}
    train: {{epochs: 3, batch_size: {BATCH}, metrics: [accuracy]}}
    """
ONE_HOT = [
    "train.metrics=[accuracy, AUC]",
    "model.6.Dense={units: 2, activation: softmax}",
    "train.loss=CategoricalCrossentropy",
]
WEIGHTED = ["train.class_weight={0: 1, 1: 3}"]


@pytest.fixture(autouse=True)
def _little_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three batches a block, so that an epoch has many, the last one shorter."""
    monkeypatch.setattr(streamed, "BLOCK_BYTES", 3 * BATCH * 8)


def on_disk(data: Arrays, folder: Path) -> Arrays:
    """The same arrays, x in a file."""
    np.save(folder / "x.npy", data.x[:])
    return Arrays(RowFile.open(folder / "x.npy", stored_in_npy(folder / "x.npy")), data.y, data.weights)


def trained(net: Any, program: Program, data: Arrays, cuts: list[int]) -> Any:
    """Figures after each of two epochs that are cut at these steps, evaluation and prediction, and the weights."""
    metrics = []
    for epoch in (1, 2):
        net.model.reset_metrics()
        order = epoch_order(5, epoch, len(data), True)
        for first, last in zip([0, *cuts], [*cuts, program.steps(data)], strict=True):
            program.train(data, order, first, last)
        metrics += [program.metrics(), program.evaluate(data)]
    seeds = [variable.numpy().tolist() for layer in net.model.layers for variable in layer.non_trainable_variables]
    optimizer = [variable.numpy().tobytes() for variable in net.model.optimizer.variables]
    weights = [weight.tobytes() for weight in net.weights()]
    return metrics, program.predict(data.x).tobytes(), weights, optimizer, seeds


@pytest.fixture
def resident(prepare_compiled: Callable[..., Any]) -> Any:
    """The net of `CONFIG` with the program that the tests share."""
    return prepare_compiled(CONFIG)


@pytest.mark.parametrize("assignments", [[], [*ONE_HOT, *WEIGHTED]], ids=["plain", "one-hot and weighted"])
def test_the_same_order_gives_the_same_bits(
    prepare_compiled: Callable[..., Any], prepare: Callable[..., Any], tmp_path: Path, assignments: list[str]
) -> None:
    resident, *others = (make(CONFIG, *assignments) for make in (prepare_compiled, prepare, prepare))
    expected = trained(resident, resident.scorer.program, resident.arrays, [17])
    stored = on_disk(resident.arrays, tmp_path)
    for net, data, cuts in zip(others, (stored, resident.arrays), ([1, 2, 30, 42], []), strict=True):
        program = StreamedProgram(net.model, data, BATCH)
        assert trained(net, program, data, cuts) == expected


def test_the_same_bits_when_compiled_by_xla(prepare: Callable[..., Any], tmp_path: Path) -> None:
    small = ["model.1.Dense.units=2", "model.2=ReLU", "train.optimizer=SGD", "train.metrics=[accuracy]"]
    resident, net = prepare(CONFIG, "train.compile=xla", *small), prepare(CONFIG, *small)
    expected = trained(resident, resident.scorer.program, resident.arrays, [17])
    data = on_disk(net.arrays, tmp_path)
    assert resident.scorer.program.xla
    assert trained(net, StreamedProgram(net.model, data, BATCH, xla=True), data, [2, 40]) == expected


def test_images_stay_bytes_until_they_are_used(prepare: Callable[..., Any], tmp_path: Path) -> None:
    x = np.random.default_rng(0).integers(0, 256, (300, 6, 6), np.uint8)
    np.savez(tmp_path / "d.npz", x=x, y=np.arange(300) % 3)
    config = f"""
        data: {{npz_file: {{path: {tmp_path}/d.npz, validation: none, test: none}}}}
        model: [{{Rescaling: 0.01}}, Flatten, {{Dense: {{units: 3, activation: softmax}}}}]
        train: {{epochs: 1, batch_size: {BATCH}}}
        """
    resident, net = prepare(config), prepare(config)
    expected = trained(resident, resident.scorer.program, resident.arrays, [])
    data = on_disk(net.arrays, tmp_path)
    assert data.x.dtype == np.uint8
    assert trained(net, StreamedProgram(net.model, data, BATCH), data, [2]) == expected


def test_an_epoch_can_start_again_at_any_step(resident: Any, prepare: Callable[..., Any], tmp_path: Path) -> None:
    """As `resume` does, with a program that never saw the steps before; and at a step that is not the next one."""
    net = prepare(CONFIG)
    data, order = on_disk(net.arrays, tmp_path), epoch_order(5, 1, ROWS, True)
    for first, last in ((0, 20), (20, 43), (7, 9), (3, 4), (42, 43)):
        resident.scorer.program.train(resident.arrays, order, first, last)
    first, second = StreamedProgram(net.model, data, BATCH), StreamedProgram(net.model, data, BATCH)
    first.train(data, order, 0, 20)
    second.train(data, order.copy(), 20, 43)
    second.train(data, order, 7, 9)
    second.train(data, order, 3, 4)
    second.train(data, order.copy(), 42, 43)
    assert [w.tobytes() for w in resident.weights()] == [w.tobytes() for w in net.weights()]


def test_what_was_read_ahead_is_used_by_the_next_piece(prepare: Callable[..., Any], tmp_path: Path) -> None:
    net = prepare(CONFIG)
    data, order = on_disk(net.arrays, tmp_path), epoch_order(5, 1, ROWS, True)
    program = StreamedProgram(net.model, data, BATCH)
    program.train(data, order, 0, 5)
    epoch = program._epoch
    program.train(data, order, 5, 6)
    assert epoch is not None and program._epoch is epoch
    program.evaluate(data)
    program.train(data, order, 6, 42)
    assert program._epoch is epoch
    program.train(data, order, 42, 43)
    assert program._epoch is None


def test_the_loops_are_compiled_once(prepare: Callable[..., Any], tmp_path: Path) -> None:
    net = prepare(CONFIG)
    program = StreamedProgram(net.model, on_disk(net.arrays, tmp_path), BATCH)
    for data in (net.arrays, on_disk(net.arrays, tmp_path)):
        trained(net, program, data, [3, 9])
    assert program._train.experimental_get_tracing_count() == 1
    assert program._test.experimental_get_tracing_count() == 1


def test_a_file_that_ends_while_it_is_trained_on(prepare: Callable[..., Any], tmp_path: Path) -> None:
    net = prepare(CONFIG)
    data, order = on_disk(net.arrays, tmp_path), np.arange(ROWS, dtype=np.int32)
    program = StreamedProgram(net.model, data, BATCH)
    program.train(data, order, 0, 2)
    os.truncate(tmp_path / "x.npy", 5000)
    with pytest.raises(DataError, match="x.npy` was changed while it was read"):
        program.train(data, order, 2, 43)
    with pytest.raises(DataError, match="was changed"):
        program.evaluate(data)


def test_an_error_of_the_model_does_not_blame_the_data(prepare: Callable[..., Any]) -> None:
    import tensorflow as tf

    net = prepare(CONFIG, *ONE_HOT, "train.loss=SparseCategoricalCrossentropy")
    data = Arrays(net.arrays.x, np.full(ROWS, 7, np.int32))
    with pytest.raises(tf.errors.OpError, match="label value"):
        StreamedProgram(net.model, data, BATCH).train(data, np.arange(ROWS), 0, 1)


def test_many_epochs_leave_nothing_behind(prepare: Callable[..., Any], tmp_path: Path) -> None:
    net = prepare(CONFIG)
    data, order = on_disk(net.arrays, tmp_path), epoch_order(5, 1, ROWS, True)
    program = StreamedProgram(net.model, data, BATCH)

    def live() -> int:
        gc.collect()
        return sum(isinstance(thing, streamed._Block) for thing in gc.get_objects())

    for _ in range(10):
        program.train(data, order.copy(), 0, 1)
    assert live() <= 1 + streamed.READERS
    readers = program._readers._threads
    del program
    assert live() == 0
    for thread in readers:
        thread.join(10)
        assert not thread.is_alive()


@pytest.mark.parametrize("share", [1e-12, 0.25])
def test_what_fits_in_memory(share: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_file, "MEMORY_SHARE", share)
    data = Arrays(np.zeros((9, 2), np.float32), np.zeros(9, np.int32))
    assert fits_in_memory(data.x) == (share == 0.25)
    assert not fits_in_memory(on_disk(data, tmp_path).x)


def test_the_resident_engine_may_be_forced_on_rows_on_the_disk(
    prepare_compiled: Callable[..., Any], tmp_path: Path
) -> None:
    first, second = prepare_compiled(CONFIG), prepare_compiled(CONFIG)
    expected = trained(first, first.scorer.program, first.arrays, [])
    data = on_disk(second.arrays, tmp_path)
    assert trained(second, second.scorer.program, data, []) == expected


LEFT_IN_THE_MIDDLE = """
import numpy as np
from nntrain import backend
backend.start("cpu")
from nntrain.model.custom import Network
from nntrain.training.programs.arrays import Arrays
from nntrain.training.programs.streamed import StreamedProgram
from nntrain.data.npy_header import stored_in_npy
from nntrain.data.row_file import RowFile
import keras
np.save("x.npy", np.zeros((100_000, 500), np.uint8))
data = Arrays(RowFile.open("x.npy", stored_in_npy("x.npy")), np.zeros((100_000, 1), np.float32))
model = Network([keras.Input((500,)), keras.layers.Dense(1)], penalized=False)
model.compile("sgd", "mse")
program = StreamedProgram(model, data, 10)
program.train(data, np.random.default_rng(0).permutation(100_000), 0, 3)
raise SystemExit(7)
"""


def test_a_process_ends_quietly_in_the_middle_of_an_epoch(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3]), "PYTHONWARNINGS": "error"}
    words = [sys.executable, "-c", LEFT_IN_THE_MIDDLE]
    done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (7, "")


def peak_bytes(anew: bool = False) -> int:
    """The most memory that this process has had, ever or from now on."""
    if anew:
        Path("/proc/self/clear_refs").write_text("5")
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def test_memory_does_not_grow_with_the_data(prepare: Callable[..., Any], tmp_path: Path) -> None:
    net = prepare(CONFIG)
    rows = 5_000_000
    with (tmp_path / "x.npy").open("wb") as file:
        np.lib.format.write_array_header_1_0(file, {"descr": "<f8", "fortran_order": False, "shape": (rows, 2)})
        for _ in range(10):
            file.write(np.ones((rows // 10, 2)).tobytes())
    data = Arrays(RowFile.open(tmp_path / "x.npy", stored_in_npy(tmp_path / "x.npy")), np.zeros((rows, 1), np.float32))
    program = StreamedProgram(net.model, data, 50_000)
    order = np.arange(rows, dtype=np.int32)
    program.train(data, order, 0, 1)
    before = peak_bytes(anew=True)
    program.train(data, order, 1, 100)
    assert peak_bytes() - before < 40e6  # of 80 MB
