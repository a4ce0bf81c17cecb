"""The weights of linear baselines in the units of the columns, so that those of two models compare."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nntrain.config.data_schema import Schema

MOST_FEATURES = 10  # of a table whose weights are shown


@dataclass(frozen=True)
class Linear:
    """A model whose class has the probability σ(w · x + b), or the softmax of such sums for more than two classes.

    features: their names. classes: the names of the rows, of two classes the second. weights: (classes, features).
    biases: (classes,).
    """

    features: list[str]
    classes: list[str]
    weights: list[list[float]]
    biases: list[float]


def linear(scaler: Any, model: Any, schema: Schema) -> Linear | None:
    """Return the weights of a fitted classifier on standardized columns; None where it has none, or too many.

    With x' = (x - m) / s, w' · x' + b' is w · x + b for w = w' / s and b = b' - w · m.
    """
    is_small = len(schema.shape) == 1 and schema.shape[0] <= MOST_FEATURES
    if not is_small or not hasattr(scaler, "scale_"):  # which a scaler of categories has not
        return None
    weights = model.coef_ / scaler.scale_
    biases = model.intercept_ - weights @ scaler.mean_
    classes = [schema.classes[index] for index in model.classes_][-len(weights) :]
    features = list(schema.features) or [f"x{at + 1}" for at in range(schema.shape[0])]
    return Linear(features, classes, weights.tolist(), biases.tolist())


def rows(models: Sequence[tuple[str, Linear]]) -> list[list[Any]]:
    """Return a row for each class of each model: its name, the class, the weights of the features, the bias."""
    return [
        [name if at == 0 else "", label, *weights, bias]
        for name, model in models
        for at, (label, weights, bias) in enumerate(zip(model.classes, model.weights, model.biases, strict=True))
    ]
