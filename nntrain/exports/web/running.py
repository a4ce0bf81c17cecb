"""Runs the page of an export, and reads what it predicts."""

from pathlib import Path

import numpy as np

from nntrain.exports.cells import Cells
from nntrain.exports.exported_run import ExportedRun
from nntrain.exports.formats import Answers
from nntrain.exports.web import engine

_PRODUCTS = 3_000_000_000  # of an input and a weight that all rows may take together, half a minute


def answers(exported: ExportedRun, page: Path, folder: Path) -> Answers:
    """Return what the page says of the texts of a table, else of numbers; of fewer rows where the model is large.

    folder: for temporary files.
    """
    most, table = max(10, _PRODUCTS // max(1, exported.products)), exported.saved.table
    if table is None:
        expected = exported.expected[:most]
        rows = exported.rows.x[:most].reshape(len(expected), -1).tolist()
    else:
        cells = Cells.of(exported, table).first(most)
        rows, expected = cells.rows, cells.predictions(exported, folder).outputs
    found, runtime = engine.answers(page, rows, table is not None, folder)
    classes = [each["best"] for each in found] if exported.saved.resolved.schema.classes else None
    return Answers(np.array([each["scores"] for each in found], "float64"), expected, runtime, classes)
