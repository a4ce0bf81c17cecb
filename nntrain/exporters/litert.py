"""A file of LiteRT, which was TensorFlow Lite."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nntrain.exports.formats import Answers, Format

if TYPE_CHECKING:
    from nntrain.exports.exported_run import ExportedRun


@dataclass(frozen=True)
class Options(Format):
    """A small file for phones and boards; `--precision float16`, `dynamic` or `int8` make it smaller still."""

    precisions = ("float32", "float16", "dynamic", "int8")
    file = "model.tflite"
    packages = ("ai_edge_litert",)
    extra = "litert"
    usage = """```python
from ai_edge_litert.interpreter import Interpreter

interpreter = Interpreter("model.tflite")
[x], [y] = interpreter.get_input_details(), interpreter.get_output_details()
interpreter.resize_tensor_input(x["index"], rows.shape)
interpreter.allocate_tensors()
interpreter.set_tensor(x["index"], rows)
interpreter.invoke()
outputs = interpreter.get_tensor(y["index"])
```"""


def export(options: Options, exported: "ExportedRun", folder: Path) -> Answers:
    """Convert the model, and run it with LiteRT alone. Raises ConfigError for a layer that it cannot hold."""
    from nntrain.exports.litert_model import converter

    calibration = exported.calibration if options.precision == "int8" else None
    return converter(options.precision, calibration).convert(exported, options, folder / Options.file)
