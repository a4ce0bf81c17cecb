from nntrain.evaluation.saved_run import SavedRun
from nntrain.subject import read
from tests.conftest import Trained


def test_the_weights_of_the_best_epoch_are_those_of_the_saved_model(trained: Trained) -> None:
    run = SavedRun(read(trained("moons")))
    found = dict(run.weights_by_epoch(36))
    assert list(found) == [0, 1, 2]
    saved = run.scorer.program.model.get_weights()
    best = found[run.subject.summary["best_epoch"]]
    assert all((one == other).all() for one, other in zip(saved, best, strict=True))


def test_of_many_epochs_the_first_ones_are_closer_together(trained: Trained) -> None:
    run = SavedRun(read(trained("iris")))
    assert [epoch for epoch, _ in run.weights_by_epoch(4)] == [0, 1, 3, 6]
