"""A folder with a short program."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nntrain.exports.formats import Answers, Format

if TYPE_CHECKING:
    from nntrain.exports.exported_run import ExportedRun


@dataclass(frozen=True)
class Options(Format):
    """A program of 150 lines that predicts the rows of a CSV file with ONNX Runtime and NumPy alone."""

    file = "predict.py"
    packages = ("tf2onnx", "onnx", "onnxruntime")
    extra = "onnx"
    raw = False
    usage = """```console
$ pip install numpy onnxruntime
$ python predict.py rows.csv > predictions.csv
```

`rows.csv` is a table with the columns of the training, in UTF-8; `,`, `;`, `|` or tabs separate its cells. Without a
table it is an .npz file with an array `x`."""


def export(options: Options, exported: "ExportedRun", folder: Path) -> Answers:
    """Convert the model, copy the program, and run it on the raw rows of a table, else on an array.

    Raises ConfigError for a layer that ONNX cannot hold, and NNTrainError where the program fails.
    """
    from nntrain.exports.script import running

    running.write(exported, options, folder)
    with tempfile.TemporaryDirectory(prefix="nntrain-") as temporary:
        return running.answers(exported, folder / Options.file, Path(temporary))
