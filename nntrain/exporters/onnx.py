"""An ONNX file."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nntrain.exports.formats import Answers, Format

if TYPE_CHECKING:
    from nntrain.exports.exported_run import ExportedRun


@dataclass(frozen=True)
class Options(Format):
    """A file for ONNX Runtime and others, which need neither TensorFlow nor nntrain."""

    file = "model.onnx"
    packages = ("tf2onnx", "onnx", "onnxruntime")
    extra = "onnx"
    usage = """```python
import onnxruntime

session = onnxruntime.InferenceSession("model.onnx")
[outputs] = session.run(["y"], {"x": rows})
```"""


def export(options: Options, exported: "ExportedRun", folder: Path) -> Answers:
    """Convert the model, and run it with ONNX Runtime alone. Raises ConfigError for a layer that it cannot hold."""
    from nntrain.exports.onnx_model import CONVERTER

    return CONVERTER.convert(exported, options, folder / Options.file)
