"""The callbacks of a config as Keras's own."""

from typing import Any

import keras

from nntrain.config.experiment import Experiment
from nntrain.config.keras import callbacks, metrics
from nntrain.model.build import keras_object


def build_callbacks(experiment: Experiment) -> list[keras.callbacks.Callback]:
    """Return Keras's callbacks, always with a `mode`, which Keras would guess from the name of the metric.

    The training loop keeps the weights of an epoch, so early stopping does not keep them a second time.
    """
    train = experiment.train
    return [keras_object(_as_the_loop_needs(callback, train.metrics)) for callback in train.callbacks]


def _as_the_loop_needs(callback: callbacks.Callback, chosen: list[metrics.Metric]) -> callbacks.Callback:
    changes: dict[str, Any] = {}
    if getattr(callback, "mode", "") in (None, "auto"):
        changes["mode"] = metrics.direction(getattr(callback, "monitor", ""), chosen)
    if isinstance(callback, callbacks.EarlyStopping):
        changes["restore_best_weights"] = False
    return callback.model_copy(update=changes)
