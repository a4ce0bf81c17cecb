"""Runs the page of an export, and reads what it predicts."""

from pathlib import Path

import numpy as np

from nntrain.exports.cells import Cells
from nntrain.exports.formats import Answers
from nntrain.exports.subject import Subject
from nntrain.exports.web import engine

_PRODUCTS = 3_000_000_000  # of an input and a weight that all rows may take together, half a minute


def answers(subject: Subject, page: Path, folder: Path) -> Answers:
    """Return what the page says of the texts of a table, else of numbers; of fewer rows where the model is large.

    folder: for temporary files.
    """
    most, table = max(10, _PRODUCTS // max(1, subject.products)), subject.saved.table
    if table is None:
        expected = subject.expected[:most]
        rows = subject.rows.x[:most].reshape(len(expected), -1).tolist()
    else:
        cells = Cells.of(subject, table).first(most)
        rows, expected = cells.rows, cells.predictions(subject, folder).outputs
    found, runtime = engine.answers(page, rows, table is not None, folder)
    classes = [each["best"] for each in found] if subject.saved.resolved.schema.classes else None
    return Answers(np.array([each["scores"] for each in found], "float64"), expected, runtime, classes)
