"""The row that `--example` means: its number in the file, a cell that names it, or the file of an image."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from nntrain.config.data import Source
from nntrain.config.messages import counted, listed, shown
from nntrain.data.csv_text import short
from nntrain.data.dataset import Dataset, row_names
from nntrain.data.row_names import RowNames
from nntrain.errors import ConfigError
from nntrain.nearest import nearest

TRAIN = "train"
MOST = 5  # rows, in a message


@dataclass(frozen=True)
class RowPlace:
    """A row by its split and its position there, from 0. name: what names it, in words."""

    split: str
    position: int
    name: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Match:
    """A row of the searched name. column: that holds it. cell: as it is there. number: of the row in its file."""

    place: RowPlace
    column: str
    cell: str
    number: int
    file: str
    is_path: bool

    def __str__(self) -> str:
        """The row in words."""
        if self.is_path:
            return f"`{self.end}`"
        return f"row {self.number}" + (f" of `{self.file}`" if self.file else "")

    @property
    def end(self) -> str:
        """The end of the path of an image: its split or folder, its class, its name."""
        return "/".join(Path(self.cell).parts[-3:])


@dataclass(frozen=True)
class Finder:
    """Finds rows of the data. column: the only one of a table whose cells are searched, or nothing for all names."""

    data: Dataset
    source: Source
    column: str | None = None
    names: Mapping[str, RowNames] = field(init=False)  # by split

    def __post_init__(self) -> None:
        found = row_names(self.source, self.column)
        kept = {split: each for split, each in found.items() if split not in self.data.positions}  # `fold` replaces one
        object.__setattr__(self, "names", kept)

    @classmethod
    def of(cls, data: Dataset, source: Source) -> "Finder":
        """Return what finds the rows of a config's data."""
        return cls(data, data.source or source)

    def numbers(self, split: str) -> np.ndarray:
        """Return (n,) the number in its file, from 1, of each row of a split."""
        own = self.names.get("" if split in self.data.positions else split)
        positions = self.data.positions.get(split, np.arange(len(self.data.splits[split])))
        return np.asarray(positions + 1 if own is None else own.numbers[positions])

    def place(self, text: str) -> RowPlace:
        """Return the row of that number or name; raises ConfigError for none, and for several.

        A whole number that a row has is its number; `COLUMN=VALUE` is the row with that cell.
        """
        column, sign, cell = text.partition("=")
        if sign and column in self._columns:
            return Finder(self.data, self.source, column)._only(cell, text)
        if text.isascii() and text.isdecimal() and text[0] != "0":
            for split in self.data.positions:
                if len(at := np.flatnonzero(self.numbers(split) == int(text))):
                    return RowPlace(split, int(at[0]), notes=tuple(self._notes(int(text))))
        return self._only(text, text)

    @cached_property
    def _columns(self) -> list[str]:
        table = self.data.table
        return [] if table is None else [*(column.name for column in table.columns), *table.left_out]

    @property
    def _are_paths(self) -> bool:
        return any(each.are_paths for each in self.names.values())

    def _only(self, cell: str, text: str) -> RowPlace:
        """Return the only row of a name; raises ConfigError. text: as the user wrote it."""
        found = {(each.place.split, each.place.position): each for each in self._matches(cell)}
        matches = list(found.values())
        if not matches:
            raise self._unknown(cell, text)
        if len(matches) == 1:
            return matches[0].place
        some = ", ".join(map(str, matches[:MOST])) + (", …" if len(matches) > MOST else "")
        message = f"`--example {text}` is {len(matches):,} {'images' if self._are_paths else 'rows'}: {some}"
        raise ConfigError(message, help=self._help_for_several(matches))

    def _matches(self, name: str) -> Iterator[_Match]:
        for key, names in self.names.items():
            for column, rows in names.rows(name).items():
                for row in rows.tolist():
                    split, position = self._position(key, row)
                    words = names.columns[column]
                    cell = words.names[words.codes[row]]
                    called = short(Path(cell)) if names.are_paths else f"{column} {cell}".strip()
                    file = names.file if len(self.names) > 1 else ""
                    number = int(names.numbers[row])
                    yield _Match(RowPlace(split, position, called), column, cell, number, file, names.are_paths)

    def _position(self, key: str, row: int) -> tuple[str, int]:
        """Return the split of a row of a file, and its position there."""
        if key:
            return key, row
        for split, positions in self.data.positions.items():
            at = int(np.searchsorted(positions, row))
            if at < len(positions) and positions[at] == row:
                return split, at
        raise IndexError(f"the row {row} is in no split")  # each of them is in one

    def _notes(self, number: int) -> Iterator[str]:
        """Yield a note where another row has the number as its name."""
        for match in self._matches(str(number)):
            if match.file or match.number != number:
                yield f"`{number}` is the number of a row here; `{match.column}={number}` is {match}"
                return

    def _help_for_several(self, matches: list[_Match]) -> str:
        first = matches[0]
        if self._are_paths:
            return f"write `--example {first.end}`"
        if len({match.column for match in matches}) > 1:
            return f"write `--example {first.column}={first.cell}`"
        if first.place.split in self.data.positions:
            return f"write `--example {first.number}`"
        return "give a name that only one row has"

    def _unknown(self, cell: str, text: str) -> ConfigError:
        """Return the error for a row, or a column, that does not exist, with the nearest name."""
        column, sign, value = text.partition("=")
        if sign and self.column is None and self._columns and not self._nearest(cell):
            return self._unknown_column(column, value)
        numbers = f"a number from 1 to {self._last}" if self._last > 1 else "`--example 1`"
        is_number = self.column is None and text.isascii() and text.isdecimal()
        if is_number and 0 < int(text) <= self._last:
            return ConfigError(f"`--example {text}` is a row that was left out of the data", help=f"write {numbers}")
        if close := self._nearest(cell):
            return ConfigError(f"`--example {text}` is not a row{self._where}", help=f"write `--example {close}`")
        if is_number:
            rows = sum(map(len, self.data.positions.values()))
            message = f"`--example {text}` is outside the data, which have {counted(rows, 'row')}"
            return ConfigError(message, help=f"write {numbers}")
        way = numbers + (", or `COLUMN=VALUE`" if self._columns else "")
        return ConfigError(f"`--example {text}` is not a row{self._where}", help=f"write {way}")

    def _unknown_column(self, column: str, value: str) -> ConfigError:
        close = nearest(column, self._columns)
        help = f"write `--example {close}={value}`" if close else f"the columns are {listed(self._columns)}"
        return ConfigError(f"there is no column {shown(column)} for `--example`", help=help)

    def _nearest(self, cell: str) -> str:
        """Return the closest name of a row, or nothing."""
        close = next(filter(None, (each.nearest(cell) for each in self.names.values())), "")
        return close if self.column is None or not close else f"{self.column}={close}"

    @property
    def _last(self) -> int:
        return max(int(self.numbers(split)[-1]) for split in self.data.positions)

    @property
    def _where(self) -> str:
        if self._are_paths:
            return ": no image has that name"
        names = dict.fromkeys(name for each in self.names.values() for name in each.columns)
        columns = [shown(name) if name else "the column without a name" for name in names]
        return f": it is not in {' or '.join(columns)}" if columns else ""
