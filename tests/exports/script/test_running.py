from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.errors import NNTrainError
from nntrain.evaluation.evaluate import same_data
from nntrain.exports.exported_run import ExportedRun
from nntrain.exports.script.running import answers

PROGRAM = "import sys, numpy as np\nprint('class,probability_negative,probability_positive')\n"
PROGRAM += "for row in np.load(sys.argv[1])['x']:\n    print('positive,0.25,0.75')\n"


def test_what_a_program_prints_are_scores_and_classes(trained: Any, tmp_path: Path) -> None:
    subject = ExportedRun.of(trained("moons"), same_data(trained("moons")))
    (tmp_path / "predict.py").write_text(PROGRAM)
    subject.saved.__dict__["table"] = None
    found = answers(subject, tmp_path / "predict.py", tmp_path)
    np.testing.assert_array_equal(found.found, [[0.25, 0.75]] * 80)
    assert found.classes == [1] * 80
    (tmp_path / "predict.py").write_text("import sys\nsys.exit('error: no such model')")
    with pytest.raises(NNTrainError, match="the program does not run: error: no such model"):
        answers(subject, tmp_path / "predict.py", tmp_path)
