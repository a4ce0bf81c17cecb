"""TensorFlow's SavedModel."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nntrain.backend import stderr_dropped
from nntrain.exports.formats import Answers, Format

if TYPE_CHECKING:
    from nntrain.exports.exported_run import ExportedRun


@dataclass(frozen=True)
class Options(Format):
    """A folder that TensorFlow loads without nntrain or Keras, such as TensorFlow Serving."""

    file = "saved_model"
    usage = """```python
import tensorflow as tf

model = tf.saved_model.load("saved_model")
outputs = model.serve(rows)  # float32
```"""


def export(options: Options, exported: "ExportedRun", folder: Path) -> Answers:
    """Write the model at inference: what Keras itself would write keeps augmentation and dropout on."""
    import keras
    import numpy as np
    import tensorflow as tf

    model, path = exported.saved.model, str(folder / Options.file)

    def serve(x: Any) -> Any:
        return model(x, training=False)

    archive = keras.export.ExportArchive()
    archive.track(model)
    archive.add_endpoint("serve", serve, input_signature=[tf.TensorSpec([None, *model.input_shape[1:]], name="x")])
    with stderr_dropped():
        archive.write_out(path, verbose=False)
    loaded = tf.saved_model.load(path)
    outputs = np.asarray(loaded.serve(np.asarray(exported.rows.x, "float32")))
    return Answers(exported.scores(outputs), exported.expected, f"TensorFlow {tf.__version__}")
