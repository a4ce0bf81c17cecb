"""Rules about the shapes of layers: a table or an image becomes one row, which the output layer turns into one row."""

from collections.abc import Iterator

from nntrain.config.data_rules import CheckedExperiment, Rule
from nntrain.config.keras import image_layers, layers
from nntrain.config.keras.table_layers import TableEncoding
from nntrain.config.shapes import flow, output_shape, shown
from nntrain.errors import Problem


def _one_row(subject: CheckedExperiment) -> Iterator[Problem]:
    """The output layer must make one row of each example."""
    schema, output, model = subject.schema, subject.output, subject.experiment.model
    if schema is None or output is None or output.path not in [path for path, _ in layers.walk(model)]:
        return
    shape = output_shape(model, schema.shape)
    if len(shape) > 1:
        name, units = str(output.path[-1]), len(schema.classes) or schema.target_count
        message = f"the output has the shape {shown(shape)}, but one row of {units} is needed"
        yield Problem(message, output.path, f"add `Flatten` before `{name}`", on_key=True)


def _dense_before_flatten(subject: CheckedExperiment) -> Iterator[Problem]:
    """A Dense on more than one axis sees the last one only, which on images is mostly meant otherwise."""
    if subject.schema is None:
        return
    for path, layer, before, after in flow(subject.experiment.model, subject.schema.shape):
        if (
            isinstance(layer, layers.Dense)
            and len(before) > 1
            and (subject.output is None or path != subject.output.path)
        ):
            message = f"`Dense` sees only the last axis of {shown(before)}, and its output has the shape {shown(after)}"
            yield Problem(message, path, "add `Flatten` before it to see the whole", severity="warning", on_key=True)
            return


def _sigmoid_on_exclusive_classes(subject: CheckedExperiment) -> Iterator[Problem]:
    """A sigmoid for each of several classes means classes that do not exclude each other."""
    output, schema = subject.output, subject.schema
    several = schema is not None and schema.task == "multiclass"
    if several and output is not None and output.activation == "sigmoid" and subject.train.loss is None:
        message = "with `sigmoid` each class is decided by itself, and the loss is `BinaryCrossentropy`"
        help = "write `softmax`, as only one class is true of a row, or write the loss"
        yield Problem(message, (*output.path, "activation"), help, severity="warning")


def _encoding_of_the_data(subject: CheckedExperiment) -> Iterator[Problem]:
    """What encodes the columns of a table must be the first layer, and the data must be a table."""
    for index, (path, layer) in enumerate(layers.walk(subject.experiment.model)):
        if not isinstance(layer, TableEncoding):
            continue
        if index > 0:
            message = "`TableEncoding` encodes the columns of the data, so it must be the first layer"
            yield Problem(message, path, "move it to the front, or remove it", on_key=True)
        elif subject.schema is not None and len(subject.schema.shape) > 1:
            message = "`TableEncoding` is for the rows of a table, but the data have the shape "
            message += shown(subject.schema.shape)
            yield Problem(message, path, "remove it; `Rescaling: 1/255` scales images", on_key=True)


def only_numbers(subject: CheckedExperiment) -> Iterator[Problem]:
    """Only `TableEncoding` takes categories and missing values; no config shows whether the data have any."""
    schema, data = subject.schema, subject.experiment.data
    if schema is None or not (any(schema.sizes) or schema.has_missing) or getattr(data, "encode", True):
        return
    if not any(isinstance(layer, TableEncoding) for _, layer in layers.walk(subject.experiment.model)):
        what = "categories" if any(schema.sizes) else "missing values"
        message = f"the data have {what}, which only the layer `TableEncoding` takes"
        yield Problem(message, ("data", data.called(), "encode"), "remove `encode: false`", on_key=True)


def _rows_stay_apart(subject: CheckedExperiment) -> Iterator[Problem]:
    """No option may mix the rows of a batch, or depend on their number."""
    if subject.schema is None:
        return
    for path, layer, before, _ in flow(subject.experiment.model, subject.schema.shape):
        shape = getattr(layer, "noise_shape", None)
        if shape and shape[0] not in (None, 1):
            message = f"`noise_shape` begins with {shape[0]} rows of a batch, but batches differ in their rows"
            yield Problem(message, (*path, "noise_shape"), "begin it with `null`")
        if isinstance(layer, layers.Softmax) and len(before) + 1 in _counted_back(layer.axis, len(before) + 1):
            message = "`axis` is that of the batch, so the rows of a batch would share their probabilities"
            yield Problem(message, (*path, "axis"), "write `axis: -1`, or leave it out")


def _counted_back(axis: int | tuple[int, ...] | None, count: int) -> list[int]:
    """Return the distance of each axis from the end, the last one is 1; negative axes count so."""
    axes = (axis,) if isinstance(axis, int) else axis or ()
    return [-each if each < 0 else count - each for each in axes]


def _crop_fits(subject: CheckedExperiment) -> Iterator[Problem]:
    """A crop must not be larger than the image."""
    if subject.schema is None:
        return
    for path, layer, before, _ in flow(subject.experiment.model, subject.schema.shape):
        if not isinstance(layer, image_layers.RandomCrop) or len(before) != 3:
            continue
        for name, size in zip(("height", "width"), before[:2], strict=True):
            if size is not None and (needed := getattr(layer, name)) > size:
                message = f"`{name}: {needed}` is more than the images have, which are {before[0]} x {before[1]} pixels"
                yield Problem(message, (*path, name), f"write `{size}` or less, or add `Resizing` before it")


SHAPE_RULES: tuple[Rule, ...] = (
    _one_row,
    _dense_before_flatten,
    _sigmoid_on_exclusive_classes,
    _encoding_of_the_data,
    _rows_stay_apart,
    _crop_fits,
)
