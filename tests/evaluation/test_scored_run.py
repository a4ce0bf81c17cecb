import subprocess
import sys
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


def test_it_reads_no_tables() -> None:
    code = "import sys; from nntrain import backend; backend.start('cpu'); import nntrain.evaluation.scored_run; "
    code += "print('pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n", "the plots at the end of `fit` would wait for it"
