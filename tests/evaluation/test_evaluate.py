"""`eval` gives the metrics that the training ended with, or says why it cannot."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.config.load import load
from nntrain.data.dataset import Dataset, load_data
from nntrain.errors import ConfigError, DataError, Diverged
from nntrain.evaluation.evaluate import Evaluation, evaluate
from nntrain.model.restore import load_model
from nntrain.runs import experiment
from nntrain.runs.experiment import Training
from nntrain.storage import run_files
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal
from nntrain.training.prepare import prepare
from nntrain.training.scorer import Scorer

Trained = Callable[[str], RunDir]
KEYS = ["split", "rows", "figures", "score", "value", "interval", "classes", "confusion"]
KEYS += ["mistakes", "baselines", "regression", "metric_classes", "class_intervals", "regression_intervals"]
KEYS += ["figure_intervals", "importance"]


def data_of(run: RunDir) -> Dataset:
    return load_data(load(run.path / run_files.RESOLVED))


@pytest.fixture(scope="module")
def scored(trained: Trained) -> Callable[[str], tuple[Evaluation, Scorer]]:
    """The evaluation of the default split of a run, and a scorer of it."""

    @cache
    def found(name: str) -> tuple[Evaluation, Scorer]:
        run = trained(name)
        return evaluate(run, None, with_baselines=False), Scorer.restored(load_model(run))

    return found


@pytest.mark.parametrize("name", ["iris", "moons", "smooth", "plane"])
def test_the_metrics_are_those_of_summary_json(trained: Trained, scored: Any, name: str) -> None:
    run, (found, scorer) = trained(name), scored(name)
    summary = run.read_json(run_files.SUMMARY)
    assert (found.split, found.rows) == ("test", summary["rows"]["test"])
    assert found.metrics == summary["metrics"]["test"]
    metrics = {name: scorer.evaluate(split) for name, split in data_of(run).splits.items()}
    assert metrics == summary["metrics"] and list(metrics) == ["train", "validation", "test"]


def test_eval_in_a_fresh_process_prints_the_same_metrics_as_json(trained: Trained, forked: Any) -> None:
    run = trained("iris")
    done = forked(run.path.parent.parent, "eval", "iris", "--json", "--split", "validation")
    assert (done.returncode, done.stderr) == (0, "")
    (line,) = done.stdout.splitlines()
    printed = json.loads(line)
    assert list(printed) == ["version", "event", "run", *KEYS]
    assert printed["version"] == 1 and printed["event"] == "eval" and printed["split"] == "validation"
    assert printed["figures"] == run.read_json(run_files.SUMMARY)["metrics"]["validation"]


@pytest.mark.parametrize("name", ["iris", "moons", "smooth"])
def test_predictions_sum_to_one_and_agree_with_accuracy_and_confusion_matrix(
    trained: Trained, scored: Any, name: str
) -> None:
    (found, scorer), split = scored(name), data_of(trained(name)).test
    assert split is not None and found.split == "test"
    outputs = scorer.outputs(split.x)
    classes = len(scorer.resolved.schema.classes)
    assert outputs.shape == (len(split), classes)
    assert outputs.sum(axis=1) == pytest.approx(1, abs=1e-6) and outputs.min() >= 0
    counted = np.zeros((classes, classes), int)
    for true, row in zip(split.y, outputs, strict=True):
        counted[true, row.argmax()] += 1
    assert found.confusion is not None and (found.confusion == counted).all()
    share = np.trace(counted) / counted.sum()
    assert found.value == share == pytest.approx(found.metrics["accuracy"], abs=1e-6)
    assert found.interval[0] <= share <= found.interval[1]
    assert [score.support for score in found.classes] == counted.sum(axis=1).tolist()


def test_a_regression_is_scored_as_scikit_learn_scores_it(trained: Trained) -> None:
    from sklearn.metrics import mean_absolute_error, r2_score

    run = trained("plane")
    split = data_of(run).test
    assert split is not None
    predicted = Scorer.restored(load_model(run)).outputs(split.x)
    found = evaluate(run, "test", with_baselines=True)
    assert predicted.shape == (20, 1) and found.confusion is None and found.classes == []
    assert found.metrics["mean_absolute_error"] == pytest.approx(mean_absolute_error(split.y, predicted), abs=1e-6)
    assert found.regression["r2_score"] == pytest.approx(r2_score(split.y, predicted), abs=1e-6)
    assert found.metrics["r2_score"] == pytest.approx(found.regression["r2_score"], abs=1e-4)
    assert [baseline.name for baseline in found.baselines][:2] == ["mean", "linear regression"]
    assert found.baselines[1].score > 0.99
    (regression, (title, _, rows)) = found.tables("plane")
    assert [row[:2] for row in regression[2]] == [list(pair) for pair in found.regression.items()]
    assert all(low <= found.regression[name] <= high for name, (low, high) in found.regression_intervals.items())
    assert title == "baselines on the test split" and rows[0][:2] == ["plane", found.regression["r2_score"]]


def test_data_that_changed_after_the_run_are_refused(fit: Any, tmp_path: Path) -> None:
    table = tmp_path / "points.csv"
    lines = ["u,v,side", *(f"{i % 5},{i % 3},{'left' if i % 2 else 'right'}" for i in range(60))]
    table.write_text("\n".join(lines) + "\n")
    text = f"data: {{table: {{path: {table}, target: side}}}}\nmodel: [{{Dense: 2}}]\ntrain: {{epochs: 1}}\n"
    run = fit(text)
    assert evaluate(run, None, with_baselines=False).rows == 12
    table.write_text("\n".join([lines[0], "4,2,left", *lines[2:]]) + "\n")
    with pytest.raises(DataError, match="the data are not those that .* was trained on") as raised:
        evaluate(run, None, with_baselines=False)
    assert raised.value.exit_code == 4
    table.unlink()
    with pytest.raises(DataError, match="there is no file"):
        evaluate(run, None, with_baselines=False)


def test_a_missing_split_is_an_error_that_names_another(fit: Any) -> None:
    text = "data: {toy_2d: {kind: moons, size: 40, validation: none, test: none}}\nmodel: [{Dense: 2}]\n"
    run = fit(text + "train: {epochs: 1}\n")
    assert evaluate(run, None, with_baselines=False).split == "train"
    with pytest.raises(ConfigError, match="the run has no test split") as raised:
        evaluate(run, "test", with_baselines=False)
    assert raised.value.problems[0].help == "use `--split train`" and raised.value.exit_code == 2


def test_the_last_good_model_of_a_diverged_run_can_be_scored(tmp_path: Path) -> None:
    rate = "{PiecewiseConstantDecay: {boundaries: [3], values: [0.01, 1.0e+38]}}"
    config = tmp_path / "wild.yaml"
    config.write_text(
        "data: {toy_2d: {kind: reg_plane, size: 100}}\n"
        "model: [{Dense: {units: 4, activation: relu}}, {Dense: 1}]\n"
        f"train: {{epochs: 9, optimizer: {{SGD: {{learning_rate: {rate}}}}}}}\n"
    )
    run = RunDir.create(tmp_path, "wild")
    with pytest.raises(Diverged):
        experiment.run(Training(prepare(load(config)), run, Terminal(quiet=True)))
    expected = run.read_json(run_files.SUMMARY)["metrics"]["test"]
    assert evaluate(run, "test", with_baselines=False).metrics == expected
