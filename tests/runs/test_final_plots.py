"""The plots that are drawn at the end of a training."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.plots import learning_curves
from nntrain.terminal import Terminal
from tests.conftest import Trained

pytestmark = pytest.mark.usefixtures("shared_programs")


def test_a_plot_that_fails_is_a_warning_and_the_results_are_there(
    fit: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(*_: object) -> bytes:
        raise RuntimeError("no glyph\nfor it")

    monkeypatch.setattr(learning_curves, "draw", fail)
    run = fit("data: iris\nmodel: [Dense: 3]\ntrain: {epochs: 1}\n", plots=True)
    assert run.read_json("summary.json")["metrics"]["test"]
    assert [path.name for path in (run.path / "plots").iterdir()] == ["confusion_matrix.png"]
    log = run.read_log()
    warned = log.index("warning: cannot draw plots/learning_curves.png: no glyph\\nfor it")
    assert any(line.startswith("final test on 30 rows") for line in log[:warned]), "the result is shown before plots"


@pytest.mark.parametrize(
    ("assignment", "marked"),
    [("train.save=best", True), ("train.save=last", False), ("data.iris.validation=none", False)],
)
def test_the_last_epoch_is_not_marked_as_the_best(
    assignment: str, marked: bool, fit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw, drawn = learning_curves.draw, []
    monkeypatch.setattr(learning_curves, "draw", lambda options, format: drawn.append(options) or draw(options))
    fit("data: iris\nmodel: [Dense: 3]\ntrain: {epochs: 2}\n", assignment, plots=True)
    assert [options.best_epoch in options.epochs for options in drawn] == [marked]


def test_many_classes_get_their_most_frequent_mistakes_in_place_of_the_matrix(fit: Any, tmp_path: Path) -> None:
    classes, rows = 61, np.random.default_rng(0).normal(size=(61 * 8, 2)).astype("float32")
    np.savez(tmp_path / "many.npz", x=rows, y=np.repeat(np.arange(classes), 8))
    data = f"npz_file: {{path: {tmp_path}/many.npz}}"
    text = f"data: {{{data}}}\nmodel: [Dense: {{units: 4, activation: relu}}]\ntrain: {{epochs: 1}}\n"
    run = fit(text, plots=True)
    assert {path.name for path in (run.path / "plots").iterdir()} == {"confused_pairs.png", "learning_curves.png"}


def test_a_regression_gets_its_predictions_against_the_true_values(trained: Trained) -> None:
    names = {path.name for path in (trained("plane").path / "plots").iterdir()}
    assert names == {"predicted_against_true.png", "learning_curves.png"}


@pytest.mark.trains
def test_no_plots_are_drawn_where_none_are_wanted(tmp_path: Path) -> None:
    from nntrain.cli.requests import Fit

    config = tmp_path / "net.yaml"
    config.write_text("data: iris\nmodel: [{Dense: 3}]\ntrain: {epochs: 1}\n")
    wanted = {"config": str(config), "runs_dir": tmp_path, "no_report": True, "no_doctor": True, "device": "cpu"}
    Fit(**wanted, no_plots=True).run(Terminal(quiet=True))
    assert not (tmp_path / "net" / "plots").exists()
    Fit(**wanted, seeds="2", name="group").run(Terminal(quiet=True))
    of_group = {path.name for path in (tmp_path / "group" / "plots").iterdir()}
    assert of_group == {"compared_curves.png", "spread.png"}
    assert not (tmp_path / "group" / "seed-1" / "plots").exists()
