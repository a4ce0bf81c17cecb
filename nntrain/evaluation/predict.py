"""The predictions of a trained model for the rows of a file, or for images."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from nntrain.config.messages import counted, listed
from nntrain.data.csv_text import CsvTable
from nntrain.data.image_files import left_out_in_words
from nntrain.data.image_reader import images_below, read_images
from nntrain.data.npy_header import array_in_npz, is_npy, stored_in_npz
from nntrain.data.npz_reader import BROKEN
from nntrain.data.row_file import MEMORY_SHARE, is_large
from nntrain.data.table_file import Form
from nntrain.data.table_formats import text_rows
from nntrain.data.table_reader import read_like
from nntrain.errors import DataError
from nntrain.evaluation.predictions import Columns, Predictions
from nntrain.model.restore import SavedModel, load_model
from nntrain.nearest import exists, near_path
from nntrain.storage.regular_file import irregular_kind
from nntrain.storage.run_dir import RunDir
from nntrain.training.memory import refuse_large_batch
from nntrain.training.scorer import Scorer

IMAGES_AT_ONCE = 1024  # images decoded before they are predicted
_BYTES_AT_ONCE = 1 << 28


def predict(run_dir: RunDir, file: Path, with_input: bool = False) -> Predictions:
    """Return a row for each example: the class and the probability or score of each, or the numbers.

    file: a CSV or npz file, an image, or a folder of images. with_input: whether the columns of a CSV file stand before
    the predictions. Raises DataError when the file does not fit the model, and NNTrainError as `load_model` does.
    """
    saved = load_model(run_dir)
    return predict_file(saved, Scorer.restored(saved), file, with_input)


def predict_file(saved: SavedModel, scorer: Scorer, file: Path, with_input: bool = False) -> Predictions:
    """Return the predictions of a model that was loaded before; `scorer` is its own. Raises DataError as `predict`."""
    schema = saved.resolved.schema
    if saved.resolved.experiment.data.of_folders and file.suffix != ".npz":
        files, left_out = _images(file)
        at_once = max(1, min(IMAGES_AT_ONCE, _BYTES_AT_ONCE // math.prod(schema.shape)))
        refuse_large_batch(saved.resolved, min(at_once, len(files)))
        parts = [files[start : start + at_once] for start in range(0, len(files), at_once)]
        outputs = [scorer.outputs(read_images(part, schema.shape)) for part in parts]
        return Predictions.of(scorer, np.concatenate(outputs), [("file", list(map(str, files)))], left_out)
    x, notes = read_inputs(saved, file)
    refuse_large_batch(saved.resolved, len(x))
    found = scorer.outputs(x)
    return Predictions.of(scorer, found, _columns(saved, file) if with_input else (), notes)


def predict_array(saved: SavedModel, scorer: Scorer, x: np.ndarray, name: str) -> Predictions:
    """Return the predictions for the rows of an array, (n, *shape) or (n, as many numbers); `name` is for messages.

    Raises DataError where they do not fit the model.
    """
    x = rows_of(saved, x, name)
    refuse_large_batch(saved.resolved, len(x))
    return Predictions.of(scorer, scorer.outputs(x))


def rows_of(saved: SavedModel, x: np.ndarray, name: str | Path) -> np.ndarray:
    """Return an array as (n, *shape) in the dtype that the model was trained on; raises as `predict_array`."""
    refuse_shape(x.shape, saved.resolved.schema.shape, name)
    return as_trained(x.reshape(len(x), *saved.resolved.schema.shape), saved.dtype, name)


def _columns(saved: SavedModel, file: Path) -> Columns:
    """Return the columns of a table, which was read without a fault; raises DataError for arrays."""
    if file.suffix == ".npz" or saved.table is None:
        message = f"`--with-input` keeps the columns of a table, and `{file}` holds arrays"
        raise DataError(message, help="leave it out: the predictions are in the order of the rows")
    header, *rows = text_rows(CsvTable(file), Form(saved.table.separator, saved.table.decimal))
    return list(zip(header, zip(*rows, strict=True), strict=True))


def _images(path: Path) -> tuple[Sequence[Path], list[str]]:
    """Return the images, and a note on the other files in a folder if there are any."""
    if not exists(path):
        raise DataError(f"there is no file `{path}`", help=near_path(path))
    if not path.is_dir():
        return [path], []
    found = images_below(path)
    left_out = left_out_in_words(str(path), found.left_out)
    if not found.images:
        also = f"; {left_out}" if left_out else ""
        raise DataError(f"there are no images in `{path}`{also}", help="give an image, or a folder of images")
    return found.images, [left_out] if left_out else []


def read_inputs(saved: SavedModel, file: Path) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return (n, *shape) in the dtype that the model was trained on, and notes on how the file differs.

    Raises DataError when the file does not fit.
    """
    shape = saved.resolved.schema.shape
    if file.suffix == ".npz":
        x = _npz_inputs(file, shape)
    elif saved.table is not None:
        found = read_like(saved.table, CsvTable(file))
        refuse_missing(saved, found.x, file)
        return found.x, found.notes
    else:
        message = f"`{file}` is not an .npz file, but the model expects arrays of {' x '.join(map(str, shape))}"
        raise DataError(message, help="save an array `x` as .npz")
    return rows_of(saved, x, file), ()


def refuse_missing(saved: SavedModel, x: np.ndarray, file: Path) -> None:
    """Raise DataError for missing cells, (n, columns) NaN, where the model has no layer that replaces them."""
    if saved.resolved.takes_missing:
        return
    empty = np.flatnonzero(np.isnan(x).any(axis=0))
    if len(empty):
        names = [saved.resolved.schema.features[index] for index in empty]
        rows = int(np.isnan(x).any(axis=1).sum())
        message = f"`{file}` has {counted(rows, 'row')} with missing cells, in {listed(names)}"
        raise DataError(message, help="give every cell: the model has no `TableEncoding`, which would replace them")


def refuse_shape(found: tuple[int, ...], shape: tuple[int, ...], file: str | Path) -> None:
    """Raise DataError unless an array of the shape `found` holds rows of this shape, or of as many numbers."""
    if not found:
        raise DataError(f"`{file}` holds a single number, but the model expects rows of the shape {shape}")
    if math.prod(found[1:]) != math.prod(shape) or not found[0]:
        raise DataError(f"`{file}` holds rows of the shape {found[1:]}, but the model expects {shape}")


def _npz_inputs(file: Path, shape: tuple[int, ...]) -> np.ndarray:
    """Return the array `x`, or `x_test` where the file holds no `x`, whose rows have as many numbers as the shape."""
    help = "save it again with `numpy.savez(file, x=x)`"
    if kind := irregular_kind(file):
        raise DataError(f"`{file}` is {kind}", help="give the path of a file")
    try:
        if is_npy(file):
            raise DataError(f"`{file}` holds a single array", help=help)
        found = ((name, stored_in_npz(file, name)) for name in ("x", "x_test"))
        name, stored = next(((name, stored) for name, stored in found if stored is not None), ("", None))
        if stored is None:
            raise DataError(f"`{file}` has no array `x`", help="save the inputs as `x`")
        refuse_shape(stored.shape, shape, file)
        if is_large(stored.nbytes):
            message = (
                f"`{name}` in `{file}` takes {stored.nbytes / 1e9:.1f} GB, more than {MEMORY_SHARE:.0%} of the memory"
            )
            raise DataError(message, help="save fewer rows")
        return array_in_npz(file, name)
    except FileNotFoundError:
        raise DataError(f"there is no file `{file}`", help=near_path(file)) from None
    except BROKEN:
        raise DataError(f"`{file}` is broken or not an .npz file", help=help) from None


def as_trained(x: np.ndarray, dtype: str, file: str | Path) -> np.ndarray:
    """Return the inputs in the dtype that the model was trained on; raises DataError where that changes them."""
    if x.dtype.kind not in "fiub" or (x.dtype.kind == "f" and not np.isfinite(x).all()):
        raise DataError(f"`{file}` holds values that are not finite numbers")
    if dtype == "uint8" and x.dtype != np.uint8:
        if x.min() < 0 or x.max() > 255 or (x.dtype.kind == "f" and (x != np.round(x)).any()):
            help = "give the original pixels: whole numbers from 0 to 255, not scaled"
            raise DataError(f"the values of `{file}` are not pixels, but the model was trained on pixels", help=help)
        return x.astype("uint8")
    with np.errstate(over="ignore"):
        x = x.astype(dtype)
    if x.dtype.kind == "f" and not np.isfinite(x).all():
        raise DataError(f"`{file}` holds numbers that are too large for a 32-bit float")
    return x
