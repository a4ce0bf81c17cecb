"""What a training must be better than: the majority class or the mean, a linear model and the nearest rows."""

from collections.abc import Sequence

import numpy as np

from nntrain.data.dataset import Dataset
from nntrain.data.examples import Split
from nntrain.doctor.course import Score
from nntrain.doctor.statistics import are_inputs, sample
from nntrain.training.scorer import Scorer

SCORED = 2000  # rows of a split: the standard error of a share is at most 0.011
LINEAR_ROWS = 2000  # of the fit of a linear model
LINEAR_FEATURES = 1000  # at most; of 784 features it takes about a tenth of a second
RIDGE = 1e-3  # of the variance of a standardised feature, so that equal columns have a solution
MOST_CATEGORIES = 100  # of a column of a table, the most frequent
STEADY = 4  # rows for each feature, with fewer of which a fitted line says little about other rows


def scores(data: Dataset, scorer: Scorer) -> dict[str, Score]:
    """Return the scores of the model on the training and the validation split, on a part of the rows of a large one."""
    return {name: _score(data, split, scorer) for name, split in data.splits.items() if name != "test"}


def _score(data: Dataset, split: Split, scorer: Scorer) -> Score:
    part = split.take(sample(len(split), SCORED))
    outputs = scorer.outputs(part.x)
    predicted = scorer.decided(outputs)
    train = data.train.take(sample(len(data.train)))
    if data.schema.classes:
        weighted = scorer.resolved.train.class_weight is not None
        counts = np.bincount(train.y, minlength=len(data.schema.classes))
        guess = accuracy(part.y, np.full(len(part), counts.argmax()), weighted)
        simple = (None, None) if weighted else _simple_models(data, part, split is data.train)
        explained = None if weighted else explained_deviance(part.y, outputs, counts)
        return Score(len(part), accuracy(part.y, predicted, weighted), guess, *simple, len(split), explained)
    mean = np.broadcast_to(train.y.mean(axis=0), part.y.shape)
    simple = _simple_models(data, part, split is data.train)
    return Score(len(part), r2(part.y, predicted), r2(part.y, mean), *simple, len(split))


def accuracy(y: np.ndarray, predicted: np.ndarray, weighted: bool) -> float:
    """Return the share of the rows that are right, or, `weighted`, the mean of that share over the classes."""
    right = y == predicted
    if not weighted:
        return float(right.mean())
    return float(np.mean([right[y == index].mean() for index in np.unique(y)]))


def explained_deviance(y: np.ndarray, probabilities: np.ndarray, counts: np.ndarray) -> float | None:
    """Return McFadden's R², 1 - log likelihood of the probabilities (n, classes) / that of the shares of the classes.

    None where a row does not sum to 1, as scores do not, or where the shares alone are certain. counts: (classes,) rows
    of the training split.
    """
    sums = probabilities.sum(axis=1)
    if (probabilities < 0).any() or not np.allclose(sums, 1, atol=1e-3):
        return None
    shares = (counts + 1) / (counts + 1).sum()  # a class that the training split lacks has a share too
    certain = -np.log(shares[y]).mean()
    least = float(np.finfo(np.float32).eps)
    found = -np.log(np.clip(probabilities[np.arange(len(y)), y].astype(np.float64), least, 1)).mean()
    return float(1 - found / certain) if certain > 0 else None


def r2(y: np.ndarray, predicted: np.ndarray) -> float:
    """Return R², the mean over the targets; y and predicted: (n, targets). A constant target counts 0."""
    y, predicted = (np.asarray(each, np.float64).reshape(len(y), -1) for each in (y, predicted))
    with np.errstate(over="ignore", invalid="ignore"):
        left = ((y - predicted) ** 2).sum(axis=0)
    whole = ((y - y.mean(axis=0)) ** 2).sum(axis=0)
    found = np.where(whole > 0, 1 - left / np.where(whole > 0, whole, 1), 0.0)
    return float(np.nan_to_num(found, nan=-1e9, neginf=-1e9).clip(-1e9).mean())


def _simple_models(data: Dataset, part: Split, is_train: bool) -> tuple[float | None, float | None]:
    """Return the scores of a linear model, fitted in closed form, and of the nearest training rows; None where unknown.

    Beside an autoencoder they say nothing: without its narrow layer a linear model copies the inputs. is_train: whether
    the rows are training rows, of which each is its own nearest one.
    """
    train = data.train.take(sample(len(data.train), LINEAR_ROWS))
    if train.x[0].size > LINEAR_FEATURES:
        return None, None
    known, sizes = _flat(train.x[:]), data.schema.sizes
    if not data.schema.classes and are_inputs(known, _flat(train.y)):
        return None, None
    x, other = _features(known, known, sizes), _features(_flat(part.x[:]), known, sizes)
    if x.shape[1] > LINEAR_FEATURES:
        return None, None
    center, scale = x.mean(axis=0), x.std(axis=0)
    scale[scale == 0] = 1
    x, other = (x - center) / scale, (other - center) / scale
    classes = len(data.schema.classes)
    y = train.y if classes else train.y.astype(np.float64).reshape(len(x), -1)
    linear = _linear(x, y, classes, other) if len(x) >= STEADY * x.shape[1] else None
    near = None if is_train else _nearest(x, y, classes, other)
    scored = [
        None if found is None else r2(part.y, found) if not classes else float((found.argmax(axis=1) == part.y).mean())
        for found in (linear, near)
    ]
    return scored[0], scored[1]


def _linear(x: np.ndarray, y: np.ndarray, classes: int, other: np.ndarray) -> np.ndarray:
    """Return (rows, classes), the discriminants of other rows, or (rows, targets), their targets by least squares."""
    if classes:
        return _discriminants(x, y, classes, other)
    weights = np.linalg.solve(_with_ridge(x.T @ x, len(x)), x.T @ (y - y.mean(axis=0)))
    return np.asarray(other @ weights + y.mean(axis=0))


def _nearest(x: np.ndarray, y: np.ndarray, classes: int, other: np.ndarray) -> np.ndarray:
    """Return what the sqrt(n) rows of x say that are nearest to each other row.

    (rows, classes), how many are of each class, or (rows, targets), the mean of their targets. sqrt(n) is the usual
    rule (Duda, Hart and Stork 2001, 4.4): it grows, and its share of the rows falls.
    """
    count = max(1, round(len(x) ** 0.5))
    distances = (x**2).sum(axis=1) - 2 * (other @ x.T)  # squared, but for what is the same for all rows of x
    nearest = np.argpartition(distances, count - 1, axis=1)[:, :count]
    if not classes:
        return np.asarray(sum(y[place] for place in nearest.T) / count)  # never (rows, sqrt(n), targets) at once
    votes = np.zeros((len(other), classes), np.int32)
    np.add.at(votes, (np.arange(len(other))[:, None], y[nearest]), 1)
    return votes


def _discriminants(x: np.ndarray, y: np.ndarray, classes: int, other: np.ndarray) -> np.ndarray:
    """Return (rows, classes), the discriminants of linear discriminant analysis (Fisher 1936; Rao 1948) for other rows.

    Least squares on one-hot classes would hide a class that lies between two others.
    """
    counts = np.bincount(y, minlength=classes)
    means = np.stack(
        [x[y == index].mean(axis=0) if counts[index] else np.zeros(x.shape[1]) for index in range(classes)]
    )
    within = x - means[y]
    weights = np.linalg.solve(_with_ridge(within.T @ within, len(x)) / len(x), means.T)
    with np.errstate(divide="ignore"):
        prior = np.log(counts / len(y))
    return np.asarray(other @ weights - 0.5 * (means.T * weights).sum(axis=0) + prior)


def _with_ridge(squares: np.ndarray, rows: int) -> np.ndarray:
    return squares + RIDGE * rows * np.eye(len(squares))


def _features(x: np.ndarray, known: np.ndarray, sizes: Sequence[int]) -> np.ndarray:
    """Return (n, features) numbers of the rows (n, columns) of a table, of which `known` rows are for the fit.

    sizes: 0 for a column of numbers, whose gaps get its median and a column of their own; else it holds codes of
    categories, of which the most frequent become a column of zeros and ones each.
    """
    if not any(sizes) and not np.isnan(known).any():
        return np.nan_to_num(x)
    columns = []
    for place in range(x.shape[1]):
        values, others = x[:, place], known[:, place]
        present = others[~np.isnan(others)]
        if sizes and sizes[place]:
            codes, counts = np.unique(present, return_counts=True)
            columns += [values == code for code in codes[np.argsort(-counts, kind="stable")[:MOST_CATEGORIES]]]
            continue
        gaps = np.isnan(values)
        columns.append(np.where(gaps, np.median(present) if len(present) else 0.0, values))
        if len(present) < len(others):
            columns.append(gaps)
    return np.stack(columns, axis=1).astype(np.float64)


def _flat(x: np.ndarray) -> np.ndarray:
    """Return (n, columns) float64."""
    return np.asarray(x).reshape(len(x), -1).astype(np.float64)
