"""A run that was trained before: its model rebuilt from its own spec, its metrics, its predictions."""

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nntrain.config.load import load
from nntrain.data import dataset as datasets
from nntrain.data.csv_reader import read_features
from nntrain.data.dataset import Dataset, load_data
from nntrain.data.examples import Split
from nntrain.data.npz_reader import BROKEN
from nntrain.data.row_file import Examples
from nntrain.errors import ConfigError, DataError
from nntrain.evaluation import scores
from nntrain.evaluation.baselines import Baseline, baselines
from nntrain.model.restore import SavedModel, load_model
from nntrain.storage import run_files
from nntrain.storage.run_files import RunDir
from nntrain.training.scorer import Scorer

IMAGES_AT_ONCE = 1024  # that `predict` decodes before it predicts them
BOOTSTRAP_SEED = 0


@dataclass(frozen=True)
class Restored:
    """A trained model with its compiled loops."""

    saved: SavedModel
    scorer: Scorer


def restore(run_dir: RunDir, examples: Examples | None = None) -> Restored:
    """The model of a run, ready to score; raises NNTrainError as `load_model` does.

    examples: the data that it will score, where they are known; they may be too large for memory.
    """
    saved = load_model(run_dir)
    x = np.empty(0, saved.dtype) if examples is None else examples
    return Restored(saved, Scorer.of(saved.experiment, saved.schema, saved.model, x))


@dataclass(frozen=True)
class Evaluation:
    """`interval` is the 95 % bootstrap interval of `score`: accuracy, or the mean absolute error of a regression."""

    split: str
    rows: int
    metrics: dict[str, float]
    score: str
    value: float
    interval: tuple[float, float]
    classes: list[scores.ClassScore]
    confusion: np.ndarray | None
    baselines: list[Baseline]
    regression: dict[str, float]


def evaluate(run_dir: RunDir, split_name: str | None, with_baselines: bool) -> Evaluation:
    """Scores a run on one of its splits, by default the last that there is: test, validation, train."""
    data = _same_data(run_dir)
    restored = restore(run_dir, data.train.x)
    splits = data.splits
    name = split_name or list(splits)[-1]
    if name not in splits:
        raise ConfigError(f"the run has no {name} split", help=f"use `--split {list(splits)[-1]}`")
    return _evaluation(restored, data, name, splits[name], with_baselines)


def _same_data(run_dir: RunDir) -> Dataset:
    """The run's data, which must be what it was trained on."""
    data = load_data(load(run_dir.path / run_files.RESOLVED))
    if datasets.sha256(data) != run_dir.read_json(run_files.ENVIRONMENT).get("data_sha256"):
        message = f"the data are not those that `{run_dir}` was trained on"
        raise DataError(message, help="restore the data, or use `nntrain predict` for other data")
    return data


def _evaluation(restored: Restored, data: Dataset, name: str, split: Split, with_baselines: bool) -> Evaluation:
    predicted = restored.scorer.predicted(split.x)
    classes, matrix, regression = [], None, {}
    if data.schema.classes:
        each = (predicted == split.y).astype("float64")
        classes = scores.class_table(split.y, predicted, data.schema.classes)
        matrix = scores.confusion(split.y, predicted, len(data.schema.classes))
    else:
        each = np.abs(predicted - split.y).mean(axis=1, dtype="float64")
        regression = scores.regression_scores(split.y, predicted)
    return Evaluation(
        split=name,
        rows=len(split),
        metrics=restored.scorer.metrics(split),
        score="accuracy" if data.schema.classes else "mean absolute error",
        value=float(each.mean()),
        interval=scores.bootstrap_interval(each, seed=BOOTSTRAP_SEED),
        classes=classes,
        confusion=matrix,
        baselines=baselines(data, split, restored.saved.experiment.seed) if with_baselines else [],
        regression=regression,
    )


def predict(run_dir: RunDir, file: Path) -> str:
    """Predictions for the rows of a CSV or npz file, for an image or all of a folder, as CSV text: the class and a
    probability for each class, or the predicted numbers. Raises DataError when the file does not fit the model.
    """
    restored = restore(run_dir)
    if restored.saved.experiment.data.of_folders and file.suffix != ".npz":
        return _predict_images(restored, file)
    x = read_inputs(restored, file)
    return predictions_text(restored, restored.scorer.outputs(x))


def _predict_images(restored: Restored, place: Path) -> str:
    """A row for each image, with its file."""
    from nntrain.data.image_reader import images_below, read_images

    if not place.exists():
        raise DataError(f"there is no file `{place}`")
    files = images_below(place) if place.is_dir() else [place]
    if not files:
        raise DataError(f"there are no images in `{place}`", help="give an image, or a folder of images")
    parts = [files[start : start + IMAGES_AT_ONCE] for start in range(0, len(files), IMAGES_AT_ONCE)]
    shape = restored.saved.schema.shape
    outputs = np.concatenate([restored.scorer.outputs(read_images(part, shape)) for part in parts])
    return predictions_text(restored, outputs, [str(file) for file in files])


def read_inputs(restored: Restored, file: Path) -> np.ndarray:
    """(n, *shape) in the dtype that the model was trained on."""
    if file.suffix == ".npz":
        x = _npz_inputs(file)
    elif not restored.saved.schema.features:
        sizes = " x ".join(map(str, restored.saved.schema.shape))
        raise DataError(f"`{file}` is no .npz, but the model takes arrays of {sizes}", help="save an array `x` as .npz")
    else:
        separator = getattr(restored.saved.experiment.data, "separator", ",")
        x = read_features(file, restored.saved.schema.features, separator)
    shape = restored.saved.schema.shape
    if x.ndim == 0:
        raise DataError(f"`{file}` holds a single number, the model takes rows of the shape {shape}")
    if x.shape[1:] != shape and x.size == len(x) * int(np.prod(shape)):
        x = x.reshape(len(x), *shape)
    if x.shape[1:] != shape or not len(x):
        raise DataError(f"`{file}` holds rows of the shape {x.shape[1:]}, the model takes {shape}")
    return _as_trained(x, restored.saved.dtype, file)


def _npz_inputs(file: Path) -> np.ndarray:
    help = "save it again with `numpy.savez(file, x=x)`"
    try:
        with file.open("rb") as opened:
            arrays = np.load(opened, allow_pickle=False)
            if not isinstance(arrays, np.lib.npyio.NpzFile):
                raise DataError(f"`{file}` holds a single array", help=help)
            name = next((name for name in ("x", "x_test") if name in arrays), None)
            if name is None:
                raise DataError(f"`{file}` has no array `x`", help="save the inputs as `x`")
            return np.asarray(arrays[name])
    except FileNotFoundError:
        raise DataError(f"there is no file `{file}`") from None
    except BROKEN:
        raise DataError(f"`{file}` is broken, or no .npz file", help=help) from None


def _as_trained(x: np.ndarray, dtype: str, file: Path) -> np.ndarray:
    if x.dtype.kind not in "fiub" or (x.dtype.kind == "f" and not np.isfinite(x).all()):
        raise DataError(f"`{file}` holds values that are not finite numbers")
    if dtype == "uint8" and x.dtype != np.uint8:
        if x.min() < 0 or x.max() > 255 or (x.dtype.kind == "f" and (x != np.round(x)).any()):
            help = "give the pixels as they were: whole numbers from 0 to 255, not scaled"
            raise DataError(f"`{file}` holds no pixels, but the model was trained on pixels", help=help)
        return x.astype("uint8")
    with np.errstate(over="ignore"):
        x = x.astype(dtype)
    if x.dtype.kind == "f" and not np.isfinite(x).all():
        raise DataError(f"`{file}` holds numbers that are too large for a 32-bit float")
    return x


def predictions_text(restored: Restored, outputs: np.ndarray, files: Sequence[str] = ()) -> str:
    """outputs: (n, classes) or (n, targets) float32. A row for each example, in the order of the file.

    files: (n,) where each comes from a file of its own, which is the first column.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    begin = [[_safe(file)] for file in files] or [[]] * len(outputs)
    first = ["file"] if files else []
    if restored.saved.schema.classes:
        writer.writerow([*first, "class", *(_safe(f"probability_{name}") for name in restored.saved.schema.classes)])
        names = [_safe(name) for name in restored.saved.schema.classes]
        rows = zip(begin, outputs, strict=True)
        writer.writerows([*start, names[row.argmax()], *_digits(row)] for start, row in rows)
    else:
        targets = restored.saved.schema.targets or tuple(f"prediction_{index + 1}" for index in range(outputs.shape[1]))
        writer.writerow([*first, *(_safe(name) for name in targets)])
        writer.writerows([*start, *_digits(row)] for start, row in zip(begin, outputs, strict=True))
    return text.getvalue()


def _digits(row: np.ndarray) -> list[str]:
    return [f"{value:.7g}" for value in row]


def _safe(name: str) -> str:
    """A cell that begins with one of these would run as a formula in a spreadsheet."""
    return f"'{name}" if name[:1] in "=+-@\t\r" else name


def tables(evaluation: Evaluation, own: str) -> list[tuple[str, Sequence[str], list[list[Any]]]]:
    """Title, columns and rows of what follows the metrics: classes, confusion matrix, baselines."""
    found: list[tuple[str, Sequence[str], list[list[Any]]]] = []
    if evaluation.confusion is not None:
        names = [score.name for score in evaluation.classes]
        classes = [[s.name, s.support, s.precision, s.recall, s.f1] for s in evaluation.classes]
        found.append(("classes", ("class", "rows", "precision", "recall", "f1"), classes))
        matrix = [[name, *map(int, row)] for name, row in zip(names, evaluation.confusion, strict=True)]
        found.append(("confusion matrix (a row for each true class)", ("true \\ predicted", *names), matrix))
    if evaluation.regression:
        found.append(("regression", tuple(evaluation.regression), [list(evaluation.regression.values())]))
    if evaluation.baselines:
        score = "accuracy" if evaluation.confusion is not None else "R²"
        own_score = evaluation.value if evaluation.confusion is not None else evaluation.regression["r2_score"]
        rows: list[list[Any]] = [[own, own_score, "", ""]]
        rows += [[b.name, b.score, b.train_rows, round(b.seconds, 2)] for b in evaluation.baselines]
        found.append((f"baselines on the {evaluation.split} split", ("model", score, "trained on rows", "s"), rows))
    return found


def as_json(evaluation: Evaluation) -> dict[str, Any]:
    """All of it for `--json`."""
    matrix = evaluation.confusion
    return {**asdict(evaluation), "confusion": None if matrix is None else matrix.tolist()}
