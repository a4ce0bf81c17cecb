"""New rows with their labels, to score a trained model on them."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from nntrain.config.messages import listed
from nntrain.data import csv_reader, image_reader, npz_reader
from nntrain.data.checks import Faults, check_rows
from nntrain.data.csv_text import CsvTable, CsvText
from nntrain.data.examples import Rows, Split
from nntrain.errors import DataError
from nntrain.evaluation.predict import as_trained, refuse_shape, separator_of
from nntrain.model.restore import SavedModel


def read_labelled(saved: SavedModel, file: Path) -> Split:
    """Return the rows of a file that has what the run was trained on: the same columns, arrays, or folders of classes.

    The training data are not needed. Raises DataError where the file does not fit the model.
    """
    try:
        split = _read(saved, file)
    except DataError as error:  # the readers give paths in a config
        raise DataError(problems=[replace(problem, path=()) for problem in error.problems]) from None
    faults = Faults()
    check_rows(Rows(split, saved.resolved.schema), faults)
    faults.throw()
    return split


def _read(saved: SavedModel, file: Path) -> Split:
    schema, source = saved.resolved.schema, saved.resolved.experiment.data
    if schema.features:
        return csv_reader.read_rows(_table(saved, file)).remaining
    if source.of_folders and file.suffix != ".npz":
        return image_reader.load_split(str(file), schema.shape, list(schema.classes))
    task = "classification" if schema.classes else "regression"
    split = npz_reader.load_split(str(file), task)
    refuse_shape(split.x.shape, schema.shape, file)
    if split.x.dtype == np.dtype(saved.dtype) and split.x.shape[1:] == schema.shape:
        return split
    return Split(as_trained(split.x[:].reshape(len(split), *schema.shape), saved.dtype, file), split.y)


def _table(saved: SavedModel, file: Path) -> CsvTable:
    """Return what to read of a CSV file; a run without a `label` takes the only column that is not a feature."""
    schema = saved.resolved.schema
    table = CsvTable(
        file,
        separator_of(saved),
        label=getattr(saved.resolved.experiment.data, "label", None),
        targets=schema.targets,
        classes=schema.classes,
        features=schema.features,
        others_allowed=True,
    )
    if table.label is not None or not schema.classes:
        return table
    _, header = next(CsvText(table).records())
    others = [name for name in header if name not in schema.features]
    if len(others) != 1:
        message = f"`{file}` must have one column beside the features, that of the classes"
        found = f"it has {listed(others)}" if others else "it has none"
        raise DataError(f"{message}; {found}", help=f"its other columns are {listed(schema.features)}")
    return replace(table, label=others[0])
