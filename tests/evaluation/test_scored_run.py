from typing import Any

import numpy as np

from nntrain.evaluation.saved_run import SavedRun
from nntrain.evaluation.scored_run import TrainedRun
from nntrain.subject import read
from tests.conftest import Trained


def test_a_training_that_has_just_ended_is_drawn_as_the_run_on_the_disk(trained: Trained) -> None:
    saved: Any = SavedRun(read(trained("iris")))
    run = TrainedRun(saved.subject, saved.data, saved.scorer)
    assert run.title == saved.title and np.array_equal(run.outputs, saved.outputs)
