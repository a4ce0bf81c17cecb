"""The profile of rows in arrays: those of a config that is not a table, and those of an npz file."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from nntrain.config.data_schema import Schema
from nntrain.data.duplicates import row_hashes
from nntrain.data.examples import Rows, Split
from nntrain.data.profile.columns import described
from nntrain.data.profile.profile import ColumnProfile, Count, Profile, SplitProfile
from nntrain.data.profile.tables import examples, gives_away
from nntrain.data.raw_table import Cells, Numbers, RawTable, Words
from nntrain.data.sources import npz_file
from nntrain.data.table_kinds import FoundKind
from nntrain.data.table_target import Target
from nntrain.errors import DataError

_MOST_ROWS = 100_000  # that are looked at; of more every n-th
_MOST_COLUMNS = 200


def profile_npz(file: Path) -> Profile:
    """Return what is in a NumPy file of examples. Raises DataError where it does not hold any."""
    return profile_rows(str(file), npz_file.load(npz_file.Options(path=str(file))))


def profile_rows(name: str, rows: Rows) -> Profile:
    """Return what is in the rows of a source, and in the splits that come with it."""
    named = {"train": rows.remaining, "validation": rows.validation, "test": rows.test}
    return profile_splits(name, {split: part for split, part in named.items() if part is not None}, rows.schema)


def profile_splits(name: str, splits: Mapping[str, Split], schema: Schema) -> Profile:
    """Return what is in the splits. Of large arrays every n-th row is looked at; counts of classes are of all.

    Raises DataError where no split has a row.
    """
    if not any(map(len, splits.values())):
        raise DataError(f"`{name}` has no rows", help="check the file")
    parts = tuple(parts_of(splits, schema.classes))
    some = [_some(split) for split in splits.values()]
    x, y = (np.concatenate([getattr(split, field) for split in some]) for field in ("x", "y"))
    raw = _raw(x, y, schema)
    is_table = x.ndim == 2 and x.shape[1] <= _MOST_COLUMNS
    target = Target(y, schema.classes, task="classification" if schema.classes else "regression")
    shape = " x ".join(map(str, schema.shape))
    return Profile(
        name=name,
        what=f"a table of {schema.shape[0]} columns" if is_table else f"{x.dtype} arrays of {shape}",
        rows=sum(map(len, splits.values())),
        columns=tuple(_columns(raw, target, schema)) if is_table else (_whole(x),),
        task=target.task,
        classes=_total(parts),
        splits=parts if len(parts) > 1 else (),
        duplicates=len(x) - len(np.unique(row_hashes(x))),
        examples=tuple(examples(raw)) if is_table else (),
    )


def parts_of(splits: Mapping[str, Split], classes: tuple[str, ...]) -> Iterator[SplitProfile]:
    """Yield the rows of each split, and of each class in it."""
    for name, split in splits.items():
        counts = np.bincount(split.y, minlength=len(classes)) if classes else ()
        yield SplitProfile(
            name, len(split), tuple(Count(each, int(rows)) for each, rows in zip(classes, counts, strict=True))
        )


def _total(parts: tuple[SplitProfile, ...]) -> tuple[Count, ...]:
    columns = zip(*(part.classes for part in parts), strict=True)
    return tuple(Count(counts[0].name, sum(each.rows for each in counts)) for counts in columns)


def _some(split: Split) -> Split:
    every = -(-len(split) // _MOST_ROWS)
    some = split.take(np.arange(0, len(split), every)) if every > 1 else split
    return Split(np.asarray(some.x[:]), some.y)


def _raw(x: np.ndarray, y: np.ndarray, schema: Schema) -> RawTable:
    """Return the columns of (n, columns) with those of the target, under their names or their numbers from 1."""
    features = schema.features or [f"x{index + 1}" for index in range(x.shape[1] if x.ndim == 2 else 0)]
    columns: dict[str, Cells] = {name: Numbers(x[:, index]) for index, name in enumerate(features) if x.ndim == 2}
    if schema.classes:
        columns["class"] = Words(y.astype(np.int32), schema.classes)
    else:
        names = schema.targets or [f"y{index + 1}" for index in range(y.shape[1])]
        columns |= {name: Numbers(values) for name, values in zip(names, y.T, strict=True)}
    return RawTable(columns, "", (), lambda row, column: None)


def _columns(raw: RawTable, target: Target, schema: Schema) -> Iterator[ColumnProfile]:
    targets = {"class"} if schema.classes else set(list(raw.columns)[-target.y.shape[1] :])
    for name, cells in raw.columns.items():
        is_target = name in targets
        found = FoundKind("category" if isinstance(cells, Words) else "numeric", why="the target" if is_target else "")
        column = described(raw, name, found)
        kind = ("classes" if schema.classes else "numbers") if is_target else "numeric"
        away = not is_target and gives_away(cells, target)
        yield ColumnProfile(**{**vars(column), "kind": kind, "is_target": is_target, "gives_target_away": away})


def _whole(x: np.ndarray) -> ColumnProfile:
    """Return all numbers of the examples as one column: of images the pixels."""
    name, some = ("pixels" if x.dtype == np.uint8 else "numbers"), x[:: -(-len(x) // 1000)].reshape(-1)
    raw = RawTable({name: Numbers(some.astype(np.float32))}, "", (), lambda row, column: None)
    return described(raw, name, FoundKind("numeric", why=f"all of {x.dtype}"))
