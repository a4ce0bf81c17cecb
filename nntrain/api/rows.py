"""Rows that a program holds in memory, given to a saved model as the commands give it those of a file."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from nntrain.api.tables import ARRAYS, TABLE, array_file, table_file
from nntrain.config.messages import counted, listed
from nntrain.config.table import Table
from nntrain.errors import DataError, MissingPackage, with_name
from nntrain.evaluation.evaluate import Evaluation
from nntrain.evaluation.labelled import targets
from nntrain.evaluation.predict import PredictOptions, predict_array, predict_file
from nntrain.evaluation.predictions import Predictions
from nntrain.model.restore import SavedModel
from nntrain.training.scorer import Scorer


@dataclass(frozen=True)
class NamedFile:
    """A file, and the name of what it holds for messages."""

    path: Path
    name: str


def predictions(saved: SavedModel, scorer: Scorer, data: Any, options: PredictOptions) -> Predictions:
    """Return the predictions for a DataFrame, an array or a path; raises DataError where the rows do not fit.

    The columns of a DataFrame are not in them: `table` adds its own.
    """
    if isinstance(data, (str, os.PathLike)):
        return predict_file(saved, scorer, Path(data), options)
    data = of_pandas(data)
    if saved.table is None:
        return predict_array(saved, scorer, _array(data), _name(data), options)
    with table_file(_frame(data, saved.table), saved.table, _name(data)) as file:
        with_input = options.with_input and not isinstance(data, pd.DataFrame)
        inner = replace(options, with_input=with_input, every_row=True)
        found = predict_file(saved, scorer, file, inner)
        return replace(found, notes=[with_name(note, file, _name(data)) for note in found.notes])


def of_pandas(data: Any) -> Any:
    """Return a table of Polars or PyArrow as one of pandas, since an array has no names; other data as they are.

    Raises MissingPackage where the conversion needs PyArrow.
    """
    if isinstance(data, pd.DataFrame) or not hasattr(data, "to_pandas"):
        return data
    try:
        return data.to_pandas()
    except ImportError:
        raise MissingPackage(f"a table of `{type(data).__module__}` needs the package `pyarrow`", "parquet") from None


def table(data: Any, found: Predictions, with_input: bool) -> pd.DataFrame:
    """Return predictions as a table; with the index of a DataFrame, and with its columns where they are wanted."""
    data = of_pandas(data)
    if not isinstance(data, pd.DataFrame):
        return pd.DataFrame(list(found.rows()), columns=found.names)
    own = pd.DataFrame(list(found.rows()), columns=found.names, index=data.index)
    if not with_input:
        return own
    given = [str(name) for name in data.columns]
    own.columns = replace(found, input=[(name, ()) for name in given]).names[len(given) :]
    return pd.concat([data, own], axis=1)


@contextlib.contextmanager
def labelled_file(saved: SavedModel, data: Any) -> Iterator[NamedFile]:
    """Give rows with their labels as a file: a table, or a pair (x, y) of arrays, or of a table and its labels."""
    if isinstance(data, (str, os.PathLike)):
        yield NamedFile(Path(data), os.fspath(data))
        return
    data = of_pandas(data)
    if isinstance(data, (tuple, list)) and len(data) == 2 and saved.table is not None:
        data = _joined(of_pandas(data[0]), of_pandas(data[1]), saved, saved.table)
    if isinstance(data, pd.DataFrame):
        if saved.table is None:
            raise _expects_arrays(saved)
        with table_file(_frame(data, saved.table), saved.table) as file:
            yield NamedFile(file, TABLE)
    else:
        if not isinstance(data, (tuple, list)) or len(data) != 2:
            raise DataError(f"`data` is no rows with labels: {type(data).__name__}", help="give `data=(x, y)`")
        with array_file(x=_array(data[0]), y=np.asarray(data[1])) as file:
            yield NamedFile(file, ARRAYS)


def _joined(x: Any, y: Any, saved: SavedModel, table: Table) -> Any:
    """Return x with the columns of y as one table; arrays of numbers, which are rows of the matrix, as they are."""
    labels = np.asarray(y)
    if not isinstance(x, pd.DataFrame) and {labels.dtype.kind, _array(x).dtype.kind} <= set("iuf"):
        return x, y
    rows, labels = _frame(x, table), labels.reshape(len(labels), -1) if labels.ndim else labels
    names = targets(saved) or [next(name for name in ("class", "class_") if name not in rows)]
    if labels.shape != (len(rows), len(names)):
        message = f"the labels have the shape {np.shape(y)}, and there are {counted(len(rows), 'row')}"
        raise DataError(message, help=f"give a label for each row: {listed(names)}")
    own = pd.DataFrame(y if isinstance(y, pd.DataFrame) else labels).infer_objects().set_axis(rows.index)
    return pd.concat([rows.drop(columns=list(names), errors="ignore"), own.set_axis(list(names), axis=1)], axis=1)


def named(found: Evaluation, file: NamedFile) -> Evaluation:
    """Return the evaluation with the name of what it is of."""
    return replace(found, split=file.name)


def _frame(data: Any, table: Table) -> pd.DataFrame:
    """Return a table: an array has the columns of the training, in their order."""
    names = [column.name for column in table.columns]
    if isinstance(data, pd.DataFrame):
        if not any(isinstance(name, str) for name in data.columns):
            message = f"the columns of the `{TABLE}` have no names of columns of the training"
            raise DataError(message, help=f"name them: {listed(names)}; or give `data.to_numpy()`, in this order")
        return data
    cells = _array(data)
    if cells.ndim == 0 and not isinstance(data, dict):
        message = f"the rows are an object of the type `{type(data).__name__}`"
        raise DataError(message, help="give a DataFrame, an array with a row for each, or the path of a file")
    if cells.ndim != 2 or cells.shape[1] != len(names):
        message = f"the `{ARRAYS}` has the shape {cells.shape}, but the model expects {len(names)} columns"
        raise DataError(message, help=_help_for_shape(data, cells, len(names)))
    return pd.DataFrame(cells, columns=names)


def _help_for_shape(data: Any, cells: np.ndarray, width: int) -> str:
    if isinstance(data, pd.Series) and cells.ndim == 1:
        return "give a DataFrame; that of one row is `data.to_frame().T`"
    if isinstance(data, dict) or (isinstance(data, list) and data and isinstance(data[0], dict)):
        return "give `pandas.DataFrame(data)`, of a dict with lists or a list of dicts"
    if cells.shape == (width,):
        return "give a list of rows; that of one row is `[row]`"
    return "give an array with the columns of the training in their order, or a DataFrame"


def _array(data: Any) -> np.ndarray:
    """Return rows as an array of numbers; raises DataError for anything else."""
    try:
        found = np.asarray(data)
    except ValueError as error:
        raise DataError(f"the rows are no array: {error}", help="give an array of rows of the same shape") from None
    return found


def _name(data: Any) -> str:
    return TABLE if isinstance(data, pd.DataFrame) else ARRAYS


def _expects_arrays(saved: SavedModel) -> DataError:
    shape = " x ".join(map(str, saved.resolved.schema.shape))
    return DataError(f"the model expects arrays of {shape}, not a `{TABLE}`", help="give `data=(x, y)`")
