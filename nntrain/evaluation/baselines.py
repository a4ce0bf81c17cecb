"""What simple models reach on the same split: a network that is no better than these has learnt nothing of its own."""

import time
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from nntrain.data.dataset import Dataset
from nntrain.data.examples import Split
from nntrain.data.row_file import Examples
from nntrain.evaluation.scores import regression_scores

_NUMBERS = 20_000_000  # training numbers at most, so that large images do not take hours: 5,000 rows of 4,000
_CHUNK = 1000  # rows turned into floating point at once


@dataclass(frozen=True)
class Baseline:
    """`score` is the accuracy, or R² for a regression; `seconds` is what fitting to `train_rows` rows took."""

    name: str
    score: float
    train_rows: int
    seconds: float


def baselines(dataset: Dataset, split: Split, seed: int, limit: int = 5000) -> list[Baseline]:
    """Fits scikit-learn's models to the training split and scores each on the whole of `split`, simplest first.

    Examples are flattened, and standardised by the rows that are fitted to. More than `limit` training rows (fewer
    where an example has more than 4,000 numbers) are replaced by a random part of them, drawn with the seed, with the
    same share of every class and at least one row of each.
    """
    train = dataset.train
    most = max(2 * len(dataset.schema.classes), min(limit, _NUMBERS // train.x[0].size))
    if len(train) > most:
        train = train.take(_part(train.y if dataset.schema.classes else np.zeros(len(train), np.int64), most, seed))
    models = _classifiers(seed, _classes_vary(train)) if dataset.schema.classes else _regressors(seed)
    return [_run(name, model, train, split, bool(dataset.schema.classes)) for name, model in models.items()]


def _classifiers(seed: int, classes_vary: bool) -> dict[str, Any]:
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
    from sklearn.dummy import DummyClassifier
    from sklearn.linear_model import LogisticRegression, Perceptron
    from sklearn.neural_network import MLPClassifier

    # Its formula divides by the spread inside the classes, and it breaks where there is none.
    discriminant = {"linear discriminant analysis": LinearDiscriminantAnalysis()} if classes_vary else {}
    return {
        "majority class": DummyClassifier(),
        "logistic regression": LogisticRegression(),
        **discriminant,
        "perceptron": Perceptron(random_state=seed),
        "scikit-learn MLPClassifier": MLPClassifier(random_state=seed),
    }


def _regressors(seed: int) -> dict[str, Any]:
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.dummy import DummyRegressor
    from sklearn.linear_model import LinearRegression
    from sklearn.neural_network import MLPRegressor
    from sklearn.preprocessing import StandardScaler

    # Its Adam with a rate of 0.001 would never arrive at targets in the thousands, so they are standardised for it.
    network = TransformedTargetRegressor(MLPRegressor(random_state=seed), transformer=StandardScaler())
    return {"mean": DummyRegressor(), "linear regression": LinearRegression(), "scikit-learn MLPRegressor": network}


def _run(name: str, model: Any, train: Split, split: Split, classification: bool) -> Baseline:
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    pipeline = make_pipeline(StandardScaler(), model)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a baseline does not converge is no fault of the user's
        start = time.perf_counter()
        pipeline.fit(_flat(train.x[:]), train.y)
        seconds = time.perf_counter() - start
        predicted = _predicted(pipeline, split.x)
    score = np.mean(predicted == split.y) if classification else regression_scores(split.y, predicted)["r2_score"]
    return Baseline(name, float(score), len(train), seconds)


def _classes_vary(train: Split) -> bool:
    """Whether two rows of one class differ."""
    _, first, classes = np.unique(train.y, return_index=True, return_inverse=True)
    x = train.x[:]
    return bool((x != x[first[classes]]).any())


def _flat(x: np.ndarray) -> np.ndarray:
    """(n, features): float32 for images, float64 for tables, whose columns may nearly depend on each other."""
    return x.reshape(len(x), -1).astype(np.float32 if x.dtype == np.uint8 else np.float64)


def _predicted(pipeline: Any, x: Examples) -> np.ndarray:
    """(n, ...) the predictions, in chunks because all images in floating point may not fit into memory."""
    chunks = (x[start : start + _CHUNK] for start in range(0, len(x), _CHUNK))
    return np.concatenate([pipeline.predict(_flat(chunk)) for chunk in chunks])


def _part(groups: np.ndarray, count: int, seed: int) -> np.ndarray:
    """(count,) ascending positions, the same share of each group: those first in their group's random order.

    groups: (n,) from 0. A row's place is its rank in its group divided by the size of the group, so every group's first
    row has place 0 and is taken, and any further cut takes the same share of each.
    """
    keys = np.random.PCG64(np.random.SeedSequence(seed)).random_raw(len(groups))
    order = np.lexsort((keys, groups))
    sizes = np.bincount(groups)
    ranks = np.arange(len(groups)) - (np.cumsum(sizes) - sizes)[groups[order]]
    place = ranks / sizes[groups[order]]
    return np.sort(order[np.argsort(place, kind="stable")[:count]])
