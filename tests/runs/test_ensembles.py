"""`train.ensemble`: members from other seeds, one after another or as one, and their mean as the model of the run."""

import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import nntrain.keras  # noqa: F401  # for plain Keras
from nntrain.canvas import NothingToDraw
from nntrain.cli.requests import Fit, Resume
from nntrain.config.load import load
from nntrain.data.dataset import load_data
from nntrain.errors import ConfigError, NNTrainError, Stopped
from nntrain.evaluation.evaluate import evaluate
from nntrain.evaluation.saved_run import SavedRun
from nntrain.model.restore import load_model
from nntrain.plots import kernels, weight_histograms
from nntrain.report.page import page
from nntrain.runs import ensembles, reproduce
from nntrain.storage import run_files
from nntrain.storage.run_dir import RunDir
from nntrain.subject import read
from nntrain.terminal import Terminal
from nntrain.training.run_context import RunContext
from nntrain.training.scorer import Scorer
from nntrain.training.signals import StopRequest

TEXT = """
seed: 7
data: {toy_2d: {kind: moons, size: 120, noise: 0.3}}
model:
  - BatchNormalization
  - Dense: {units: 4, activation: tanh, kernel_regularizer: {L2: 1e-2}}
  - Dropout: 0.2
  - Dense: {units: 1, activation: sigmoid}
  - DecisionThreshold: balanced_accuracy
train:
  epochs: 3
  ensemble: 3
  callbacks: [{EarlyStopping: {patience: 1}}]
"""
QUIET = Terminal(quiet=True)
Train = Callable[..., RunDir]


@pytest.fixture(scope="module")
def train(tmp_path_factory: pytest.TempPathFactory, programs: Any) -> Train:
    """Trains the config; with `stack` the members as one. A later training has the programs of an earlier one."""

    def trained(stack: bool, **context: Any) -> RunDir:
        folder = tmp_path_factory.mktemp("net")
        (folder / "net.yaml").write_text(TEXT)
        asked = RunContext(programs, stack=stack, plots=False, report=False, **context)
        return ensembles.fit(load(str(folder / "net.yaml")), folder / "runs", "net", QUIET, asked).run_dir

    return trained


@pytest.fixture(scope="module")
def run(train: Train) -> RunDir:
    """Trained one after another."""
    return train(stack=False)


@pytest.fixture(scope="module")
def stacked(train: Train) -> RunDir:
    """Trained as one."""
    return train(stack=True)


def members(run: RunDir) -> list[RunDir]:
    return [RunDir(run.path / f"member-{number}") for number in (1, 2, 3)]


@pytest.mark.parametrize("which", ["run", "stacked"])
def test_the_model_predicts_the_mean_of_the_members(which: str, request: pytest.FixtureRequest) -> None:
    run = request.getfixturevalue(which)
    x = load_data(load(run.path / run_files.RESOLVED)).train.x
    each = [np.asarray(load_model(member).model(x, training=False)) for member in members(run)]
    assert not np.allclose(each[0], each[1])
    saved = load_model(run)
    np.testing.assert_allclose(saved.model(x, training=False), np.mean(each, axis=0), atol=1e-6)
    plain = keras.models.load_model(run.model)
    np.testing.assert_array_equal(plain(x, training=False), saved.model(x, training=False))
    assert [layer.name for layer in plain.layers] == ["ensemble", "decision_threshold"]


def test_the_metrics_are_those_of_the_mean_and_the_threshold_is_chosen_by_it(run: RunDir) -> None:
    summary = run.read_json(run_files.SUMMARY)
    assert summary["metrics"]["test"] == pytest.approx(evaluate(run, "test").metrics)
    saved, data = load_model(run), load_data(load(run.path / run_files.RESOLVED))
    assert data.validation is not None
    scorer, threshold = Scorer.restored(saved), saved.model.layers[-1].threshold
    kept = float(threshold.numpy()[0])
    scorer.choose_threshold(data.validation)
    assert float(threshold.numpy()[0]) == kept
    outputs = scorer.outputs(data.train.x)[:, 1]
    entropy = -np.mean(np.log(np.where(data.train.y == 1, outputs, 1 - outputs)))
    assert summary["metrics"]["train"]["loss"] == pytest.approx(entropy, rel=1e-4)  # without penalties


@pytest.mark.parametrize("which", ["run", "stacked"])
def test_each_member_is_an_ordinary_run_from_the_next_seed(which: str, request: pytest.FixtureRequest) -> None:
    run = request.getfixturevalue(which)
    summary = run.read_json(run_files.SUMMARY)
    assert [each["seed"] for each in summary["members"].values()] == [7, 1007, 2007]
    for member, seed in zip(members(run), (7, 1007, 2007), strict=True):
        experiment = load(member.path / run_files.RESOLVED).experiment
        assert (experiment.seed, experiment.train.ensemble) == (seed, None)
        assert "test" not in member.read_json(run_files.SUMMARY)["metrics"]  # it is scored once, by the ensemble
    again = load(run.path / run_files.RESOLVED).experiment
    assert (again.seed, again.train.ensemble) == (7, 3)


def test_metrics_csv_has_the_mean_over_the_members_that_trained_so_long(run: RunDir) -> None:
    rows, of_members = run.read_rows(), [member.read_rows() for member in members(run)]
    assert [int(row["epoch"]) for row in rows] == list(range(1, 1 + max(map(len, of_members))))
    for number, row in enumerate(rows):
        there = [float(each[number]["val_loss"]) for each in of_members if len(each) > number]
        assert float(row["val_loss"]) == pytest.approx(np.mean(there))


def test_a_stopped_ensemble_is_resumed_to_the_same_bits(run: RunDir, train: Train, tmp_path: Path) -> None:
    begun: list[StopRequest] = []

    @contextmanager
    def second_stops() -> Iterator[StopRequest]:
        begun.append(StopRequest())
        if len(begun) == 2:
            begun[-1].ask(signal.SIGTERM)
        yield begun[-1]

    with pytest.raises(Stopped) as raised:
        train(stack=False, watch=second_stops)
    place = RunDir(Path(str(raised.value.problems[0].help).split("`")[1].split()[-1]))
    assert "nntrain resume" in str(raised.value.problems[0].help) and place.path.name == "net"
    assert not place.model.exists() and not (place.path / "member-3").exists()
    shutil.copytree(place.path, tmp_path / "moved")
    resumed = RunDir(tmp_path / "moved")
    assert ensembles.resume_run(resumed, False, QUIET, RunContext(plots=False, report=False)) is not None
    assert ensembles.resume_run(resumed, False, QUIET) is None
    for ours, theirs in zip(load_model(run).model.weights, load_model(resumed).model.weights, strict=True):
        np.testing.assert_array_equal(ours.numpy(), theirs.numpy())


def test_it_is_reproduced(stacked: RunDir) -> None:
    assert reproduce.repeat(stacked) == ""


def test_a_member_that_fails_is_named_and_leaves_no_model(tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text(
        "data: {toy_2d: {kind: reg_plane, size: 60}}\nmodel: [{Dense: {units: 1}}]\n"
        "train: {epochs: 9, ensemble: 2, optimizer: {SGD: {learning_rate: 1e9}}}\n"
    )
    with pytest.raises(NNTrainError, match="member-1 failed: "):
        ensembles.fit(load(str(tmp_path / "net.yaml")), tmp_path / "runs", "net", QUIET, RunContext(report=False))
    assert not (tmp_path / "runs" / "net" / run_files.MODEL).exists()
    assert RunDir(tmp_path / "runs" / "net").read_json(run_files.ENVIRONMENT)["exit_status"] == 1


@pytest.mark.parametrize(
    ("change", "asked", "message"),
    [
        ("ensemble: 1", {}, "`ensemble` must be at least 2, got `1`"),
        ("ensemble: many", {}, "`ensemble` must be a whole number, got `many`"),
        ("ensemble: 3\n  on_disease: stop", {}, "`on_disease: stop` is for one network, and `ensemble` trains 3"),
        ("ensemble: 3", {"workers": "a:1,b:1", "worker": 0}, "several workers train one run at a time"),
    ],
)
def test_what_an_ensemble_cannot_be(tmp_path: Path, change: str, asked: dict[str, Any], message: str) -> None:
    (tmp_path / "net.yaml").write_text(TEXT.replace("ensemble: 3", change))
    with pytest.raises(ConfigError, match=message):
        Fit(config=str(tmp_path / "net.yaml"), runs_dir=tmp_path / "runs", device="cpu", **asked).run(QUIET)
    assert not (tmp_path / "runs").exists()


def test_plots_of_weights_are_those_of_the_members(run: RunDir) -> None:
    for plot in (kernels, weight_histograms):
        with pytest.raises(
            NothingToDraw, match=rf"in its members: `nntrain plot {run.path.name}/member-1 {plot.__name__[14:]}`"
        ):
            plot.of(SavedRun(read(run)))


def test_the_page_of_an_ensemble_says_what_it_is_the_mean_of(run: RunDir) -> None:
    assert "The mean of 3 networks, each a model of 5 layers (" in page([read(run)])


def test_several_workers_do_not_resume_one(run: RunDir) -> None:
    asked = {"runs_dir": run.path.parent, "device": "cpu", "workers": "a:1,b:1", "worker": 0}
    with pytest.raises(ConfigError, match="several workers train one run at a time"):
        Resume(name="net", **asked).run(QUIET)


def test_a_fault_of_the_doctor_loses_no_result(train: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nntrain.doctor.checkup.after", lambda *_: 1 / 0)
    found = train(stack=True)
    assert found.read_json(run_files.ENVIRONMENT)["exit_status"] == 0 and found.model.is_file()


def test_members_of_another_kind_are_no_summary(run: RunDir, tmp_path: Path) -> None:
    shutil.copytree(run.path, tmp_path / "net")
    copy = RunDir(tmp_path / "net")
    copy.write_json(run_files.SUMMARY, {**copy.read_json(run_files.SUMMARY), "members": 3})
    with pytest.raises(NNTrainError, match="has an invalid `members`"):
        copy.read_json(run_files.SUMMARY)
