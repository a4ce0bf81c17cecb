"""The claims in the headers of shipped configs, in a short form: which training beats which."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

CONFIGS = Path(__file__).parents[2] / "configs"


@pytest.fixture(scope="module")
def metrics(in_process: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Trains a shipped config and returns its metrics by split."""
    folder = tmp_path_factory.mktemp("claims")

    def of(config: str, *assignments: str) -> dict[str, dict[str, float]]:
        options = [word for assignment in assignments for word in ("--set", assignment)]
        quiet = ("--no-report", "--no-doctor", "--no-plots", "-q", "--device", "cpu", "--name", "net")
        shutil.rmtree(folder / "runs", ignore_errors=True)
        done = in_process(folder, "fit", str(CONFIGS / config), *options, *quiet)
        assert done.returncode == 0, done.stderr
        summary = json.loads((folder / "runs" / "net" / "summary.json").read_text())
        return dict(summary["metrics"])

    return of


def test_the_perceptron_learns_and_and_or_but_never_xor(metrics: Any) -> None:
    found = [metrics(f"perceptron/{name}.yaml")["train"]["accuracy"] for name in ("and", "or", "xor")]
    assert found[:2] == [1.0, 1.0]
    assert found[2] < 1


def test_without_a_penalty_the_rows_are_learned_by_heart_and_the_test_loss_is_larger(metrics: Any) -> None:
    kept = metrics("kth/overfitting.yaml")
    norm = metrics("kth/overfitting.yaml", "train.regularizer={L2Norm: 0.01}")
    assert kept["train"]["accuracy"] == 1.0
    assert norm["test"]["loss"] < 0.75 * kept["test"]["loss"]


def test_the_error_of_an_approximation_falls_with_the_width(metrics: Any) -> None:
    few, many = (metrics("approximator/width.yaml", f"model.0.Dense.units={units}") for units in (2, 32))
    assert many["train"]["mean_absolute_error"] < few["train"]["mean_absolute_error"] / 2
