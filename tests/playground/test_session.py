"""A playground trains as `fit` does, draws what its network computes, and never trains two things at once."""

import base64
import csv
import io
import json
import math
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.config.load import load
from nntrain.errors import ConfigError
from nntrain.playground import compose, desk
from nntrain.playground.base import Base
from nntrain.playground.from_config import base_of
from nntrain.playground.from_table import base_of as of_table
from nntrain.playground.pictures import STEP
from nntrain.playground.plane import GRID, data_of
from nntrain.playground.session import Session
from nntrain.playground.settings import Settings
from nntrain.playground.snapshots import MOST, Snapshots
from tests.conftest import Fit


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    """One session for all tests, which set what they need."""
    made = Session(Base(Settings(size=60, hidden=(3,))))
    made.start()
    yield made
    made.close()
    assert not made._thread.is_alive()


def until(session: Session, *statuses: str, epoch: int = 0, run: int = 0) -> desk.View:
    """The view as soon as it has one of the statuses, an epoch and a run."""
    view, end = session.desk.view(), time.monotonic() + 60
    while view.status not in statuses or view.epoch < epoch or view.run < run or not (view.pictures or view.help):
        assert time.monotonic() < end, (view.status, view.epoch, view.message)
        view = session.desk.view(view.version, 1)
    return view


def begun(session: Session, **values: Any) -> desk.View:
    """A new training, before its first epoch."""
    session.desk.pause()
    run = session.desk.view().run
    session.restart(session.base.settings.model_copy(update=values))
    return until(session, "paused", run=run + 1)


def trained(session: Session, epochs: int) -> desk.View:
    for _ in range(epochs):
        epoch = session.desk.view().epoch
        session.desk.go_on(1)
        view = until(session, "paused", "failed", epoch=epoch + 1)
    return view


def rows_of(run: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(run.read_text("metrics.csv"))))


def assert_equal_to_fit(view: desk.View, text: str, fit: Fit) -> None:
    """The metrics of every epoch, and the final ones, are those of `fit` to the last digit."""
    run = fit(text, name="copied")
    found = [[float(row["epoch"]), *(float(row[name]) for name in view.metrics)] for row in rows_of(run)]
    assert found == view.rows
    summary = run.read_json("summary.json")
    assert summary["best_epoch"] == view.epoch
    last = dict(zip(view.metrics, view.rows[-1][1:], strict=True))
    validation = summary["metrics"]["validation"]
    assert {name: value for name, value in validation.items() if f"val_{name}" in last} == {
        name.removeprefix("val_"): value for name, value in last.items() if name.startswith("val_")
    }


@pytest.mark.parametrize(
    "values",
    [
        {"features": ("x2", "xy"), "regularizer": "L2", "dropout": 0.2},
        {"kind": "reg_gauss", "optimizer": "Adam", "activation": "relu", "seed": 3, "noise": 0.2},
    ],
)
def test_the_config_that_is_copied_reaches_equal_metrics(session: Session, fit: Fit, values: dict[str, Any]) -> None:
    begun(session, **values)
    view = trained(session, 3)
    assert view.message == "" and len(view.rows) == 3
    assert_equal_to_fit(view, compose.text(session.base, view.settings, view.epoch), fit)


def stepped(session: Session) -> desk.View:
    """The view after one step more."""
    before = session.desk.view()
    session.desk.step()
    view = session.desk.view(before.version, 30)
    while (view.epoch, view.step) == (before.epoch, before.step):
        view = session.desk.view(view.version, 30)
    return view


def test_a_step_is_one_update_and_its_config_reaches_equal_metrics(session: Session, fit: Fit) -> None:
    begun(session, features=("x", "x2"), dropout=0.2, batch_size=8)  # 4 steps an epoch, the last of 6 rows
    first = stepped(session)
    assert (first.epoch, first.step, first.steps, first.rows) == (0, 1, 4, [])
    [second] = stepped(session).inside[1:]
    assert second[0] == 0.5 and second[1:] != first.inside[0][1:] and None not in second
    assert stepped(session).pictures["kernels"] != first.pictures["kernels"]
    view = stepped(session)
    assert (view.epoch, view.step, view.inside, [row[0] for row in view.rows]) == (1, 0, [], [1.0])
    trained(session, 1)
    stepped(session)
    view = stepped(session)
    run = fit(compose.text(session.base, view.settings, 3, 10), name="stepped")
    found = rows_of(run)[-1]
    assert [float(found[name]) for name in view.metrics] == view.inside[-1][1:]
    assert [row[1:] for row in view.rows] == [[float(row[n]) for n in view.metrics] for row in rows_of(run)[:2]]
    session.desk.pause(0)
    while (view := session.desk.view(view.version, 30)).shown != 0:
        pass
    assert view.step == 0 and view.epoch == 2
    assert trained(session, 1).inside == []
    whole = session.desk.view().rows
    begun(session, features=("x", "x2"), dropout=0.2, batch_size=8)
    assert trained(session, 3).rows == whole


def test_a_table_has_features_too_and_equal_metrics(tmp_path: Path, fit: Fit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lines = [f"{'' if row % 6 == 0 else row % 31},{row * 1.5 % 17:.1f},w,{'abc'[row % 3]}" for row in range(60)]
    path = tmp_path / "t.csv"
    path.write_text("\n".join(["age,fare,word,y", *lines, ""]))
    made = Session(of_table(path, None))
    made.start()
    try:
        begun(made, features=("x", "x2", "sin_y"), hidden=(4,))
        view = trained(made, 2)
        assert view.scene["axes"] == ["age", "fare"] and view.scene["classes"] == ["a", "b", "c"]
        inputs = view.scene["layers"][0]
        assert inputs["names"] == ["x", "x2", "sin_y", "no age"]
        assert sum(len(rows) for rows in view.scene["points"].values()) == 50
        assert_equal_to_fit(view, compose.text(made.base, view.settings, view.epoch), fit)
    finally:
        made.close()


def test_pictures_are_what_the_units_compute(session: Session) -> None:
    view = begun(session, kind="xor", hidden=(2,), features=("x", "xy"))
    x, y = np.meshgrid(np.linspace(-6, 6, GRID), np.linspace(6, -6, GRID))
    inputs = np.stack([x, x * y], axis=-1)
    kernels = [np.array(kernel) for kernel in view.pictures["kernels"]]
    hidden = np.tanh(inputs @ kernels[0])
    wanted = [[inputs[..., i] for i in range(2)], [hidden[..., i] for i in range(2)]]
    whole, small = picture(view.pictures["plane"]["value"]), picture(view.pictures["units"][2][0])
    assert small.tolist() == whole[::STEP, ::STEP].tolist()
    for units, expected in zip(view.pictures["units"][:2], wanted, strict=True):
        for text, values in zip(units, expected, strict=True):
            half = values[::STEP, ::STEP]
            assert np.abs(picture(text) - half / np.abs(half).max()).max() < 0.01
    output = 1 / (1 + np.exp(-(hidden @ kernels[1])[..., 0]))
    assert np.abs(picture(view.pictures["plane"]["value"]) - (2 * output - 1)).max() < 0.01


def picture(text: str) -> np.ndarray:
    """(side, side) from -1 to 1."""
    values = np.frombuffer(base64.b64decode(text), "uint8")
    side = math.isqrt(len(values))
    return (values.reshape(side, side) - 127.5) / 127.5


def test_an_earlier_epoch_is_shown_and_the_training_goes_on_from_the_last(session: Session) -> None:
    begun(session, seed=5)
    first = session.desk.view().pictures["kernels"]
    whole = trained(session, 3).rows
    begun(session, seed=5)
    trained(session, 2)
    session.desk.pause(0)
    view = session.desk.view()
    while view.shown != 0:
        view = session.desk.view(view.version, 5)
    assert view.pictures["kernels"] == first and view.epoch == 2
    assert trained(session, 1).rows == whole


def test_a_loss_that_is_not_finite_is_said_and_other_settings_train(session: Session) -> None:
    begun(session, kind="reg_plane", activation="linear", features=("x", "x2"), learning_rate=100.0)
    session.desk.go_on()
    view = until(session, "failed")
    assert view.message.startswith("the training diverged in epoch 1") and "learning_rate" in view.help
    assert begun(session).message == ""


def test_a_running_training_goes_on_with_new_settings_and_only_one_trains(session: Session) -> None:
    view = begun(session)
    session.desk.go_on()
    until(session, "running", epoch=2)
    for seed in range(8):
        session.restart(view.settings.model_copy(update={"seed": seed}))
    view = until(session, "running", epoch=2, run=view.run + 1)
    while view.settings.seed != 7:
        view = session.desk.view(view.version, 5)
    assert until(session, "running", epoch=2, run=view.run).settings.seed == 7
    session.desk.pause()


def test_a_training_that_no_page_looks_at_pauses(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    begun(session)
    monkeypatch.setattr(desk, "IDLE_SECONDS", 0.2)
    session.desk.go_on()
    end = time.monotonic() + 30
    while session.desk.now.status != "paused" or session.desk.now.epoch == 0:
        assert time.monotonic() < end
        if session.desk.now.status == "paused":  # on a busy machine before the first epoch
            session.desk.go_on()
        time.sleep(0.05)


def test_invalid_settings_are_refused_and_the_training_stays(session: Session) -> None:
    before = begun(session)
    with pytest.raises(ConfigError, match="none_such"):
        session.restart(before.settings.model_copy(update={"activation": "none_such"}))
    assert session.desk.view().run == before.run


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("iris", "`iris` has 4 inputs"),
        ("{table: {path: t.csv, target: y}}", "`table` has 3 inputs of which not all are numbers"),
    ],
)
def test_a_config_that_is_not_of_two_inputs_is_refused(tmp_path: Path, data: str, message: str) -> None:
    (tmp_path / "t.csv").write_text(
        "".join(["a,b,c,y\n", *(f"{n},{n % 7},{'pq'[n % 2]},{n % 2}\n" for n in range(40))])
    )
    config = tmp_path / "c.yaml"
    config.write_text(f"data: {data}\nmodel: [Dense: {{units: 4, activation: relu}}]\n")
    with pytest.raises(ConfigError, match=message):
        data_of(load(config))


def test_layers_of_a_config_that_have_no_control_are_shown(tmp_path: Path) -> None:
    config = tmp_path / "c.yaml"
    model = "[Dense: 20, BatchNormalization, ReLU, Dropout: 0.1, Dense: {units: 1, activation: sigmoid}]"
    config.write_text(f"data: {{toy_2d: {{kind: moons, size: 60}}}}\nmodel: {model}\n")
    found = load(config)
    assert found.known is not None
    made = Session(base_of(found, found.known))
    made.start()
    try:
        view = until(made, "paused")
        assert [(each["units"], each["shown"]) for each in view.scene["layers"]] == [(2, 2), (20, 16), (1, 1)]
        assert trained(made, 1).epoch == 1
        json.dumps(view.pictures, allow_nan=False)
    finally:
        made.close()


def test_snapshots_become_fewer_as_a_training_becomes_longer() -> None:
    kept = Snapshots()
    for epoch in range(5 * MOST):
        kept.add(epoch, lambda epoch=epoch: [np.array([epoch])])  # type: ignore[misc]
    assert kept.every == 8
    assert kept.at(100) == (96, [np.array([96])]) and kept.at(10**6)[0] == 5 * MOST - 8
    assert kept.at(0)[0] == 0
