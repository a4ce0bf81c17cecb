"""The table that `nntrain predict` writes."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from nntrain.data.csv_header import is_number
from nntrain.training.scorer import Scorer

Columns = Sequence[tuple[str, Sequence[str]]]


@dataclass(frozen=True)
class Predictions:
    """A row for each example, in the order of the file.

    input: the name and the cells of each column of the input. classes: (n,) the most probable class of each example;
    empty for a regression. outputs: (n, columns) float32, by the names in `columns`. notes: on how the file differs
    from the one that was trained on.
    """

    input: Columns
    classes: Sequence[str]
    columns: Sequence[str]
    outputs: np.ndarray
    notes: Sequence[str] = ()

    @classmethod
    def of(cls, scorer: Scorer, outputs: np.ndarray, input: Columns = (), notes: Sequence[str] = ()) -> "Predictions":
        """Return the predictions for outputs of (n, classes) or (n, targets) float32."""
        resolved = scorer.resolved
        schema, kind = resolved.schema, "probability" if resolved.are_probabilities else "score"
        if not schema.classes:
            columns = list(schema.targets) or [f"prediction_{index + 1}" for index in range(outputs.shape[1])]
            return cls(input, (), columns, outputs, notes)
        classes = [schema.classes[index] for index in scorer.classes(outputs)]
        return cls(input, classes, [f"{kind}_{name}" for name in schema.classes], outputs, notes)

    def __len__(self) -> int:
        return len(self.outputs)

    def renamed(self, file: str, name: str) -> "Predictions":
        """Return the predictions with another name for a file."""
        renamed = [(column, [name if cell == file else cell for cell in cells]) for column, cells in self.input]
        return replace(self, input=renamed, notes=[note.replace(f"`{file}`", f"`{name}`") for note in self.notes])

    @property
    def names(self) -> list[str]:
        """The names of all columns; a name that the input has too begins with `predicted_`."""
        own = [*(["class"] if self.classes else []), *self.columns]
        given = [name for name, _ in self.input]
        return [*given, *(f"predicted_{name}" if name in given else name for name in own)]

    def rows(self) -> Iterator[list[Any]]:
        """Yield the cells of each row: texts, then numbers."""
        leading = [*(cells for _, cells in self.input), *([self.classes] if self.classes else [])]
        for index, row in enumerate(self.outputs.tolist()):
            yield [*(column[index] for column in leading), *row]

    def __str__(self) -> str:
        """Return the table as CSV."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(map(_safe, self.names))
        writer.writerows([f"{c:.7g}" if isinstance(c, float) else _safe(c) for c in row] for row in self.rows())
        return text.getvalue()


def _safe(text: str) -> str:
    """Return the text as a cell that no spreadsheet runs as a formula; a number and a lone sign are none."""
    runs = text[:1] in ("=", "+", "-", "@", "\t", "\r") and text[1:] and not is_number(text)
    return f"'{text}" if runs else text
