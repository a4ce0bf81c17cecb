"""Which configs may share a program, and what keeps a config from one, before any data are read."""

import pytest

from nntrain.config.load import Config, from_document, put_value
from nntrain.config.traced import architecture, stack_obstacle
from nntrain.document import yaml_file

CONFIG = """
data: {toy_2d: {kind: moons, validation: {fold: {index: 1, count: 3}}}}
model: [{Dense: {units: 4, activation: relu}}, {Dropout: 0.2}]
train: {epochs: 2, batch_size: 16, optimizer: {Adam: {learning_rate: 0.1}}}
"""


def config(text: str = CONFIG) -> Config:
    return from_document(yaml_file.parse(text, "c.yaml"))


@pytest.mark.parametrize(
    ("path", "value", "equal"),
    [
        ("seed", 5, True),
        ("data.toy_2d.validation.fold.index", 2, True),
        ("train.optimizer.Adam.learning_rate", 0.5, True),
        ("train.epochs", 9, True),
        ("train.callbacks", ["ReduceLROnPlateau"], True),
        ("data.toy_2d.validation.fold.count", 4, False),
        ("train.optimizer.Adam.learning_rate", {"CosLog": {"max_learning_rate": 0.1}}, False),
        ("train.class_weight", "balanced", False),
        ("train.batch_size", 8, False),
        ("model.0.Dense.units", 5, False),
        ("model.1.Dropout.rate", 0.3, True),
        ("model.1.Dropout.rate", 0.0, False),
        ("train.optimizer.Adam.beta_1", 0.5, True),
        ("train.optimizer.Adam.clipnorm", 0.5, False),
        ("model.0.Dense.kernel_regularizer", {"L2": 0.1}, False),
    ],
)
def test_trainings_may_be_one_program_if_graph_and_data_are_the_same(path: str, value: object, equal: bool) -> None:
    one, other = config(), put_value(config(), path, value)
    assert (architecture(one.experiment) == architecture(other.experiment)) is equal


def test_a_schedule_may_last_as_long_as_the_training() -> None:
    one = put_value(config(), "train.optimizer.Adam.learning_rate", {"CosLog": {"max_learning_rate": 0.1}})
    assert architecture(one.experiment) != architecture(put_value(one, "train.epochs", 3).experiment)


def test_only_a_layer_or_an_option_that_cannot_be_stacked_is_named() -> None:
    assert stack_obstacle(config().experiment) == ""
    layers = CONFIG.replace("{Dropout: 0.2}", "{Reshape: [2, 2, 1]}, {ZeroPadding2D: 1}, Flatten")
    assert stack_obstacle(config(layers).experiment) == "`ZeroPadding2D`"
    assert stack_obstacle(config(CONFIG.replace("epochs: 2", "steps: 3")).experiment) == "`train.steps`"
    assert stack_obstacle(put_value(config(), "train.precision", "float32").experiment) == ""
