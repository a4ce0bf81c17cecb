"""The numbers by which trainings of one program may differ."""

from nntrain.config.load import Config, from_document, put_value
from nntrain.config.member_numbers import differing, numbers, replaced
from nntrain.document import yaml_file

CONFIG = """
data: iris
model:
  - Repeat: {times: 2, layers: [{Dense: {units: 4, kernel_regularizer: {L2: 0.1}, bias_constraint: MaxNorm}}]}
  - Dropout: 0.2
train: {optimizer: {SGD: {weight_decay: 0.1}}, regularizer: {L1L2: {l1: 0.5}}}
"""
MOST = ("model", 0, "Repeat", "layers", 0, "Dense", "bias_constraint", "MaxNorm", "max_value")
MOMENTUM = ("train", "optimizer", "SGD", "momentum")


def config() -> Config:
    return from_document(yaml_file.parse(CONFIG, "c.yaml"))


def test_every_number_above_0_is_found_with_its_path_and_the_default_of_keras() -> None:
    assert numbers(config().experiment) == {
        (*MOST[:6], "kernel_regularizer", "L2", "l2"): 0.1,
        MOST: 2.0,
        ("model", 1, "Dropout", "rate"): 0.2,
        ("train", "optimizer", "SGD", "weight_decay"): 0.1,
        ("train", "regularizer", "L1L2", "l1"): 0.5,
    }


def test_only_numbers_that_are_above_0_in_all_may_differ() -> None:
    one, other = config(), put_value(config(), "model.1.Dropout.rate", 0.3)
    found = [numbers(each.experiment) for each in (one, other, other)]
    assert differing(found) == {("model", 1, "Dropout", "rate")} and differing(found[1:]) == set()
    assert MOMENTUM in numbers(put_value(one, ".".join(MOMENTUM), 0.9).experiment)


def test_numbers_are_replaced_in_a_tree_also_where_they_are_left_out() -> None:
    tree = {"train": {"optimizer": "SGD"}, "model": ["Flatten", {"Dense": {"units": 1}}]}
    path = ("model", 1, "Dense", "kernel_regularizer", "L2", "l2")
    assert replaced(tree, [MOMENTUM, path]) == {
        "train": {"optimizer": {"SGD": {"momentum": "its own"}}},
        "model": ["Flatten", {"Dense": {"units": 1, "kernel_regularizer": {"L2": {"l2": "its own"}}}}],
    }
    assert tree["train"] == {"optimizer": "SGD"}, "it is not changed itself"
