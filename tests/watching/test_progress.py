import pytest

from nntrain.subject import read
from nntrain.watching.progress import Progress
from tests.conftest import Trained, Write


def rows(count: int) -> list[dict[str, float | None]]:
    return [
        {"epoch": n, "seconds": 50.0 if n == 1 else 2.0, "loss": 1 / n, "val_loss": abs(n - 3) + 0.5}
        for n in range(1, count + 1)
    ]


def test_the_headline_has_the_best_epoch_and_the_time_left() -> None:
    progress = Progress("net", "running", rows(10), 40, "val_loss", "min")
    assert progress.headline() == "net, running, epoch 10/40, best val_loss 0.5000 (epoch 3), 1:00 left"
    assert Progress("net", "running", rows(10), 40, "loss", "max").best == (1, 1.0)
    assert progress.last_row() == "loss 0.1000  val_loss 7.5000"


@pytest.mark.parametrize("state", ["all epochs are done", "killed before it ended"])
def test_what_does_not_run_has_no_time_left(state: str) -> None:
    progress = Progress("net", state, rows(3), 40)
    assert progress.seconds_left is None and not progress.is_running
    assert ("nntrain resume net" in progress.headline()) is state.startswith("killed")


def test_a_training_without_an_epoch_or_a_finite_value() -> None:
    assert Progress("net", "running", ()).lines(60, 20) == ["net, running, epoch 0", ""]
    found = Progress("net", "running", [{"epoch": 1, "seconds": 1.0, "loss": None}], 5).lines(60, 20)
    assert found[2:] == ["loss: no finite value"]


@pytest.mark.parametrize(("height", "charts"), [(24, 2), (10, 1), (3, 1)])
def test_the_lines_fit_the_terminal(height: int, charts: int) -> None:
    every = [{**row, "accuracy": 0.5, "val_accuracy": 0.4} for row in rows(30)]
    found = Progress("net", "running", every, 40).lines(60, height)
    assert max(map(len, found)) <= 75 and len(found) <= max(height, 6)
    assert sum("validation (dots: training)" in line for line in found) == charts


def test_a_real_run_has_its_planned_epochs_and_what_it_monitors(trained: Trained) -> None:
    progress = Progress.of(read(trained("iris")))
    assert (progress.epochs, progress.monitor, progress.mode) == (6, "val_accuracy", "max")
    assert progress.best is not None and progress.best[0] == read(trained("iris")).summary["best_epoch"]


def test_a_run_whose_config_is_damaged(write: Write) -> None:
    assert Progress.of(read(write(resolved="data: ["))).epochs == 0
