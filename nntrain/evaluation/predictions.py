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
    from the one that was trained on. spread: (n, columns), the standard deviation of sampled outputs, or None. top: how
    many classes are listed, the most probable first, in place of all; 0 for all. done: the share of the file.
    """

    input: Columns
    classes: Sequence[str]
    columns: Sequence[str]
    outputs: np.ndarray
    notes: Sequence[str] = ()
    spread: np.ndarray | None = None
    top: int = 0
    done: float = 1.0

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

    def followed_by(self, others: Sequence["Predictions"]) -> "Predictions":
        """Return these rows and those of the others, which have the same columns."""
        if not others:
            return self
        every = [self, *others]
        columns = zip(*(each.input for each in every), strict=True)  # the parts of each
        joined = [(parts[0][0], [cell for _, cells in parts for cell in cells]) for parts in columns]
        return replace(
            self,
            input=joined,
            classes=[name for each in every for name in each.classes],
            outputs=np.concatenate([each.outputs for each in every]),
            spread=None if self.spread is None else np.concatenate([each.spread for each in every]),
        )

    @property
    def names(self) -> list[str]:
        """The names of all columns; a name that the input has too begins with `predicted_`."""
        own = [*(["class"] if self.classes else []), *self._output_names()]
        given = [name for name, _ in self.input]
        return [*given, *(f"predicted_{name}" if name in given else name for name in own)]

    def rows(self) -> Iterator[list[Any]]:
        """Yield the cells of each row: texts, then numbers."""
        leading = [*(cells for _, cells in self.input), *([self.classes] if self.classes else [])]
        spread = self.outputs if self.spread is None else self.spread
        for index, (row, around) in enumerate(zip(self.outputs.tolist(), spread.tolist(), strict=True)):
            yield [*(column[index] for column in leading), *self._output_cells(row, around)]

    def __str__(self) -> str:
        """Return the table as CSV."""
        return self.as_csv()

    def as_csv(self, header: bool = True) -> str:
        """Return the rows as CSV. Numbers have seven significant digits; no text runs in a spreadsheet."""
        text = io.StringIO()
        rows = csv.writer(text, lineterminator="\n")
        if header:
            rows.writerow(map(_safe, self.names))
        rows.writerows([f"{c:.7g}" if isinstance(c, float) else _safe(c) for c in row] for row in self.rows())
        return text.getvalue()

    @property
    def _kind(self) -> str:
        """What the numbers of classes are: `probability` or `score`."""
        return self.columns[0].partition("_")[0]

    def _output_names(self) -> list[str]:
        has_spread = self.spread is not None
        if not self.top:
            return [*self.columns, *(f"spread_{self._name(column)}" for column in self.columns if has_spread)]
        one = ["class", self._kind, *(["spread"] if has_spread else [])]
        return [f"{name}_{place + 1}" for place in range(self.top) for name in one]

    def _name(self, column: str) -> str:
        return column.removeprefix(f"{self._kind}_") if self.classes else column

    def _output_cells(self, row: list[float], around: list[float]) -> list[Any]:
        has_spread = self.spread is not None
        if not self.top:
            return [*row, *(around if has_spread else [])]
        best = sorted(range(len(row)), key=lambda index: -row[index])[: self.top]
        spread = [[around[index]] if has_spread else [] for index in best]
        named = zip(best, spread, strict=True)
        return [cell for index, more in named for cell in (self._name(self.columns[index]), row[index], *more)]


def _safe(text: str) -> str:
    """Return the text as a cell that no spreadsheet runs as a formula; a number and a lone sign are none."""
    runs = text[:1] in ("=", "+", "-", "@", "\t", "\r") and text[1:] and not is_number(text)
    return f"'{text}" if runs else text
