"""Arrays of numbers as float32; what would be lost is refused. `place`: the path of the file's option in the config."""

import numpy as np

from nntrain.data.checks import Faults, bad_places
from nntrain.data.precision import ColumnNumbers
from nntrain.data.row_file import Examples, chunks
from nntrain.errors import DataError, Path, Problem

NUMBERS = "iubf"  # the kinds of dtype that are real numbers


def as_float32(values: np.ndarray, name: str, place: Path) -> np.ndarray:
    """Return the array `name` as float32. Raises DataError for other dtypes, and where numbers are too large."""
    if values.dtype.kind not in NUMBERS:
        message = f"`{name}` has the dtype {values.dtype}, which is not a type of real numbers"
        help = "save integers or floats"
        help += f"; for classes `numpy.unique({name}, return_inverse=True)[1]`" if name.startswith("y") else ""
        raise DataError(problems=[Problem(message, place, help)])
    with np.errstate(over="ignore"):
        converted = values.astype(np.float32)
    if np.isinf(converted).any():
        refuse_large(values, name, place)
    return converted


def refuse_large(values: Examples, name: str, place: Path) -> None:
    """Refuse finite numbers that are infinite as float32; only longer floats hold them."""
    if values.dtype.kind != "f" or values.dtype.itemsize <= 4:
        return
    with np.errstate(over="ignore"):
        places = bad_places(values, lambda part: np.isinf(part.astype(np.float32)) & np.isfinite(part))
    faults = Faults()
    for bad in places:
        where = f"row {bad.row + 1}" if bad.number == 1 else f"{bad.number:,} places, the first is row {bad.row + 1}"
        message = f"`{name}` is {bad.value:g} in {where}, too large for a 32-bit float"
        faults.add(Problem(message, place, "measure in a larger unit"))
    faults.throw()


def refuse_merged(values: Examples, name: str, place: Path) -> None:
    """Refuse a column of (n, columns), or an array of another shape, whose numbers merge when they become float32.

    values: in the dtype in which they are stored.
    """
    if values.dtype.itemsize <= 2 or values.dtype == np.float32 or 0 in values.shape:
        return
    faults, is_table = Faults(), values.ndim == 2
    columns = [ColumnNumbers() for _ in range(values.shape[1] if is_table else 1)]
    for _, part in chunks(values):
        for column, numbers in zip(columns, part.T if is_table else [part.ravel()], strict=True):
            column.add(numbers)
    for index, column in enumerate(columns):
        if pair := column.merged():
            where = f" of column {index + 1}" if is_table else ""
            message = f"{pair[0]} and {pair[1]}{where} in `{name}` become the same 32-bit float"
            faults.add(Problem(message, place, "subtract the lowest value, or leave the column out"))
    faults.throw()
