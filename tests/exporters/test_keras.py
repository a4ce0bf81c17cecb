import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from nntrain.evaluation.evaluate import same_data
from nntrain.exporters import keras
from nntrain.exports.agreement import largest_difference
from nntrain.exports.exported_run import ExportedRun


def test_plain_keras_predicts_the_same(people: Any, tmp_path: Path) -> None:
    subject = ExportedRun.of(people, same_data(people))
    answers = keras.export(keras.Options(), subject, tmp_path)
    assert largest_difference(answers.found, answers.expected) < 1e-6
    assert (tmp_path / "model.keras").read_bytes() == people.model.read_bytes()
    np.save(tmp_path / "rows.npy", subject.rows.x)
    code = f"{keras.Options.usage.splitlines()[1]}\nimport nntrain.keras, numpy as np\nrows = np.load('rows.npy')\n"
    code += "\n".join(keras.Options.usage.splitlines()[4:-1]) + "\nnp.save('outputs.npy', outputs)"
    environment = {"PYTHONPATH": str(Path(__file__).parents[2]), "PATH": "/usr/bin:/bin", "TF_CPP_MIN_LOG_LEVEL": "3"}
    words = [sys.executable, "-c", code]
    done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert largest_difference(subject.scores(np.load(tmp_path / "outputs.npy")), subject.expected) < 1e-6
