"""An ONNX file."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nntrain.exports.formats import Format

if TYPE_CHECKING:
    from nntrain.exports.agreement import Answers
    from nntrain.exports.subject import Subject


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


def export(options: Options, subject: "Subject", folder: Path) -> "Answers":
    """Convert the model, and run it with ONNX Runtime alone. Raises ConfigError for a layer that it cannot hold."""
    from nntrain.exports import onnx_model
    from nntrain.exports.converting import Converter

    converter = Converter(onnx_model.write, onnx_model.write, "onnx_runtime")
    return converter.convert(subject, options, folder / Options.file)
