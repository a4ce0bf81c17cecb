"""A regression is trained on a target without units, and everything else is in its own units."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.errors import ConfigError
from nntrain.model.target_normalization import LogLink, TargetNormalization

Prepare = Callable[..., Any]

NET = """
seed: 1
data: {npz_file: {path: numbers.npz, validation: 0.2, test: none}}
model:
  - Dense: {units: 6, activation: tanh}
  - Dense: 2
  - TargetNormalization
train: {epochs: 3, optimizer: {SGD: {learning_rate: 0.05}}, metrics: [mae]}
"""


@pytest.fixture
def numbers(tmp_path: Path) -> None:
    """Two targets in very different units, of which the second is far from 0."""
    random = np.random.default_rng(0)
    x = random.normal(size=(80, 3)).astype("float32")
    y = np.stack([x[:, 0] * 1e-3, 2000 + 50 * x[:, 1]], axis=1)
    np.savez(tmp_path / "numbers.npz", x=x, y=y)
    np.savez(tmp_path / "standard.npz", x=x, y=y)


def test_predictions_have_the_units_of_the_target_and_the_loss_has_none(prepare: Prepare, numbers: None) -> None:
    net = prepare(NET)
    y, validation = net.data.train.y, net.data.validation
    layer = net.model.layers[-1]
    assert np.asarray(layer.mean) == pytest.approx(y.mean(axis=0), rel=1e-5)
    assert np.asarray(layer.deviation) == pytest.approx(y.std(axis=0), rel=1e-5)
    row = net.fit().rows[-1]
    predicted = np.asarray(net.model(validation.x))
    assert row["val_mean_absolute_error"] == pytest.approx(np.abs(predicted - validation.y).mean(), rel=1e-4)
    standardized = (predicted - validation.y) / y.std(axis=0)
    assert row["val_loss"] == pytest.approx((standardized**2).mean(), rel=1e-3)
    assert row["val_loss"] < 1.5


def test_the_network_trains_as_on_targets_that_are_standardized_by_hand(
    prepare: Prepare, numbers: None, tmp_path: Path
) -> None:
    net = prepare(NET)
    net.fit()
    everything = np.load(tmp_path / "numbers.npz")
    y = (everything["y"] - np.asarray(net.model.layers[-1].mean)) / np.asarray(net.model.layers[-1].deviation)
    np.savez(tmp_path / "numbers.npz", x=everything["x"], y=y)
    by_hand = prepare(NET.replace("  - TargetNormalization\n", ""))
    by_hand.fit()
    for ours, theirs in zip(net.model.layers[1].weights, by_hand.model.layers[1].weights, strict=True):
        assert ours.numpy() == pytest.approx(theirs.numpy(), abs=2e-3)


def test_a_constant_target_is_not_scaled() -> None:
    layer = TargetNormalization()
    layer.build((None, 1))
    layer.adapt(np.full((5, 1), 7, "float32"))
    assert np.asarray(layer(np.float32([[0.5]]))).tolist() == [[7.5]]


def test_a_restored_model_has_its_units_and_its_loss(fit: Any, tmp_path: Path) -> None:
    from nntrain.model.restore import load_model
    from nntrain.training.scorer import Scorer

    text = "data: {toy_2d: {kind: reg_plane, size: 60}}\nmodel: [{Dense: 1}, TargetNormalization]\ntrain: {epochs: 2}\n"
    run = fit(text, name="units")
    saved = load_model(run)
    from nntrain.data.dataset import load

    found = Scorer.restored(saved).evaluate(load(saved.resolved.experiment.data).test)
    assert found == run.read_json("summary.json", "metrics")["metrics"]["test"]


COUNTS = """
seed: 1
data: {table: {path: visits.csv, target: visits, task: counts}}
model: [{Dense: {units: 6, activation: tanh}}]
train: {epochs: 12, optimizer: {Adam: {learning_rate: 0.03}}, metrics: [poisson_deviance], save: last}
"""


@pytest.fixture
def visits(tmp_path: Path) -> Path:
    """A count whose logarithm is a line of a number, and depends on a category."""
    random = np.random.default_rng(0)
    rows = [(float(x), group) for x, group in zip(random.normal(size=300), random.choice(list("ab"), 300), strict=True)]
    counts = random.poisson([50 * np.exp(x / 2 + (group == "b")) for x, group in rows])
    lines = [f"{x:.3f},{group},{count}" for (x, group), count in zip(rows, counts, strict=True)]
    (tmp_path / "visits.csv").write_text("\n".join(["x,group,visits", *lines]) + "\n")
    return tmp_path / "visits.csv"


def test_counts_are_trained_by_the_poisson_loss_of_their_multiples_of_the_mean(
    prepare: Prepare, visits: Path, tmp_path: Path
) -> None:
    net = prepare(COUNTS)
    y, validation = net.data.train.y, net.data.validation
    assert [type(layer).__name__ for layer in net.model.layers] == ["TableEncoding", "Dense", "Dense", "LogLink"]
    assert np.asarray(net.model.layers[-1].mean) == pytest.approx(y.mean(axis=0), rel=1e-6)
    row = net.fit().rows[-1]
    predicted = np.asarray(net.model(validation.x))
    times, share = validation.y / y.mean(), predicted / y.mean()
    assert row["val_loss"] == pytest.approx((share - times * np.log(share)).mean(), rel=1e-4)
    surprise = validation.y * np.log(np.maximum(validation.y, 1) / predicted)
    deviance = 2 * (surprise - validation.y + predicted).mean()
    assert row["val_poisson_deviance"] == pytest.approx(deviance, rel=1e-3)
    assert deviance < 5  # 50 of the mean; 1 where only chance is left


def test_a_run_of_counts_is_scored_as_counts_and_its_resolved_config_trains_it_again(fit: Any, visits: Path) -> None:
    from sklearn.metrics import d2_tweedie_score, mean_poisson_deviance

    from nntrain.evaluation.evaluate import evaluate

    text = COUNTS.replace("visits.csv", str(visits)).replace("epochs: 12", "epochs: 2")
    run = fit(text, name="counts")
    assert run.read_json("model.json", "counts")["counts"] is True
    again = fit(run.read_text("resolved.yaml"), name="again")
    assert again.read_text("resolved.yaml") == run.read_text("resolved.yaml")
    found = evaluate(run, "test", with_baselines=True)
    assert found.metrics == evaluate(again, "test").metrics
    from nntrain.data.dataset import load
    from nntrain.model.restore import load_model
    from nntrain.training.scorer import Scorer

    saved = load_model(run)
    assert saved.resolved.schema.task == "counts"
    split = load(saved.resolved.experiment.data).test
    assert split is not None
    predicted = Scorer.restored(saved).outputs(split.x)
    assert found.regression["poisson_deviance"] == pytest.approx(mean_poisson_deviance(split.y, predicted), rel=1e-6)
    assert found.regression["d2_score"] == pytest.approx(d2_tweedie_score(split.y, predicted, power=1), rel=1e-6)
    assert all(low <= found.regression[name] <= high for name, (low, high) in found.regression_intervals.items())
    (_, columns, rows) = found.tables("counts")[-1]
    assert columns[1] == "D²" and rows[0][1] == found.regression["d2_score"]
    names = ["mean", "Poisson regression", "scikit-learn MLPRegressor", "histogram gradient boosting"]
    assert [each.name for each in found.baselines] == names
    assert found.baselines[1].score > 0.9  # it is the model of these data


def test_a_link_that_cannot_reach_the_targets_is_refused_at_its_layer(prepare: Prepare) -> None:
    with pytest.raises(ConfigError) as caught:
        prepare("data: {toy_2d: {kind: reg_plane, size: 60}}\nmodel: [{Dense: 1}, LogLink]\n")
    [problem] = caught.value.problems
    assert "`LogLink` predicts numbers above 0, and the targets go down to -" in problem.message
    assert (problem.path, problem.help) == (("model", 1, "LogLink"), "write `TargetNormalization`")


def test_the_link_goes_on_as_a_line_and_a_target_without_a_count_is_not_scaled() -> None:
    layer = LogLink()
    layer.build((None, 2))
    layer.adapt(np.float32([[0, 1], [0, 3]]))
    end = np.log(3 / 2)
    assert (np.asarray(layer.mean).tolist(), np.asarray(layer.end)) == ([1, 2], pytest.approx([0, end]))
    found = np.asarray(layer(np.float32([[0, -1], [-2, end], [1e4, end + 1e4]])))
    assert found == pytest.approx(np.float32([[1, 2 / np.e], [np.exp(-2), 3], [1e4 + 1, 3 * (1e4 + 1)]]), rel=1e-5)
