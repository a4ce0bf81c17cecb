"""The file of Keras."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nntrain.config import plugin
from nntrain.exports.formats import Answers, Format
from nntrain.storage import run_files

if TYPE_CHECKING:
    from nntrain.exports.exported_run import ExportedRun


@dataclass(frozen=True)
class Options(Format):
    """A `.keras` file, which Keras 3 loads; it needs `import nntrain.keras` only for layers of nntrain.

    The files of plug-ins are beside it: their classes go to `load_model` as `custom_objects={"Name": Name}`.
    """

    file = "model.keras"
    usage = """```python
import keras
import nntrain.keras  # only where the model has layers of nntrain

model = keras.models.load_model("model.keras")  # custom_objects={"Name": Name} for a class of a plug-in
outputs = model.predict(rows)
```"""


def export(options: Options, exported: "ExportedRun", folder: Path) -> Answers:
    """Copy the model of the run and the plug-ins that it needs, and load it with plain Keras."""
    import keras
    import numpy as np

    file = folder / Options.file
    with exported.run_dir.open(run_files.MODEL) as saved, file.open("wb") as written:
        shutil.copyfileobj(saved, written)
    own: dict[str, Any] = {}
    for each in plugin.in_use():
        (folder / each.file.name).write_bytes(each.file.content)
        own |= {name: value for name, value in vars(each.module).items() if isinstance(value, type)}
    model = keras.models.load_model(file, custom_objects=own)
    outputs = np.asarray(model(np.asarray(exported.rows.x, "float32"), training=False))
    return Answers(exported.scores(outputs), exported.expected, f"Keras {keras.__version__}")
