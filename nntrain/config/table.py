"""What the columns of a table are, and how its cells are written: the content of schema.json in a run directory."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from nntrain.config.data_schema import Schema

Kind = Literal["numeric", "boolean", "category", "date"]
KINDS: tuple[str, ...] = ("numeric", "boolean", "category", "date", "constant", "identifier", "text", "drop")
UNSEEN = -1  # the code of a category that no training row has
EXAMPLE = r"\D*1(?:[.' ]?234,|[,' ]?234\.)5\D*"  # the number 1234.5 as a column may write it
_CYCLES = ("month", "weekday", "hour")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Column(_Part):
    """A column that the model learns from.

    categories: of a category in the order of their codes, of a boolean the words for no and yes. format: of a date, or
    of numbers that are not written plainly, which is 1234.5 as the column writes it.
    """

    name: str
    kind: Kind
    categories: tuple[str, ...] = ()
    format: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its columns in the matrix: several for a date, one for anything else."""
        return tuple(f"{self.name}.{part}" for part in self.parts) or (self.name,)

    @property
    def parts(self) -> tuple[str, ...]:
        """What a date becomes: numbers, and for what repeats its sine and cosine."""
        if self.kind != "date":
            return ()
        whole = ("year", "month", "weekday", *(["hour"] if "%H" in self.format else []))
        return tuple(
            name for part in whole for name in (part, *([f"{part}_sin", f"{part}_cos"] if part in _CYCLES else []))
        )

    @property
    def sizes(self) -> tuple[int, ...]:
        """For each of its columns in the matrix 0 for a number, the number of categories for codes."""
        return (len(self.categories),) if self.kind == "category" else (0,) * len(self.names)


class Table(_Part):
    """The columns of a table in the order of the matrix, and how a file of it is written.

    left_out: the other columns of the file that was trained on, targets among them. missing: texts that stand for an
    empty cell. formats: of targets whose numbers are not written plainly.
    """

    columns: tuple[Column, ...]
    left_out: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    separator: Annotated[str, Field(min_length=1, max_length=1)] = ","
    decimal: Literal[".", ","] = "."
    encoding: str = "utf-8"
    formats: dict[str, str] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns of the matrix."""
        return tuple(name for column in self.columns for name in column.names)

    @property
    def sizes(self) -> tuple[int, ...]:
        """For each column of the matrix 0 for a number, the number of categories for codes."""
        return tuple(size for column in self.columns for size in column.sizes)

    @property
    def written(self) -> frozenset[str]:
        """The columns, targets among them, whose numbers are not written plainly."""
        return frozenset(
            {*self.formats, *(each.name for each in self.columns if each.kind == "numeric" and each.format)}
        )

    @classmethod
    def of_numbers(cls, schema: Schema, separator: str, left_out: tuple[str, ...] = ()) -> "Table":
        """Return the table of a run without schema.json, in which every column holds numbers."""
        columns = tuple(Column(name=name, kind="numeric") for name in schema.features)
        return cls(columns=columns, left_out=left_out, separator=separator)
