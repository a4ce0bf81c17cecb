"""New rows with their labels, to score a trained model on them."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np

from nntrain.config.messages import listed
from nntrain.data import npz_reader
from nntrain.data.checks import Faults, check_rows
from nntrain.data.csv_text import CsvTable
from nntrain.data.examples import Rows, Split
from nntrain.data.image_reader import labels_file, load_split
from nntrain.data.image_sets import ImageSet
from nntrain.data.sources import image_folder
from nntrain.data.table_file import Form
from nntrain.data.table_formats import text_rows
from nntrain.data.table_reader import read_like
from nntrain.data.table_request import TargetOptions
from nntrain.errors import DataError
from nntrain.evaluation.predict import as_trained, refuse_missing, refuse_shape
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
    if saved.table is not None and file.suffix != ".npz":
        skip = getattr(source, "missing_target", "error") == "skip"
        target = TargetOptions(_target(saved, file), skip_missing=skip)
        found = read_like(saved.table, CsvTable(file), target, schema.classes)
        refuse_missing(saved, found.x, file)
        return found.split
    if isinstance(source, image_folder.Options) and file.suffix != ".npz":
        images = _images(source, file)
        return load_split(images, schema.shape, list(schema.classes), skip=source.on_bad == "skip")
    task = "classification" if schema.classes else "regression"
    split = npz_reader.load_split(str(file), task)
    refuse_shape(split.x.shape, schema.shape, file)
    if split.x.dtype == np.dtype(saved.dtype) and split.x.shape[1:] == schema.shape:
        return split
    return Split(as_trained(split.x[:].reshape(len(split), *schema.shape), saved.dtype, file), split.y)


def _images(source: image_folder.Options, file: Path) -> ImageSet:
    """Return the images of a folder of classes, or of a table like that of the run.

    Its images are below the folder of the run's, or below its own.
    """
    labels = labels_file(image_folder.request_of(source))
    if file.is_dir() or labels is None:
        return ImageSet.of_folder(str(file), ())
    table = replace(labels, path=str(file), place=())
    try:
        return ImageSet.of_labels(table)
    except DataError:
        with suppress(DataError):
            return ImageSet.of_labels(replace(table, folder=str(file.absolute().parent)))
        raise


def targets(saved: SavedModel) -> tuple[str, ...]:
    """Return the columns to predict of a table; none where the run does not know their names."""
    return tuple(getattr(saved.resolved.experiment.data, "targets", None) or saved.resolved.schema.targets)


def _target(saved: SavedModel, file: Path) -> tuple[str, ...]:
    """Return the columns to predict; a run without a `target` takes the only column that is not a feature."""
    if known := targets(saved):
        return known
    schema = saved.resolved.schema
    header, *_ = text_rows(CsvTable(file), Form())
    others = [name for name in header if name not in schema.features]
    if len(others) != 1:
        message = f"`{file}` must have one column beside the features, that of the classes"
        found = f"it has {listed(others)}" if others else "it has none"
        raise DataError(f"{message}; {found}", help=f"its other columns are {listed(schema.features)}")
    return tuple(others)
