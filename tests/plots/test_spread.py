from math import nan
from typing import Any

from nntrain.evaluation.saved_run import SavedRun
from nntrain.plots import spread as plot
from nntrain.plots.spread import Options
from nntrain.subject import read
from tests.conftest import Write


def test_the_scores_of_a_group(write: Write, pixels: Any) -> None:
    metrics = [{"test": {"loss": 0.1 * n, "accuracy": None if n == 2 else 0.9}} for n in (1, 2, 3)]
    found = {"mean": 0.2, "sd": 0.1, "low": 0.1, "high": 0.3, "count": 3}
    unknown = {"mean": None, "sd": None, "low": None, "high": None, "count": 3}
    summary = {
        "kind": "seeds",
        "runs": {f"seed-{n}": {"metrics": each} for n, each in enumerate(metrics)},
        "statistics": {"test": {"loss": found, "accuracy": unknown}},
    }
    directory = write("group", summary=summary, group={"kind": "seeds", "members": {"seed-0": {"data": "iris"}}})
    subject = read(directory)
    assert plot.lacks(subject) == ""
    options = plot.of(SavedRun(subject))
    assert options.values == {"loss": {"test": [0.1, 0.2, 0.1 * 3]}, "accuracy": {"test": [0.9, 0.9]}}
    pixels(plot.draw(options))


def test_a_single_run_and_many_metrics(pixels: Any) -> None:
    values = {f"metric {n}": {"train": [0.5], "test": [nan]} for n in range(9)}
    intervals = {name: {"train": (0.5, nan, nan), "test": (nan, nan, nan)} for name in values}
    pixels(plot.draw(Options(values, intervals, "folds", "a group")))


def test_no_dot_is_on_another() -> None:
    assert plot._levels([1, 1, 2, 1.005, 1], 0.01) == [0, 1, 0, 3, 2]
    assert plot._levels([0.5, 0.5], 1.0) == [0, 1] and plot._levels([], 1.0) == []
