"""Examples, in memory or on the disk, split before anything else is done to them, and checked for faults."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice

import numpy as np

from nntrain import extensions
from nntrain.config.data import Source
from nntrain.config.data_schema import Schema
from nntrain.config.load import Config
from nntrain.config.table import Table
from nntrain.data.checks import MOST, Faults, check, columns_with_missing, constant_columns
from nntrain.data.divider import Divider
from nntrain.data.duplicates import rows_in_two_splits
from nntrain.data.examples import Rows, Split
from nntrain.data.labels import nearly_equal_names
from nntrain.data.row_file import chunks
from nntrain.data.row_names import RowNames
from nntrain.data.table_vocabulary import seen_by
from nntrain.errors import DataError, Problem


@dataclass(frozen=True)
class Dataset:
    """The splits of one run. `warnings` are faults that do not stop a training, `notes` what is good to know."""

    name: str
    train: Split
    validation: Split | None
    test: Split | None
    schema: Schema
    warnings: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    table: Table | None = None  # what the columns of x are
    source: Source | None = None  # its options with all that was found, where reading finds any
    positions: Mapping[str, np.ndarray] = field(default_factory=dict)  # in the file, of the splits taken from it

    @property
    def splits(self) -> dict[str, Split]:
        """The splits that exist, by name."""
        named = {"train": self.train, "validation": self.validation, "test": self.test}
        return {name: split for name, split in named.items() if split is not None}

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of what a training sees: dtype, shape and bytes of each split, and the class names."""
        digest = hashlib.sha256(repr(self.schema.classes).encode())
        for name, split in self.splits.items():
            for array in (split.x, split.y, *([] if split.weights is None else [split.weights])):
                digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
                for _, part in chunks(array):
                    digest.update(np.ascontiguousarray(part).data.cast("B"))
        return digest.hexdigest()


def load_data(config: Config) -> Dataset:
    """Return the data of a config; a fault in them is reported at the option that names them."""
    source = config.experiment.data
    try:
        return load(source)
    except DataError as error:
        at_source = [replace(found, path=found.path or ("data", source.called())) for found in error.problems]
        raise DataError(problems=config.document.in_order(at_source)) from None


def load(source: Source) -> Dataset:
    """Read, split and check the data; raises DataError with the row and the column of every fault.

    The test split is taken first, then the validation split; a share is a share of the rows that remain at that
    moment. A split that the source provides is used as it is. With `fold`, the rows of that fold are the test split,
    in place of the test split of the source or of the rule.
    """
    rows: Rows = extensions.module_of(source).load(source)
    faults = Faults()
    check(rows, ("data", source.called()), faults)
    faults.throw()
    divider = Divider(rows, source)
    found = divider.splits()
    rows = _with_seen_categories(rows, found)
    constant = constant_columns(found["train"].x, rows.schema.features, _parts_of_dates(rows))
    missing = columns_with_missing(found["train"].x) if rows.schema.has_missing else ()
    many, few = _equal_rows(found, source.group_duplicates or rows.groups is not None)
    return Dataset(
        source.called(),
        found["train"],
        found.get("validation"),
        found.get("test"),
        replace(rows.schema, missing=missing),
        warnings=(
            *_named("data_warning", rows.warnings),
            *_named("classes_nearly_equal", islice(nearly_equal_names(rows.schema.classes), MOST)),
            *_named("data_warning", divider.warnings(found)),
            *_named("duplicates_across_splits", many),
            *_named("constant_column", constant),
        ),
        notes=(*rows.notes, *few),
        table=rows.table,
        source=rows.found,
        positions={name: taken.astype(np.int32) for name, taken in divider.positions.items()},
    )


def row_names(source: Source, column: str | None = None) -> Mapping[str, RowNames]:
    """Return what rows are called, by split, under an empty name those that are divided into splits; raises DataError.

    column: of a table, the only one whose cells are wanted. Rows of a source without names have only numbers.
    """
    find = getattr(extensions.module_of(source), "row_names", None)
    found: Mapping[str, RowNames] = find(source, column) if find else {}
    return found


def _named(disease: str, texts: Iterable[str]) -> Iterator[Problem]:
    return (Problem(text, severity="warning", disease=disease) for text in texts)


def _with_seen_categories(rows: Rows, found: dict[str, Split]) -> Rows:
    """Return the rows of a table with the categories of the training split alone, and change the codes to them."""
    if rows.table is None:
        return rows
    x = {name: np.asarray(split.x) for name, split in found.items()}  # the arrays themselves, in memory
    table = seen_by(rows.table, x.pop("train"), x.values())
    return replace(rows, table=table, schema=replace(rows.schema, sizes=table.sizes))


def _parts_of_dates(rows: Rows) -> list[str]:
    """Return the columns that dates have become: in one year the number of the year is the same everywhere."""
    columns = rows.table.columns if rows.table else ()
    return [name for column in columns if column.kind == "date" for name in column.names]


def _equal_rows(found: dict[str, Split], grouped: bool) -> tuple[list[str], list[str]]:
    """Return warnings and notes about rows that are in two splits: the warnings where they are many.

    grouped: whether rows are kept together, by their values or by a column.
    """
    cure = "" if grouped else "; `group_duplicates: true` keeps equal rows together"
    shared = list(rows_in_two_splits(found))
    many, few = ([f"{each}{cure}" for each in shared if each.is_many is wanted] for wanted in (True, False))
    return many, few
