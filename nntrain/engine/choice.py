"""Which engine trains, and how it is compiled."""

import tensorflow as tf

from nntrain.custom.network import Network
from nntrain.engine.reference import KerasProgram
from nntrain.engine.resident import Arrays, Program
from nntrain.engine.streamed import StreamedProgram
from nntrain.spec import image_layers, layers
from nntrain.spec.experiment import Experiment

# Their image operations have no XLA kernels.
_NOT_FOR_XLA = (
    image_layers.RandomRotation,
    image_layers.RandomTranslation,
    image_layers.RandomZoom,
    layers.Resizing,
)


def make_program(experiment: Experiment, model: Network, example: Arrays, batch_size: int, fits: bool) -> Program:
    """The model's program for `train.engine` and `train.compile`.

    `example` has the dtypes and shapes of the data; `fits` says whether all of them fit into memory.
    """
    engine = experiment.train.engine
    if engine == "auto":
        engine = "resident" if fits else "streamed"
    if engine == "keras":
        return KerasProgram(model, example, batch_size)
    if engine == "streamed":
        return StreamedProgram(model, example, batch_size, xla=uses_xla(experiment))
    return Program(model, example, batch_size, xla=uses_xla(experiment))


def uses_xla(experiment: Experiment) -> bool:
    """`auto` is XLA on a GPU and graph on a CPU, where XLA makes a convolution many times slower (docs/log.md)."""
    if experiment.train.compile != "auto":
        return bool(experiment.train.compile == "xla")
    refused = any(isinstance(layer, _NOT_FOR_XLA) for _, layer in layers.walk(experiment.model))
    return bool(tf.config.get_visible_devices("GPU")) and not refused
