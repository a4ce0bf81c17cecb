"""What the user left out, chosen from the data as the lectures teach it."""

from nntrain.config.base import Named
from nntrain.config.data import Nothing
from nntrain.config.data_schema import Schema
from nntrain.config.experiment import Experiment
from nntrain.config.keras import image_layers, layers, losses, metrics
from nntrain.config.keras.callbacks import EarlyStopping
from nntrain.config.output_layer import OutputLayer, find_output_layer
from nntrain.config.train import Train

DEFAULT_EPOCHS = 10


def resolve(experiment: Experiment, schema: Schema) -> Experiment:
    """The experiment with output, loss, metrics, monitor and length written out."""
    model = experiment.model
    if find_output_layer(model, schema) is None:
        model = [*model, *_output_layers(model, schema)]
    output = find_output_layer(model, schema)
    train = experiment.train if output is None else _resolved_train(experiment, output, schema)
    return experiment.model_copy(update={"model": model, "train": train})


def _output_layers(model: list[layers.Layer], schema: Schema) -> list[layers.Layer]:
    """The output layer for the data: softmax for classes, one sigmoid unit for two, linear for numbers."""
    kinds = {
        "regression": ("linear", schema.target_count),
        "binary": ("sigmoid", 1),
        "multiclass": ("softmax", len(schema.classes)),
    }
    activation, units = kinds[schema.task]
    dense = layers.Dense.model_validate({"units": units, "activation": activation})
    return [layers.Flatten(), dense] if _ends_in_maps(model, schema) else [dense]


def _ends_in_maps(model: list[layers.Layer], schema: Schema) -> bool:
    """Whether the last hidden layer gives more than one axis, so that a Dense alone would not see all of it."""
    rank = len(schema.shape)
    for _, layer in layers.walk(model):
        if isinstance(layer, (layers.Flatten, image_layers.GlobalAveragePooling2D, image_layers.GlobalMaxPooling2D)):
            keeps = getattr(layer, "keepdims", False)
            rank = rank if keeps else 1
        elif isinstance(layer, layers.Reshape):
            rank = len(layer.target_shape)
    return rank > 1


def _resolved_train(experiment: Experiment, output: OutputLayer, schema: Schema) -> Train:
    train = experiment.train
    chosen: dict[str, object] = {}
    if train.epochs is None and train.steps is None:
        chosen["epochs"] = DEFAULT_EPOCHS
    if train.loss is None:
        chosen["loss"] = default_loss(output, schema)
    if train.metrics is None:
        chosen["metrics"] = [metrics.Accuracy() if schema.classes else metrics.MeanAbsoluteError()]
    if train.monitor is None:
        chosen["monitor"] = default_monitor(experiment)
    return train.model_copy(update=chosen)


def default_loss(output: OutputLayer, schema: Schema) -> losses.Loss:
    """Cross-entropy for classes, in the form that fits the output; squared error for numbers."""
    if not schema.classes:
        return losses.MeanSquaredError()
    binary = output.units == 1 or output.activation == "sigmoid"
    kind: type[Named] = losses.BinaryCrossentropy if binary else losses.SparseCategoricalCrossentropy
    options = {"from_logits": True} if output.activation == "linear" else {}
    loss: losses.Loss = kind.model_validate(options)  # type: ignore[assignment]
    return loss


def default_monitor(experiment: Experiment) -> str:
    """What decides which epoch's model is kept: what early stopping watches, else the validation loss."""
    for callback in experiment.train.callbacks:
        if isinstance(callback, EarlyStopping):
            return str(callback.monitor)
    return "loss" if isinstance(experiment.data.validation, Nothing) else "val_loss"
