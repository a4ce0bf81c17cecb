"""Writes the program of an export, runs it, and reads what it predicts."""

import csv
import io
import shutil
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np

from nntrain.errors import NNTrainError
from nntrain.exports.cells import Cells
from nntrain.exports.exported_run import ExportedRun
from nntrain.exports.formats import Answers, Format
from nntrain.exports.onnx_model import CONVERTER
from nntrain.exports.other_process import CannotRun, run

_MODEL = "model.onnx"  # which the program reads


def write(exported: ExportedRun, options: Format, folder: Path) -> None:
    """Convert the model, and copy the program. Raises ConfigError for a layer that ONNX cannot hold."""
    CONVERTER.convert(exported, options, folder / _MODEL)
    with as_file(files("nntrain.exports.script").joinpath(options.file)) as program:
        shutil.copyfile(program, folder / options.file)


def answers(exported: ExportedRun, program: Path, folder: Path) -> Answers:
    """Return what the program says of the rows of a table as they are in its file, else of an array.

    folder: for temporary files. Raises NNTrainError where the program fails.
    """
    table = exported.saved.table
    if table is None:
        rows, expected = folder / "rows.npz", exported.expected
        np.savez(rows, x=np.asarray(exported.rows.x))
    else:
        rows, expected = folder / "rows.csv", Cells.of(exported, table).predictions(exported, folder).outputs
    try:
        said = run([str(program), str(rows)])
    except CannotRun as error:
        help = "this is a fault of nntrain: report it with resolved.yaml"
        raise NNTrainError(f"the program does not run: {error}", help=help) from None
    header, *lines = csv.reader(io.StringIO(said))
    names = exported.saved.resolved.schema.classes
    first = int(bool(names))
    found = np.array([[float(cell) for cell in line[first:]] for line in lines]).reshape(
        len(lines), len(header) - first
    )
    classes = [names.index(line[0]) for line in lines] if names else None
    return Answers(found, expected, "predict.py", classes)
