import numpy as np

from nntrain.evaluation.plane import POINTS, _leads
from nntrain.evaluation.saved_run import SavedRun
from nntrain.subject import read
from tests.conftest import Trained


def test_the_grid_covers_all_rows_and_is_predicted_as_they_are(trained: Trained) -> None:
    run = SavedRun(read(trained("moons")))
    plane = run.plane()
    every = np.concatenate([split.x[:] for split in run.data.splits.values()])
    assert (plane.low < every.min(axis=0)).all() and (plane.high > every.max(axis=0)).all()
    found, sure, leads = plane.predicted(run.scorer)
    assert found.shape == sure.shape == (POINTS, POINTS)
    corner = run.scorer.outputs(np.array([[plane.high[0], plane.low[1]]], "float32"))
    assert found[0, -1] == run.scorer.classes(corner)[0]
    assert sure[0, -1] == np.float32(2 * corner.max() - 1)
    assert leads.shape == (POINTS, POINTS, 2) and (leads[..., 0] == -leads[..., 1]).all()
    assert ((leads[..., 1] > 0) == (found == 1)).all()


def test_a_number_is_as_sure_as_any_other(trained: Trained) -> None:
    run = SavedRun(read(trained("plane")))
    found, sure, leads = run.plane().predicted(run.scorer)
    assert (sure == 1).all() and np.isfinite(found).all() and leads.shape == (POINTS, POINTS, 0)


def test_a_lead_is_over_the_best_of_the_other_classes() -> None:
    scores = np.array([[0.5, 0.25, 0.25], [0.125, 0.375, 0.5], [0.5, 0.5, 0.0]])
    assert _leads(scores).tolist() == [[0.25, -0.25, -0.25], [-0.375, -0.125, 0.125], [0.0, 0.0, -0.5]]
