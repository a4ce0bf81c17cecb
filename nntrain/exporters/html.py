"""A page for a browser."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nntrain.exports.formats import Answers, Format
from nntrain.exports.web import engine

if TYPE_CHECKING:
    from nntrain.exports.subject import Subject

_PRODUCTS = 3_000_000_000  # of an input and a weight that all rows may take together, half a minute


@dataclass(frozen=True)
class Options(Format):
    """One page that runs the model in a browser, offline: a form for columns, a drop zone and a pad for images."""

    file = "index.html"
    raw = False
    usage = "Open `index.html` in a browser. It needs no server and no network, and sends nothing."

    def refuse_missing(self) -> None:
        """Raise MissingPackage where nothing runs JavaScript, to check the page with."""
        engine.refuse_missing()


def export(options: Options, subject: "Subject", folder: Path) -> Answers:
    """Write the page, and run its JavaScript on rows: on the texts of a table, else on numbers."""
    import numpy as np

    from nntrain.exports.cells import Cells
    from nntrain.exports.web.page import page

    file = folder / Options.file
    file.write_text(page(subject), encoding="utf-8")
    most = max(10, _PRODUCTS // max(1, subject.products))
    with tempfile.TemporaryDirectory(prefix="nntrain-") as temporary:
        if subject.saved.table is None:
            expected = subject.expected[:most]
            rows = subject.rows.x[:most].reshape(len(expected), -1).tolist()
        else:
            cells = Cells.of(subject, subject.saved.table).first(most)
            rows, expected = cells.rows, cells.predictions(subject, Path(temporary)).outputs
        found, runtime = engine.answers(file, rows, subject.saved.table is not None, Path(temporary))
    classes = [each["best"] for each in found] if subject.saved.resolved.schema.classes else None
    return Answers(np.array([each["scores"] for each in found], "float64"), expected, runtime, classes)
