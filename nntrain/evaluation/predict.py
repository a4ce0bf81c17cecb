"""The predictions of a trained model for the rows of a file, or for images."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from nntrain.config.messages import counted, listed
from nntrain.config.table import Table
from nntrain.data.csv_text import CsvTable
from nntrain.data.image_files import left_out_in_words
from nntrain.data.image_reader import read_images
from nntrain.data.image_sets import images_below
from nntrain.data.npy_header import is_npy, parts_in_npz, stored_in_npz
from nntrain.data.npz_reader import BROKEN
from nntrain.data.row_file import is_large
from nntrain.data.table_file import Form, form_like
from nntrain.data.table_formats import text_rows
from nntrain.data.table_pieces import ROWS, pieces
from nntrain.data.table_reader import notes_on_unseen, read_like
from nntrain.errors import ConfigError, DataError
from nntrain.evaluation.predictions import Columns, Predictions
from nntrain.evaluation.sampled_outputs import SampledOutputs
from nntrain.model.restore import SavedModel, load_model
from nntrain.nearest import exists, near_path
from nntrain.storage.regular_file import irregular_kind
from nntrain.storage.run_dir import RunDir
from nntrain.training.memory import refuse_large_batch
from nntrain.training.programs.arrays import EVALUATION_BATCH
from nntrain.training.scorer import Scorer

IMAGES_AT_ONCE = 1024  # images decoded before they are predicted
_BYTES_AT_ONCE = 1 << 28


@dataclass(frozen=True)
class PredictOptions:
    """What is predicted beside the outputs.

    with_input: whether the columns of a table stand before the predictions. top: how many classes are listed, 0 for
    all. samples: how many outputs with dropout on are averaged, 0 for none. every_row: also those at the end of a file
    that have no cell.
    """

    with_input: bool = False
    top: int = 0
    samples: int = 0
    every_row: bool = False


AS_THEY_ARE = PredictOptions()


def predict(run_dir: RunDir, file: Path, with_input: bool = False, top: int = 0, samples: int = 0) -> Predictions:
    """Return a row for each example: the class and the probability or score of each, or the numbers.

    file: a table, an npz file, an image, or a folder of images. The other arguments are those of `PredictOptions`.
    Raises DataError when the file does not fit the model, ConfigError for options that do not, and NNTrainError as
    `load_model` does.
    """
    return Parts.of_run(run_dir, file, PredictOptions(with_input, top, samples)).whole()


def predict_file(saved: SavedModel, scorer: Scorer, file: Path, options: PredictOptions = AS_THEY_ARE) -> Predictions:
    """Return the predictions of a model that was loaded before; `scorer` is its own. Raises DataError as `predict`."""
    return Parts(saved, scorer, file, options).whole()


def predict_array(
    saved: SavedModel, scorer: Scorer, x: np.ndarray, name: str, options: PredictOptions = AS_THEY_ARE
) -> Predictions:
    """Return the predictions for the rows of an array, (n, *shape) or (n, as many numbers); `name` is for messages.

    Raises DataError where they do not fit the model, and ConfigError for options that do not.
    """
    return Parts(saved, scorer, Path(name), options).of_array(x)


def rows_of(saved: SavedModel, x: np.ndarray, name: str | Path) -> np.ndarray:
    """Return an array as (n, *shape) in the dtype that the model was trained on; raises as `predict_array`."""
    refuse_shape(x.shape, saved.resolved.schema.shape, name)
    return as_trained(x.reshape(len(x), *saved.resolved.schema.shape), saved.dtype, name)


class Parts:
    """The predictions for a file that may be larger than memory, some rows at a time. Raises as `predict` does.

    notes: on how the file differs from the one that was trained on, complete after the last part.
    """

    def __init__(self, saved: SavedModel, scorer: Scorer, file: Path, options: PredictOptions) -> None:
        self.saved, self.scorer, self.file, self.options = saved, scorer, file, options
        self.notes: list[str] = []
        self._refuse_options()
        self.sampled = SampledOutputs(scorer, options.samples) if options.samples else None

    @classmethod
    def of_run(cls, run_dir: RunDir, file: Path, options: PredictOptions) -> "Parts":
        """Return the predictions of a run, whose model is loaded; raises as `load_model` too."""
        saved = load_model(run_dir)
        return cls(saved, Scorer.restored(saved), file, options)

    def whole(self) -> Predictions:
        """Return the predictions for all rows."""
        first, *others = self
        return replace(first.followed_by(others), notes=tuple(self.notes))

    def __iter__(self) -> Iterator[Predictions]:
        """Yield a part of the rows; `done` is the share of the file."""
        if self.saved.resolved.experiment.data.of_folders and self.file.suffix != ".npz":
            return self._of_images()
        is_table = self.saved.table is not None and self.file.suffix != ".npz"
        return self._of_table() if is_table else self._of_arrays()

    def _refuse_options(self) -> None:
        classes = self.saved.resolved.schema.classes
        if self.options.top and not classes:
            raise ConfigError("`--top` lists classes, and the run predicts numbers", help="leave `--top` out")
        if self.options.top > len(classes):
            message = f"`--top {self.options.top}` is more than the {len(classes)} classes of the run"
            raise ConfigError(message, help=f"write `--top {len(classes)}`")

    def of_array(self, x: np.ndarray) -> Predictions:
        """Return the predictions for the rows of an array, whose name is that of the file."""
        self._refuse_input()
        x = rows_of(self.saved, x, self.file)
        refuse_large_batch(self.saved.resolved, len(x))
        return self._part(x)

    def _refuse_input(self) -> None:
        if self.options.with_input:
            message = f"`--with-input` keeps the columns of a table, and `{self.file}` holds arrays"
            raise DataError(message, help="leave it out: the predictions are in the order of the rows")

    def _part(self, x: np.ndarray, input: Columns = (), done: float = 1.0) -> Predictions:
        outputs, spread = (self.scorer.outputs(x), None) if self.sampled is None else self.sampled(x)
        found = Predictions.of(self.scorer, outputs, input)
        return replace(found, spread=spread, top=self.options.top, done=done)

    def _of_images(self) -> Iterator[Predictions]:
        shape = self.saved.resolved.schema.shape
        files, left_out = _images(self.file)
        self.notes += left_out
        at_once = max(1, min(IMAGES_AT_ONCE, _BYTES_AT_ONCE // math.prod(shape)))
        refuse_large_batch(self.saved.resolved, min(at_once, len(files)))
        for start in range(0, len(files), at_once):
            part = files[start : start + at_once]
            done = (start + len(part)) / len(files)
            yield self._part(read_images(part, shape), [("file", list(map(str, part)))], done)

    def _of_arrays(self) -> Iterator[Predictions]:
        shape = self.saved.resolved.schema.shape
        if self.file.suffix != ".npz":
            message = (
                f"`{self.file}` is not an .npz file, but the model expects arrays of {' x '.join(map(str, shape))}"
            )
            raise DataError(message, help="save an array `x` as .npz")
        self._refuse_input()
        for part, done in _npz_parts(self.file, shape):
            x = rows_of(self.saved, part, self.file)
            refuse_large_batch(self.saved.resolved, len(x))
            yield self._part(x, done=done)

    def _of_table(self) -> Iterator[Predictions]:
        """Yield the rows of each piece of the file; the rows with unseen categories are counted over all of them."""
        table, unseen = self.saved.table, Counter[str]()
        if table is None:
            raise TypeError("the run has no table")
        file = CsvTable(self.file, every_row=self.options.every_row)
        for piece in pieces(file, form_like(file, Form(table.separator, table.decimal))):
            try:
                found = read_like(table, piece.table)
                refuse_missing(self.saved, found.x, self.file)
                refuse_large_batch(self.saved.resolved, len(found.x))
                input = _columns(table, piece.table) if self.options.with_input else ()
            except DataError as error:
                raise piece.placed(error) from None
            self.notes += [note for note in (*piece.notes, *found.differences) if note not in self.notes]
            unseen.update(found.unseen)
            yield self._part(found.x, input, piece.done)
        self.notes += notes_on_unseen(table, unseen, CsvTable(self.file).name)


def _columns(table: Table, file: CsvTable) -> Columns:
    """Return the columns of a table, which was read without a fault."""
    header, *rows = text_rows(file, form_like(file, Form(table.separator, table.decimal)))
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
        message = f"`{file}` holds a single number, but the model expects rows of the shape {shape}"
        raise DataError(message, help=f"give an array of the shape {('n', *shape)}".replace("'", ""))
    if not found[0]:
        raise DataError(f"`{file}` holds no rows", help="give a row or more")
    if math.prod(found[1:]) != math.prod(shape):
        message = f"`{file}` holds rows of the shape {found[1:]}, but the model expects {shape}"
        raise DataError(message, help="give the columns, or the pixels, that the training rows had, in their order")


def _npz_parts(file: Path, shape: tuple[int, ...]) -> Iterator[tuple[np.ndarray, float]]:
    """Yield parts of the array `x`, or of `x_test` where the file holds no `x`, each with the share of it so far.

    Raises DataError unless its rows have as many numbers as the shape.
    """
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
        if stored.by_column and is_large(stored.nbytes):
            message = f"`{name}` in `{file}` takes {stored.nbytes / 1e9:.1f} GB, and is stored by column"
            raise DataError(message, help="save it as `numpy.ascontiguousarray(x)`, whose rows can be read in parts")
        rows = _BYTES_AT_ONCE // max(1, stored.nbytes // stored.shape[0])
        read = 0
        for part in parts_in_npz(file, name, min(ROWS, max(1, rows // EVALUATION_BATCH) * EVALUATION_BATCH)):
            read += len(part)
            yield part, read / stored.shape[0]
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
