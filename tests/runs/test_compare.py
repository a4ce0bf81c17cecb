"""Runs side by side."""

import math
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nntrain.errors import ConfigError
from nntrain.runs.compare import Comparison, Contender, compare
from nntrain.storage import run_files
from nntrain.storage.find_runs import Group
from nntrain.storage.run_dir import RunDir
from tests.conftest import Fit, Trained

pytestmark = pytest.mark.usefixtures("shared_programs")

MOONS = """
data: {toy_2d: {kind: moons, size: 100, noise: 0.1}}
model: [{Dense: {units: 4, activation: tanh}}]
train: {epochs: %d, optimizer: {SGD: {learning_rate: 0.001}}}
"""


@pytest.fixture(scope="module")
def short(fit: Fit) -> RunDir:
    return fit(MOONS % 1, name="short")


def copied(run: RunDir, folder: Path, name: str) -> RunDir:
    return RunDir(Path(shutil.copytree(run.path, folder / name)))


def made(name: str, each: list[float], members: tuple[str, ...] = (), data: str = "same") -> Contender:
    return Contender(name, RunDir(Path(name)), {}, {"loss": 1.0}, "validation", np.array(each), members, data=data)


def test_two_runs_have_their_differences_and_scores(short: RunDir, trained: Trained) -> None:
    other = trained("moons")
    found = compare([short, other])
    assert found.paths == ["train.epochs", "train.optimizer"]
    assert found.metrics == ["loss", "accuracy"]
    assert list(found.notes) == []
    for one in found.contenders:
        assert one.split == "validation"
        assert one.metrics == pytest.approx(one.place.read_json(run_files.SUMMARY)["metrics"]["validation"])
        assert one.score == pytest.approx(one.metrics["accuracy"])
        assert one.interval[0] <= one.score <= one.interval[1]
        assert (one.parameters, len(one.curves[0])) == (17, one.epochs)
    assert found.contenders[0].score >= found.contenders[1].score
    assert math.isnan(found.p_value(found.contenders[0]))
    assert 0 < found.p_value(found.contenders[1]) <= 1


def test_a_regression_is_ordered_by_its_error(trained: Trained, tmp_path: Path) -> None:
    run = trained("plane")
    found = compare([run, copied(run, tmp_path, "twin")])
    assert not found.is_accuracy
    assert found.paths == []
    assert found.p_value(found.contenders[1]) == 1.0


def test_a_group_is_the_mean_of_its_runs(short: RunDir, trained: Trained, tmp_path: Path) -> None:
    for name, run in (("seed-1", short), ("seed-2", trained("moons"))):
        copied(run, tmp_path, name)
    first, second = (compare([RunDir(tmp_path / name), short]).contenders for name in ("seed-1", "seed-2"))
    group = next(one for one in compare([Group(tmp_path), short]).contenders if one.members)
    scores = [next(one.score for one in each if one.name.startswith("seed-")) for each in (first, second)]
    assert group.members == ("seed-1", "seed-2")
    assert group.score == pytest.approx(np.mean(scores))
    assert len(group.curves) == 2


def test_other_data_are_said_and_not_tested(trained: Trained) -> None:
    found = compare([trained("moons"), trained("iris")])
    assert "the data differ" in next(found.notes)
    assert math.isnan(found.p_value(found.contenders[1]))
    assert "not all have the metrics `AUC`" in " ".join(found.notes) or found.metrics == ["loss", "accuracy"]


def test_classes_and_numbers_have_no_score_in_common(trained: Trained) -> None:
    with pytest.raises(ConfigError, match="`moons` predicts classes and `plane` numbers"):
        compare([trained("moons"), trained("plane")])


@pytest.mark.parametrize("missing", [(run_files.MODEL,), (run_files.MODEL, run_files.SUMMARY, run_files.ENVIRONMENT)])
def test_a_run_without_a_model_shows_its_last_epoch(missing: tuple[str, ...], trained: Trained, tmp_path: Path) -> None:
    run = copied(trained("moons"), tmp_path, "killed")
    for name in missing:
        (run.path / name).unlink()
    found = compare([run, trained("moons")])
    killed = found.contenders[-1]
    assert (killed.name, killed.each, math.isnan(killed.interval[0])) == ("killed", None, True)
    assert killed.metrics == {name: pytest.approx(float(value)) for name, value in last_row(run).items()}
    assert any(note.startswith("killed: ") for note in found.notes)


def last_row(run: RunDir) -> dict[str, str]:
    return {name[4:]: cell for name, cell in run.read_rows()[-1].items() if name.startswith("val_")}


@pytest.mark.parametrize(
    ("one", "other", "is_accuracy", "expected"),
    [
        # McNemar, exact: 6 rows only the first has right, 0 only the other: 2 / 2^6
        (made("a", [1] * 10), made("b", [1] * 4 + [0] * 6), True, 2 / 64),
        (made("a", [1, 0]), made("b", [0, 1]), True, 1.0),
        (made("a", [0.5] * 9), made("b", [0.5] * 9), False, 1.0),
        # Student's paired test of the differences 0.1, 0.2, 0.3: t = 2 √3, 2 degrees of freedom
        (made("a", [0.9, 0.9, 0.9], ("x", "y", "z")), made("b", [0.8, 0.7, 0.6], ("x", "y", "z")), True, 0.0741799),
        (made("a", [0.9] * 3, ("x", "y", "z")), made("b", [0.8] * 3, ("u", "v", "w")), True, math.nan),
        (made("a", [0.9] * 3), made("b", [0.8] * 3, data="other"), True, math.nan),
        (made("a", [0.9] * 3), made("b", [0.8] * 4), True, math.nan),
    ],
)
def test_the_test_fits_what_is_compared(one: Contender, other: Contender, is_accuracy: bool, expected: float) -> None:
    found = Comparison((one, other), is_accuracy).p_value(other)
    assert found == pytest.approx(expected, abs=1e-6, nan_ok=True)


def test_paired_errors_are_tested_by_permutation() -> None:
    """All of 12 differences have one sign: 2 of the 2^12 ways to flip the signs are as far from 0."""
    one = made("a", [0.1 * index for index in range(12)])
    other = made("b", [0.1 * index + 1 + 0.01 * index for index in range(12)])
    assert Comparison((one, other), False).p_value(other) < 0.01


def test_options_of_what_differs_are_left_out() -> None:
    settings = [{"train.optimizer": "SGD", "train.optimizer.SGD.momentum": 0.9, "x": 1}, {"train.optimizer": "Adam"}]
    contenders = tuple(Contender(str(index), RunDir(Path()), each) for index, each in enumerate(settings))
    assert Comparison(contenders, True).paths == ["train.optimizer", "x"]


def test_an_option_that_one_lacks_is_shown_and_not_the_name_above_it() -> None:
    settings = [{"train.optimizer": "SGD"}, {"train.optimizer": "SGD", "train.optimizer.SGD": "learning_rate"}]
    settings[1]["train.optimizer.SGD.learning_rate"] = "0.1"
    contenders = tuple(Contender(str(index), RunDir(Path()), each) for index, each in enumerate(settings))
    assert Comparison(contenders, True).paths == ["train.optimizer.SGD.learning_rate"]


def test_a_run_without_metrics_takes_none_from_the_others_and_unknown_data_are_not_other_ones() -> None:
    scored = replace(made("scored", [1.0, 0.0]), metrics={"loss": 0.5, "accuracy": 0.5})
    begun = replace(made("begun", [], data=""), metrics={}, each=None, remark="its model was not kept")
    found = Comparison((scored, begun), is_accuracy=True)
    assert found.metrics == ["loss", "accuracy"]
    assert list(found.notes) == ["begun: its model was not kept"]
    assert math.isnan(found.p_value(begun))
