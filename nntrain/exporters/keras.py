"""The file of Keras."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nntrain.exports.formats import Format

if TYPE_CHECKING:
    from nntrain.exports.agreement import Answers
    from nntrain.exports.subject import Subject


@dataclass(frozen=True)
class Options(Format):
    """A `.keras` file, which Keras 3 loads; it needs `import nntrain.keras` only for layers of nntrain."""

    file = "model.keras"
    usage = """```python
import keras
import nntrain.keras  # only where the model has layers of nntrain

model = keras.models.load_model("model.keras")
outputs = model.predict(rows)
```"""


def export(options: Options, subject: "Subject", folder: Path) -> "Answers":
    """Copy the model of the run, and load it with plain Keras."""
    import shutil

    import keras
    import numpy as np

    from nntrain.exports.agreement import Answers
    from nntrain.storage import run_files

    file = folder / Options.file
    with subject.run_dir.open(run_files.MODEL) as saved, file.open("wb") as written:
        shutil.copyfileobj(saved, written)
    model = keras.models.load_model(file)
    outputs = np.asarray(model(np.asarray(subject.rows.x, "float32"), training=False))
    return Answers(subject.scores(outputs), subject.expected, f"Keras {keras.__version__}")
