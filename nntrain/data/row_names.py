"""How people call a row of the data: by its number, by a cell of it, or by the file of an image."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath

import numpy as np

from nntrain.data.raw_table import Words
from nntrain.nearest import nearest

MOST = 100_000  # names among which the nearest one is looked for


@dataclass(frozen=True)
class RowNames:
    """What the rows of one file, or of one folder, are called.

    file: as messages name it. numbers: int64 (n,), ascending, the number of each row in the file, from 1; the rows that
    were left out have none. columns: the texts of (n,) rows by the name of their column. are_paths: whether these are
    paths of files, which the end of the path names too.
    """

    file: str
    numbers: np.ndarray
    columns: Mapping[str, Words]
    are_paths: bool = False

    def rows(self, name: str) -> dict[str, np.ndarray]:
        """Return the positions of the rows of that name, by the columns that hold it."""
        found = {column: np.flatnonzero(self._has(words, name)) for column, words in self.columns.items()}
        return {column: rows for column, rows in found.items() if len(rows)}

    def nearest(self, name: str) -> str:
        """Return the name of the closest spelling, or nothing."""
        known = dict.fromkeys(each for words in self.columns.values() for each in words.names[:MOST])
        if self.are_paths:  # compared by as many of their last parts as were written
            parts = len(_parts(name))
            known = dict.fromkeys("/".join(PurePath(each).parts[-parts:]) for each in known)
        return nearest(name, known)

    def _has(self, words: Words, name: str) -> np.ndarray:
        if not self.are_paths:
            return np.asarray(words.codes == (words.names.index(name) if name in words.names else len(words.names)))
        parts = _parts(name)
        alike = [PurePath(each).parts[-len(parts) :] == parts for each in words.names]
        return np.asarray(np.append(np.array(alike, bool), False)[words.codes])


def _parts(name: str) -> tuple[str, ...]:
    return PurePath(name.replace("\\", "/")).parts or ("",)
