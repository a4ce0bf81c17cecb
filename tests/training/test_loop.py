"""What the loop promises: the same bits however an epoch is cut, the right weights kept, a stop for every reason."""

import math
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from nntrain.errors import Diverged, Stopped
from nntrain.training import loop
from nntrain.training.programs.arrays import epoch_order

Prepare = Callable[..., Any]

MOONS = """
    seed: 2
    data: {toy_2d: {kind: moons, size: 150, noise: 0.1}}
    model: [{Dense: {units: 4, activation: tanh}}]
    train: {epochs: 4, batch_size: 16}
    """


@pytest.fixture
def prepare(prepare_compiled: Prepare) -> Prepare:
    return prepare_compiled


def same(first: list[np.ndarray], second: list[np.ndarray]) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


def metrics(rows: list[dict[str, float]]) -> list[dict[str, float]]:
    return [{name: value for name, value in row.items() if name != "seconds"} for row in rows]


def test_the_result_does_not_depend_on_the_pieces_of_an_epoch(
    prepare: Prepare, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = np.random.default_rng(0)
    x = random.integers(0, 256, (130, 8, 8, 1), dtype="uint8")
    np.savez(tmp_path / "images.npz", x=x, y=np.arange(130) % 3)
    text = """
        data: {npz_file: {path: images.npz, test: none}}
        model:
          - Rescaling: 1/255
          - RandomFlip
          - RandomTranslation: {height_factor: 0.2, width_factor: 0.2}
          - Conv2D: {filters: 4, kernel_size: 3, use_bias: false}
          - BatchNormalization
          - ReLU
          - Flatten
          - Dropout: 0.4
        train: {epochs: 3, batch_size: 8, save: last}
        """
    monkeypatch.setattr(loop, "PIECE_SECONDS", 1e-9)
    small, seen = prepare(text), Seen()
    fine = small.fit(seen)
    monkeypatch.setattr(loop, "PIECE_SECONDS", 1e9)
    large, seen_large = prepare(text), Seen()
    weights = small.weights()
    coarse = large.fit(seen_large)
    assert len(seen.pieces) == 3 * 12
    assert len(seen_large.pieces) < 6
    assert metrics(fine.rows) == metrics(coarse.rows)
    assert same(weights, large.weights())


class Seen:
    """Keeps what a watcher receives."""

    def __init__(self) -> None:
        self.begun: tuple[int, int] = (0, 0)
        self.pieces: list[tuple[int, int]] = []
        self.rows: list[dict[str, float]] = []

    def begin(self, epochs: int, steps: int) -> None:
        self.begun = (epochs, steps)

    def piece(self, epoch: int, step: int, metrics: dict[str, float]) -> None:
        assert math.isfinite(metrics["loss"])
        self.pieces.append((epoch, step))

    def epoch(self, row: dict[str, float]) -> None:
        self.rows.append(dict(row))


def test_equal_seeds_give_equal_bits_and_others_give_others(prepare: Prepare) -> None:
    nets = [prepare(MOONS, f"seed={seed}") for seed in (0, 0, 1)]
    seen = Seen()
    histories, weights = zip(*((net.fit(seen), net.weights()) for net in nets), strict=True)
    assert same(weights[0], weights[1])
    assert metrics(histories[0].rows) == metrics(histories[1].rows)
    assert not same(weights[0], weights[2])
    assert seen.begun == (4, 6) and seen.rows[:4] == histories[0].rows


def test_the_weights_kept_are_those_of_the_best_epoch(prepare: Prepare) -> None:
    net = prepare(MOONS, "train.epochs=12", "train.optimizer={SGD: {learning_rate: 2.0, momentum: 0.9}}")
    history = net.fit()
    values = [row["val_loss"] for row in history.rows]
    assert 1 < history.best_epoch < 12
    assert history.best_value == min(values) == values[history.best_epoch - 1]
    assert net.scorer.evaluate(net.data.validation)["loss"] == history.best_value


def test_save_last_keeps_the_last_epoch(prepare: Prepare) -> None:
    net = prepare(
        MOONS, "train.epochs=12", "train.save=last", "train.optimizer={SGD: {learning_rate: 2.0, momentum: 0.9}}"
    )
    history = net.fit()
    assert history.best_epoch == 12
    assert net.scorer.evaluate(net.data.validation)["loss"] == history.rows[-1]["val_loss"]
    assert history.rows[-1]["val_loss"] > min(row["val_loss"] for row in history.rows)


def test_early_stopping_follows_the_highest_accuracy_and_its_weights_are_kept(prepare: Prepare) -> None:
    net = prepare(
        MOONS,
        "train.epochs=40",
        "train.optimizer={Adam: {learning_rate: 0.1}}",
        "train.callbacks=[{EarlyStopping: {monitor: val_accuracy, patience: 3, restore_best_weights: true}}]",
    )
    history = net.fit()
    accuracies = [row["val_accuracy"] for row in history.rows]
    best = accuracies.index(max(accuracies)) + 1
    assert net.plan.monitor == "val_accuracy" and net.plan.mode == "max"
    assert len(accuracies) == best + 3 < 40 and best > 1
    assert history.best_epoch == best and history.best_value == max(accuracies)
    assert history.reason == "early stopping: val_accuracy has not improved for 3 epochs"
    assert net.scorer.evaluate(net.data.validation)["accuracy"] == max(accuracies)


@pytest.mark.parametrize("restore", [", restore_best_weights: true", ""])
@pytest.mark.parametrize(
    ("options", "monitor"),
    [
        ("min_delta: 0.05", "val_loss"),
        ("start_from_epoch: 7", "val_loss"),
        ("start_from_epoch: 40", "val_loss"),
        ("min_delta: 0.1, start_from_epoch: 1", "val_accuracy"),
    ],
)
def test_the_epoch_that_is_kept_is_that_of_keras_early_stopping(
    prepare: Prepare, options: str, monitor: str, restore: str
) -> None:
    callback = f"{{monitor: {monitor}, patience: 7, {options}{restore}}}"
    rate = "train.optimizer={Adam: {learning_rate: 0.2}}"
    net = prepare(MOONS, "train.epochs=8", rate, f"train.callbacks=[{{EarlyStopping: {callback}}}]")
    rows = net.fit().rows
    given = {name: float(value) for name, value in (option.split(": ") for option in options.split(", "))}
    theirs = keras.callbacks.EarlyStopping(monitor, patience=7, mode=net.plan.mode, restore_best_weights=True, **given)
    theirs.set_model(net.model)
    theirs.on_train_begin()
    for epoch, row in enumerate(rows):
        theirs.on_epoch_end(epoch, row)
    values = [row[monitor] for row in rows]
    absolute = values.index(min(values) if net.plan.mode == "min" else max(values)) + 1
    expected = theirs.best_epoch + 1 if theirs.best is not None else len(rows)
    assert net.history.best_epoch == expected != absolute
    assert net.scorer.evaluate(net.data.validation)[monitor[4:]] == rows[expected - 1][monitor]


def test_without_restoring_the_best_weights_the_last_epoch_is_kept(prepare: Prepare) -> None:
    stop = "train.callbacks=[{EarlyStopping: {patience: 3, restore_best_weights: false}}]"
    net = prepare(MOONS, "train.epochs=12", "train.optimizer={SGD: {learning_rate: 2.0, momentum: 0.9}}", stop)
    history = net.fit()
    assert (net.prepared.resolved.train.save, net.plan.save) == ("last", "last")
    assert history.best_epoch == len(history.rows)
    assert net.scorer.evaluate(net.data.validation)["loss"] == history.rows[-1]["val_loss"]


def test_a_moving_average_of_the_weights_is_validated_and_kept(prepare: Prepare) -> None:
    ema = "train.optimizer={SGD: {learning_rate: 0.5, use_ema: true, ema_momentum: 0.9}}"
    written, left_out = prepare(MOONS, ema, "train.callbacks=[SwapEMAWeights]"), prepare(MOONS, ema)
    plain = prepare(MOONS, "train.optimizer={SGD: {learning_rate: 0.5}}")
    rows = [metrics(net.fit().rows) for net in (written, left_out, plain)]
    assert rows[0] == rows[1] and same(written.weights(), left_out.weights())
    assert not same(plain.weights(), left_out.weights())
    assert left_out.scorer.evaluate(left_out.data.validation)["loss"] == min(row["val_loss"] for row in rows[1])


def test_restore_best_weights_is_kept_without_a_validation_split(prepare: Prepare) -> None:
    options = ["data.toy_2d.validation=none", "train.epochs=40"]
    options += ["train.optimizer={SGD: {learning_rate: 3.0, momentum: 0.9}}"]
    stop = "train.callbacks=[{EarlyStopping: {monitor: loss, patience: 2, restore_best_weights: %s}}]"
    restored, left = prepare(MOONS, *options, stop % "true"), prepare(MOONS, *options, stop % "false")
    (history, best), (other, last) = ((net.fit(), net.weights()) for net in (restored, left))
    losses = [row["loss"] for row in history.rows]
    assert metrics(history.rows) == metrics(other.rows) and len(losses) < 40
    assert history.best_epoch == losses.index(min(losses)) + 1 == len(losses) - 2
    assert other.best_epoch == len(losses)
    assert not same(best, last)


def test_a_plateau_of_a_metric_that_should_rise_lowers_the_rate(prepare: Prepare) -> None:
    """Keras reads `min` out of the name `val_auc`, so while it rises the rate would fall."""
    net = prepare(
        MOONS,
        "train.epochs=12",
        "train.metrics=[AUC]",
        "train.optimizer={SGD: {learning_rate: 0.1}}",
        "train.callbacks=[{ReduceLROnPlateau: {monitor: val_auc, patience: 1, factor: 0.5}}]",
    )
    rows = net.fit().rows
    best, rate, rates = -math.inf, 0.1, []
    for row in rows:
        rates.append(rate)
        rate, best = (rate, row["val_auc"]) if row["val_auc"] > best + 1e-4 else (rate / 2, best)
    assert [row["learning_rate"] for row in rows] == pytest.approx(rates)
    kept = [later == earlier for earlier, later in zip(rates[1:], rates[2:], strict=False)]
    assert any(kept) and not all(kept), "the metric must rise at times and not at others, or this test proves nothing"


def test_a_lower_rate_moves_the_weights_less(prepare: Prepare) -> None:
    """Compiled once, the step must still read the rate that the callback has set."""
    given = ["data.toy_2d.validation=none", "train.epochs=3", "train.optimizer={SGD: {learning_rate: 0.1}}"]
    plateau = "{ReduceLROnPlateau: {monitor: loss, patience: 1, factor: 1e-6, min_delta: 100}}"
    net = prepare(MOONS, *given, f"train.callbacks=[{plateau}]")
    moves: list[float] = []

    class Moves(Seen):
        def epoch(self, row: dict[str, float]) -> None:
            now = net.weights()
            moves.append(max(float(np.abs(a - b).max()) for a, b in zip(now, self.before, strict=True)))
            self.before = now

        def begin(self, epochs: int, steps: int) -> None:
            self.before = net.weights()

    net.fit(Moves())
    assert moves[0] > 1e-3 and moves[2] < 1e-5


@pytest.mark.parametrize("validation", ["0.2", "none"])
def test_swapped_weights_are_the_moving_average(prepare: Prepare, validation: str) -> None:
    """The training is stopped before its planned end, where Keras itself would write the average into the model."""
    momentum = 0.9
    options = [f"data.toy_2d.validation={validation}", "train.epochs=5"]
    options += [f"train.optimizer={{SGD: {{learning_rate: 0.5, use_ema: true, ema_momentum: {momentum}}}}}"]
    stop = "{StopAtTarget: {monitor: loss, target: 100}}"
    net = prepare(MOONS, *options, f"train.callbacks=[SwapEMAWeights, {stop}]")
    twin = prepare(MOONS, *options, "train.callbacks=[]")
    history, swapped = net.fit(), net.weights()

    order = epoch_order(2, 1, len(twin.data.train), True)
    average: list[np.ndarray] = []
    for step in range(twin.scorer.program.steps(twin.arrays)):
        twin.scorer.program.train(twin.arrays, order, step, step + 1)
        now = twin.weights()
        average = [momentum * a + (1 - momentum) * w for a, w in zip(average, now, strict=True)] if average else now
    assert len(history.rows) == 1 and history.reason.startswith("loss reached 100")
    assert all(np.abs(a - b).max() < 1e-6 for a, b in zip(swapped, average, strict=True))
    assert not all(np.abs(a - b).max() < 1e-3 for a, b in zip(swapped, twin.weights(), strict=True))


def test_the_training_stops_at_a_target_and_after_a_time(prepare: Prepare) -> None:
    target = prepare(MOONS, "train.epochs=50", "train.callbacks=[{StopAtTarget: {monitor: val_loss, target: 0.58}}]")
    history = target.fit()
    assert [row["val_loss"] <= 0.58 for row in history.rows] == [False] * (len(history.rows) - 1) + [True]
    assert len(history.rows) > 1 and history.reason == "val_loss reached 0.58"
    late = prepare(MOONS, "train.epochs=50", "train.callbacks=[{StopAfter: {seconds: 1e-3}}]").fit()
    assert len(late.rows) == 1 and late.reason == "the limit of 0.001 s is reached"


def test_steps_end_inside_an_epoch_after_exactly_so_many_updates(prepare: Prepare) -> None:
    net = prepare(MOONS.replace("epochs: 4, ", "steps: 15, "))
    history = net.fit()
    assert len(history.rows) == net.plan.epochs == 3  # of 6 steps, the last of 3
    assert int(net.model.optimizer.iterations.numpy()) == 15


def test_a_full_batch_is_one_step_an_epoch(prepare: Prepare) -> None:
    net = prepare(MOONS, "train.batch_size=full", "train.epochs=3")
    net.fit()
    assert net.plan.batch_size == 96
    assert int(net.model.optimizer.iterations.numpy()) == 3


@pytest.mark.parametrize("validation", ["0.2", "none"])
def test_the_metrics_of_an_epoch_hold_nothing_of_the_epoch_before(
    prepare_in: Prepare, tmp_path: Path, validation: str
) -> None:
    text = MOONS.replace("noise: 0.1", f"noise: 0.1, validation: {validation}")
    clean, used = prepare_in(tmp_path, text), prepare_in(tmp_path, text)
    for variable in (each for metric in used.model.metrics for each in metric.variables):
        variable.assign(variable + np.nan)
    used.fit()
    assert metrics(used.history.rows) == metrics(clean.fit().rows)


def test_a_huge_rate_diverges_and_the_last_good_weights_are_kept(prepare: Prepare) -> None:
    rate = "{PiecewiseConstantDecay: {boundaries: [12], values: [0.01, 1.0e+38]}}"
    loss = "train.loss={BinaryCrossentropy: {from_logits: true}}"
    text = MOONS.replace("tanh}}", "relu}}, {Dense: 1}")
    net = prepare(text, loss, f"train.optimizer={{SGD: {{learning_rate: {rate}}}}}", "train.epochs=9")
    with pytest.raises(Diverged, match=r"diverged in epoch 3: `dense.*` holds values that are not finite") as raised:
        net.fit()
    assert raised.value.exit_code == 5
    assert len(net.history.rows) == 2 and net.history.best_epoch == 2
    assert all(np.isfinite(weight).all() for weight in net.weights())
    assert net.scorer.evaluate(net.data.validation)["loss"] == net.history.rows[1]["val_loss"]


def test_a_nan_behind_a_relu_is_found_though_the_loss_is_finite(prepare: Prepare) -> None:
    net = prepare(MOONS.replace("tanh", "relu"))
    broken = net.weights()
    broken[0][0, 1] = np.nan
    net.model.set_weights(broken)
    shown = net.scorer.program.evaluate(net.arrays)["loss"]
    if not math.isfinite(shown):
        pytest.skip("on this machine ReLU hands NaN on")
    with pytest.raises(Diverged, match="diverged in epoch 1: `dense/kernel` holds values that are not finite"):
        net.fit()
    assert not net.history.rows and not net.history.weights


def test_an_infinite_loss_on_the_validation_split_is_a_divergence(prepare: Prepare, tmp_path: Any) -> None:
    values = [*range(20), *[1e30] * 5]
    (tmp_path / "far.csv").write_text("x,y\n" + "".join(f"{i % 7},{value}\n" for i, value in enumerate(values)))
    net = prepare(
        """
        data: {table: {path: far.csv, target: y, test: none, validation: {last: 5}}}
        model: [{Dense: 1}]
        train: {epochs: 2}
        """
    )
    with pytest.raises(Diverged, match="epoch 1: the loss on the validation split is inf"):
        net.fit()


class Sends(Seen):
    """Sends this process a signal in the second epoch, after a piece or at the end."""

    def __init__(self, number: signal.Signals, at_end: bool) -> None:
        super().__init__()
        self.number, self.at_end = number, at_end

    def piece(self, epoch: int, step: int, metrics: dict[str, float]) -> None:
        if epoch == 2 and not self.at_end:
            os.kill(os.getpid(), self.number)
            self.at_end = True

    def epoch(self, row: dict[str, float]) -> None:
        if row["epoch"] == 2 and self.at_end:
            os.kill(os.getpid(), self.number)


def test_a_signal_stops_at_the_next_piece_and_keeps_the_finished_epochs(
    prepare: Prepare, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "PIECE_SECONDS", 1e-9)
    net, before = prepare(MOONS), signal.getsignal(signal.SIGTERM)
    with pytest.raises(Stopped, match="by SIGTERM") as raised:
        net.fit(Sends(signal.SIGTERM, at_end=False))
    assert raised.value.exit_code == 143
    assert [row["epoch"] for row in net.history.rows] == [1]
    assert int(net.model.optimizer.iterations.numpy()) == 6 + 2
    assert net.scorer.evaluate(net.data.validation)["loss"] == net.history.rows[0]["val_loss"]
    assert signal.getsignal(signal.SIGTERM) == before


def test_a_signal_that_comes_while_the_processes_agree_is_not_lost(
    prepare: Prepare, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "PIECE_SECONDS", 1e-9)
    net, asked = prepare(MOONS), []

    def agree(decisions: tuple[int, ...], request: int) -> tuple[list[int], int]:
        asked.append(request)
        if len(asked) == 2:
            os.kill(os.getpid(), signal.SIGTERM)
        return list(decisions), request

    monkeypatch.setattr(net.scorer.program, "agree", agree)
    with pytest.raises(Stopped, match="by SIGTERM"):
        net.fit()
    assert asked == [0, 0, signal.SIGTERM]


def test_a_signal_at_the_very_end_of_the_training_is_not_lost(prepare: Prepare) -> None:
    net = prepare(MOONS, "train.epochs=2")
    with pytest.raises(Stopped, match="by SIGINT"):
        net.fit(Sends(signal.SIGINT, at_end=True))
    assert [row["epoch"] for row in net.history.rows] == [1, 2]


@pytest.mark.parametrize(("patience", "words"), [(1, "1 epoch"), (2, "2 epochs")])
def test_one_epoch_without_improvement_is_not_many(patience: int, words: str) -> None:
    stopping = keras.callbacks.EarlyStopping(monitor="val_loss", patience=patience)
    stopping.stopped_epoch = 3
    assert loop.reason_to_stop([stopping]) == f"early stopping: val_loss has not improved for {words}"


def test_seconds_are_what_an_epoch_took(prepare: Prepare) -> None:
    net = prepare(MOONS)
    started = time.perf_counter()
    rows = net.fit().rows
    assert all(row["seconds"] > 0 for row in rows)
    assert sum(row["seconds"] for row in rows) < time.perf_counter() - started
