"""The scores of simple scikit-learn models on the same split; a useful network is better than these."""

import time
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from nntrain.config.data_schema import Schema
from nntrain.data.dataset import Dataset
from nntrain.data.examples import Split
from nntrain.data.row_file import chunks
from nntrain.evaluation.linear_models import Linear, linear
from nntrain.evaluation.scores import count_scores, regression_scores

_MOST_COLUMNS = 500  # of a table whose trees are grown; those of images would take minutes
_MOST_CATEGORIES = 100  # of a column; the rarer ones are one
_OF_PROBABILITIES = ("logistic regression", "linear discriminant analysis")
_NUMBERS = 20_000_000  # in the training rows at most, 5,000 rows of 4,000, so that large images do not take hours


@dataclass(frozen=True)
class Baseline:
    """`score` is the accuracy, or R² of a regression, D² of counts; `seconds` is the time to fit `train_rows` rows.

    `linear` are the weights of a model of the probabilities of classes, on a table of few numbers.
    """

    name: str
    score: float
    train_rows: int
    seconds: float
    linear: Linear | None


def baselines(dataset: Dataset, split: Split, seed: int, limit: int = 5000) -> list[Baseline]:
    """Fit scikit-learn's models to the training split and score each on all of `split`, the simplest first.

    Examples are flattened and standardised by the rows of the fit; categories of a table become one-hot. At most
    `limit` rows are used, fewer where an example has more than 4,000 numbers: a random part, drawn with the seed, with
    the same share of every class and at least one row of each.
    """
    train = dataset.train
    most = max(2 * len(dataset.schema.classes), min(limit, _NUMBERS // train.x[0].size))
    if len(train) > most:
        train = train.take(_part(train.y if dataset.schema.classes else np.zeros(len(train), np.int64), most, seed))
    models = _models(dataset.schema, train, seed)
    if len(dataset.schema.shape) == 1 and dataset.schema.shape[0] <= _MOST_COLUMNS:
        models |= _trees(seed, dataset.schema)
    return [_run(name, model, train, split, dataset.schema) for name, model in models.items()]


def _models(schema: Schema, train: Split, seed: int) -> dict[str, Any]:
    if schema.classes:
        return _classifiers(seed, _classes_vary(train))
    return _of_counts(seed, len(train)) if schema.counts else _regressors(seed)


def _classifiers(seed: int, classes_vary: bool) -> dict[str, Any]:
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
    from sklearn.dummy import DummyClassifier
    from sklearn.linear_model import LogisticRegression, Perceptron
    from sklearn.neural_network import MLPClassifier

    # Its formula divides by the variance inside the classes and fails where that is 0.
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

    # Adam with its learning rate of 0.001 would not reach targets in the thousands, so they are standardised.
    network = TransformedTargetRegressor(MLPRegressor(random_state=seed), transformer=StandardScaler())
    return {"mean": DummyRegressor(), "linear regression": LinearRegression(), "scikit-learn MLPRegressor": network}


def _of_counts(seed: int, rows: int) -> dict[str, Any]:
    """Return models with the Poisson loss; the penalty is that of LogisticRegression, 1 for the sum over the rows."""
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.dummy import DummyRegressor
    from sklearn.linear_model import PoissonRegressor
    from sklearn.multioutput import MultiOutputRegressor
    from sklearn.neural_network import MLPRegressor
    from sklearn.preprocessing import StandardScaler

    network = MLPRegressor(random_state=seed, loss="poisson")
    return {
        "mean": DummyRegressor(),
        "Poisson regression": MultiOutputRegressor(PoissonRegressor(alpha=1 / rows, max_iter=1000)),
        "scikit-learn MLPRegressor": TransformedTargetRegressor(network, transformer=StandardScaler(with_mean=False)),
    }


def _trees(seed: int, schema: Schema) -> dict[str, Any]:
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
    from sklearn.multioutput import MultiOutputRegressor

    name = "histogram gradient boosting"
    if schema.classes:
        return {name: HistGradientBoostingClassifier(random_state=seed)}
    loss = "poisson" if schema.counts else "squared_error"
    return {name: MultiOutputRegressor(HistGradientBoostingRegressor(loss, random_state=seed))}


def _run(name: str, model: Any, train: Split, split: Split, schema: Schema) -> Baseline:
    from sklearn.pipeline import make_pipeline
    from threadpoolctl import threadpool_limits

    pipeline = make_pipeline(_preprocessing(schema), model)
    with warnings.catch_warnings(), threadpool_limits(1, user_api="openmp"):  # more threads wait for each other
        warnings.simplefilter("ignore")  # a baseline that does not converge is not the user's fault
        start = time.perf_counter()
        pipeline.fit(_flat(train.x[:]), train.y)
        seconds = time.perf_counter() - start
        # In parts, because all images as floats may not fit into memory.
        predicted = np.concatenate([pipeline.predict(_flat(part)) for _, part in chunks(split.x)])
    weights = linear(pipeline[0], pipeline[1], schema) if name in _OF_PROBABILITIES else None
    return Baseline(name, _score(split.y, predicted, schema), len(train), seconds, weights)


def _score(y: np.ndarray, predicted: np.ndarray, schema: Schema) -> float:
    if schema.classes:
        return float(np.mean(predicted == y))
    if schema.counts:
        return count_scores(y, predicted.reshape(y.shape))["d2_score"]
    return regression_scores(y, predicted)["r2_score"]


def _preprocessing(schema: Schema) -> Any:
    """Return what standardises numbers, after the median fills gaps of a table, and makes its categories one-hot."""
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    if not any(schema.sizes) and not schema.has_missing:
        return StandardScaler()
    numbers = [index for index, size in enumerate(schema.sizes) if not size]
    categories = [index for index, size in enumerate(schema.sizes) if size]
    one_hot = OneHotEncoder(max_categories=_MOST_CATEGORIES, handle_unknown="infrequent_if_exist", sparse_output=False)
    filled = make_pipeline(SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler())
    return ColumnTransformer([("numbers", filled, numbers), ("categories", one_hot, categories)])


def _classes_vary(train: Split) -> bool:
    """Return whether two rows of one class differ."""
    _, first, classes = np.unique(train.y, return_index=True, return_inverse=True)
    x = train.x[:]
    return bool((x != x[first[classes]]).any())


def _flat(x: np.ndarray) -> np.ndarray:
    """Return (n, features): float32 for images, float64 for tables, whose columns may be nearly collinear."""
    return x.reshape(len(x), -1).astype(np.float32 if x.dtype == np.uint8 else np.float64)


def _part(groups: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Return (count,) ascending positions, drawn at random with the same share of each group.

    groups: (n,) integers from 0. A row's place is its rank in a random order of its group, divided by the group's size.
    The rows with the smallest places are taken: the first row of every group, then the same share of each.
    """
    keys = np.random.PCG64(np.random.SeedSequence(seed)).random_raw(len(groups))
    order = np.lexsort((keys, groups))
    sizes = np.bincount(groups)
    ranks = np.arange(len(groups)) - (np.cumsum(sizes) - sizes)[groups[order]]
    place = ranks / sizes[groups[order]]
    return np.sort(order[np.argsort(place, kind="stable")[:count]])
