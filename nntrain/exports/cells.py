"""Rows of a table as the texts of their cells, for the formats that take raw rows."""

import csv
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from nntrain.config.table import Column, Table
from nntrain.data.csv_text import CsvTable
from nntrain.data.table_file import Form, form_like
from nntrain.data.table_formats import text_rows
from nntrain.data.table_pieces import pieces
from nntrain.evaluation.predict import PredictOptions, predict_file
from nntrain.evaluation.predictions import Predictions
from nntrain.exports.exported_run import ROWS, ExportedRun

_UNSEEN = "a category that no row has"


@dataclass(frozen=True)
class Cells:
    """Rows of texts, a cell for each column of a table."""

    table: Table
    rows: list[list[str]]

    @classmethod
    def of(cls, exported: ExportedRun, table: Table) -> "Cells":
        """Return rows of the file of the run, or of its data where these came from no file.

        Where the model takes missing values, a row without a cell and one of unseen categories follow; the first row
        that has a cell ends them, because rows without one at the end of a file are no rows.
        """
        path = getattr(exported.saved.resolved.experiment.data, "path", None)
        rows = _in_file(table, Path(path)) if path else _in_matrix(table, np.asarray(exported.rows.x))
        if exported.saved.resolved.takes_missing:
            last = next((row for row in rows if any(row)), [])
            odd = [["" for _ in table.columns], [_unseen(column) for column in table.columns], last]
            rows = [*rows[: ROWS - len(odd)], *odd]
        return cls(table, rows)

    def first(self, most: int) -> "Cells":
        """Return so many rows, 3 at least where there are more; the last ones are kept, which may lack cells."""
        kept = self.rows if len(self.rows) <= most else [*self.rows[: max(0, most - 3)], *self.rows[-3:]]
        return Cells(self.table, kept)

    def write(self, file: Path) -> None:
        """Write them as a file like that of the training, in UTF-8."""
        with file.open("w", encoding="utf-8", newline="") as opened:
            writer = csv.writer(opened, delimiter=self.table.separator)
            writer.writerow([column.name for column in self.table.columns])
            writer.writerows(self.rows)

    def predictions(self, exported: ExportedRun, folder: Path) -> Predictions:
        """Return what `predict` gives for them, from a file in the folder."""
        file = folder / "rows.csv"
        self.write(file)
        return predict_file(exported.saved, exported.scorer, file, PredictOptions(every_row=True))


def _in_file(table: Table, path: Path) -> list[list[str]]:
    """Return the first rows of a table in any format."""
    file = CsvTable(path)
    form = form_like(file, Form(table.separator, table.decimal))
    piece = next(iter(pieces(file, form)))
    header, *rows = islice(text_rows(piece.table, form), ROWS + 1)
    places = [header.index(column.name) for column in table.columns]
    return [[row[place] for place in places] for row in rows]


def _in_matrix(table: Table, x: np.ndarray) -> list[list[str]]:
    """Return rows of numbers as texts: a source without a file has no other columns."""
    return [[_text(value, table.decimal) for value in row] for row in x]


def _text(value: np.float32, decimal: str) -> str:
    return "" if np.isnan(value) else repr(float(value)).replace(".", decimal)


def _unseen(column: Column) -> str:
    return _UNSEEN if column.kind == "category" else ""
