"""Percentile bootstrap intervals (Efron 1979) of the loss and of any metric of a compiled model."""

from collections.abc import Collection
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from nntrain.evaluation.intervals import Interval, resampled_means, within
from nntrain.training.scorer import Scorer

_RESAMPLES = 500
_LEAST = 100
_DRAWS = 6_000_000  # rows drawn in all; more than 12,000 rows have fewer resamples


def of_metrics(
    scorer: Scorer, y: np.ndarray, outputs: np.ndarray, loss: float, known: Collection[str] = ()
) -> dict[str, Interval]:
    """Return the 95 % interval of the loss and of each metric that the model was compiled with, by its name.

    y: (n, …) labels as the loss compares them. outputs: (n, units), those of the model. loss: the mean over all rows,
    with what regularizers add, which is the same in every resample. A row that is drawn twice has the weight 2, so a
    metric is updated once for each resample; a NaN that it gives for some is left out. known: metrics to leave out.
    """
    model = scorer.program.model
    losses = _losses(model, y, outputs)
    low, high = within(resampled_means(losses[:, None])[:, 0])
    metrics = [metric for metric in _metrics_of(model) if metric.name not in known]
    penalty = loss - float(losses.mean())
    return {"loss": (low + penalty, high + penalty), **_resampled(metrics, y, outputs)}


def _losses(model: keras.Model, y: np.ndarray, outputs: np.ndarray) -> np.ndarray:
    """Return (n,) float64, the loss of each row."""
    found = np.asarray(model.loss.call(tf.constant(y), tf.constant(outputs)), np.float64)
    return np.asarray(found.reshape(len(y), -1).mean(axis=1))


def _metrics_of(model: keras.Model) -> list[keras.metrics.Metric]:
    """Return the metrics among those of a compiled model, without the mean of the loss."""
    return [metric for group in model.metrics for metric in getattr(group, "metrics", ())]


def _resampled(metrics: list[keras.metrics.Metric], y: np.ndarray, outputs: np.ndarray) -> dict[str, Interval]:
    if not metrics:
        return {}
    rows, random = len(y), np.random.default_rng(0)
    labels, raw = tf.constant(y), tf.constant(outputs)

    def scores(weights: Any) -> list[Any]:
        for metric in metrics:
            metric.reset_state()
            metric.update_state(labels, raw, sample_weight=weights)
        return [metric.result() for metric in metrics]

    compiled = tf.function(scores, autograph=False)
    resamples = min(_RESAMPLES, max(_LEAST, _DRAWS // rows))
    draws = (np.bincount(random.integers(rows, size=rows), minlength=rows) for _ in range(resamples))
    found = np.array([[float(value) for value in compiled(tf.constant(draw, tf.float32))] for draw in draws])
    for metric in metrics:
        metric.reset_state()
    return {metric.name: within(values) for metric, values in zip(metrics, found.T, strict=True)}
