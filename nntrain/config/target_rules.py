"""Rules about what is fitted to labels or targets: `ClassShares`, `TargetNormalization`, `LogLink`, `oversample`."""

from collections.abc import Iterator

from nntrain.config.data import Nothing
from nntrain.config.data_rules import CheckedExperiment, Rule
from nntrain.config.keras import layers, losses
from nntrain.config.keras.table_layers import OF_TARGETS, DecisionThreshold, LogLink
from nntrain.config.keras.weights import ClassShares
from nntrain.errors import Path, Problem


def _class_shares(subject: CheckedExperiment) -> Iterator[Problem]:
    """The shares of the classes are the bias of the output layer."""
    for path, layer in layers.walk(subject.experiment.model):
        for option, value in layer.written().items():
            if not isinstance(value, ClassShares):
                continue
            place = (*path, option)
            if subject.labels == "numbers":
                yield Problem("`ClassShares` is for classes, but the data have numbers", place, "remove it")
            elif option != "bias_initializer" or (subject.output and path != subject.output.units_path):
                help = "write it as the `bias_initializer` of the output layer, or remove it"
                yield Problem("`ClassShares` is the initial bias of the output layer", place, help)
            elif subject.train.class_weight is not None or subject.train.oversample:
                option = "oversample" if subject.train.oversample else "class_weight"
                message = f"`ClassShares` begins with the shares of the rows, which `{option}` changes"
                yield Problem(message, place, "remove one of the two")


def _units_of_targets(subject: CheckedExperiment) -> Iterator[Problem]:
    """What brings predictions to the units of the target is the last layer of a regression."""
    flat = list(layers.walk(subject.experiment.model))
    added = subject.output is not None and subject.output.path not in [path for path, _ in flat]
    for index, (path, layer) in enumerate(flat):
        if not isinstance(layer, OF_TARGETS):
            continue
        name = layer.called()
        if subject.labels == "classes":
            yield Problem(f"`{name}` is for numbers, but the data have classes", path, "remove it", on_key=True)
        elif added or index != len(flat) - 1:
            message = f"`{name}` brings predictions to the units of the target, so it must be the last layer"
            yield Problem(message, path, "move it behind the output layer, such as `Dense: 1`", on_key=True)
        elif isinstance(layer, LogLink):
            yield from _link_of_a_linear_output(subject, path)
        else:
            yield from _standardized_counts(subject, path)


def _link_of_a_linear_output(subject: CheckedExperiment, path: Path) -> Iterator[Problem]:
    if subject.output is not None and subject.output.activation != "linear":
        activation = subject.output.activation
        message = f"`LogLink` takes e^x of the output layer, which is `{activation}` already"
        yield Problem(message, path, "remove it, or make the output layer `linear`", on_key=True)


def _standardized_counts(subject: CheckedExperiment, path: Path) -> Iterator[Problem]:
    if isinstance(subject.train.loss, losses.Poisson):
        message = "`Poisson` is for counts, and a standardized target is none"
        yield Problem(message, ("train", "loss"), "write `LogLink` for `TargetNormalization`, or write another loss")
    elif subject.train.loss is None and subject.schema is not None and subject.schema.counts:
        message = "the target holds counts, and a standardized target is none"
        yield Problem(message, path, "write `LogLink`, or remove it", on_key=True)


def _decision_threshold(subject: CheckedExperiment) -> Iterator[Problem]:
    """The threshold between two classes stands after the sigmoid, and is chosen on the validation split."""
    flat, output = list(layers.walk(subject.experiment.model)), subject.output
    for index, (path, layer) in enumerate(flat):
        if not isinstance(layer, DecisionThreshold):
            continue
        behind = index == len(flat) - 1 and output is not None and output.path in [each for each, _ in flat]
        if subject.labels == "numbers" or (subject.schema is not None and subject.schema.task != "binary"):
            message = "`DecisionThreshold` decides between two classes, which the data do not have"
            yield Problem(message, path, "remove it", on_key=True)
        elif not behind or output is None or output.units != 1 or output.activation != "sigmoid":
            message = "`DecisionThreshold` must be the last layer, behind one sigmoid unit"
            yield Problem(message, path, "write `Dense: {units: 1, activation: sigmoid}` before it", on_key=True)
        elif isinstance(subject.experiment.data.validation, Nothing):
            message = "`DecisionThreshold` is chosen on the validation split, and there is none"
            yield Problem(message, path, "remove it, or write `validation: 0.2`", on_key=True)


def _oversample(subject: CheckedExperiment) -> Iterator[Problem]:
    train, path = subject.train, ("train", "oversample")
    if train.oversample and subject.labels == "numbers":
        yield Problem("`oversample` is for classes, but the data have numbers", path, "remove it", on_key=True)
    elif train.oversample and train.class_weight is not None:
        message = "`oversample` and `class_weight` would both raise the weight of the rare classes"
        yield Problem(message, path, "remove one of the two", on_key=True)
    elif train.oversample and not train.shuffle:
        yield Problem(
            "`oversample` draws the rows, so it needs `shuffle`", path, "remove `shuffle: false`", on_key=True
        )


TARGET_RULES: tuple[Rule, ...] = (_class_shares, _units_of_targets, _decision_threshold, _oversample)
