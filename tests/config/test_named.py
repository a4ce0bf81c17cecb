from typing import Any

import pytest

from nntrain.config.data import Source, SplitRule
from nntrain.config.keras.callbacks import Callback
from nntrain.config.keras.layers import Dense, Layer, LeakyReLU
from nntrain.config.keras.losses import Loss
from nntrain.config.keras.metrics import Metric
from nntrain.config.keras.optimizers import Adam, Optimizer, Schedule
from nntrain.config.keras.weights import L2, Constraint, Initializer, Regularizer
from nntrain.config.load import from_document
from nntrain.config.named import Named, snake_case, spelled_out, to_tree
from nntrain.config.section import Section
from nntrain.document import yaml_file
from nntrain.plugins import kinds

FAMILIES = (Layer, Initializer, Regularizer, Constraint, Optimizer, Schedule, Loss, Metric, Callback, SplitRule)


EVERY_FAMILY = """
seed: 7
data:
  iris:
    validation: {last: 20}
    test: {fraction: {share: 0.3, stratify: false}}
    split_seed: 3
    fold: {index: 2, count: 5}
model:
  - Normalization
  - Repeat:
      times: 2
      layers:
        - Dense:
            units: 8
            kernel_initializer: {HeNormal: {seed: 1}}
            bias_initializer: {Constant: 1e-5}
            kernel_regularizer: {L1L2: {l1: 1e-6, l2: 1e-4}}
            activity_regularizer: {L2: 1e-3}
            kernel_constraint: {MaxNorm: 3}
        - LeakyReLU
        - BatchNormalization: {momentum: 0.9, gamma_initializer: ones}
        - Dropout: {rate: 0.5, noise_shape: [null, 1]}
  - RReLU
  - Reshape: [2, 4, 1]
  - Conv2D: {filters: 4, kernel_size: [2, 3], padding: same}
  - ZeroPadding2D: [[1, 0], [0, 2]]
  - Rescaling: 1/255
  - Activation: tanh
  - Flatten
  - Dense: {units: 3, activation: softmax, name: '3'}
train:
  epochs: 40
  batch_size: full
  optimizer:
    SGD:
      learning_rate: {OneCycle: {max_learning_rate: 0.5, total_steps: 400}}
      momentum: 0.9
      nesterov: true
      clipvalue: 1.0
  loss: {SparseCategoricalCrossentropy: {reduction: sum}}
  metrics: [accuracy, {TopK: 2}, {Precision: {class_id: 1, name: second}}]
  callbacks:
    - EarlyStopping: {patience: 5, restore_best_weights: false}
    - StopAfter: 60
  class_weight: {setosa: 2, virginica: 1}
  monitor: val_accuracy
  save: last
  shuffle: false
tune:
  engine: {Hyperband: {max_epochs: 10}}
"""


def test_an_experiment_of_every_family_reads_back_from_its_tree() -> None:
    experiment = from_document(yaml_file.parse(EVERY_FAMILY, "c.yaml")).experiment
    kinds = {type(value) for value in named_things(experiment)}
    assert all(any(issubclass(kind, family) for kind in kinds) for family in FAMILIES)
    again = from_document(yaml_file.parse(yaml_file.dump(to_tree(experiment)), "c.yaml")).experiment
    assert again == experiment
    assert to_tree(again) == to_tree(experiment)


def named_things(value: Any) -> list[Named]:
    if isinstance(value, Section):
        own = [value] if isinstance(value, Named) else []
        return own + [thing for name in type(value).model_fields for thing in named_things(getattr(value, name))]
    return [thing for item in value for thing in named_things(item)] if isinstance(value, (list, tuple)) else []


def test_a_tree_holds_what_was_written_and_the_defaults_of_ours() -> None:
    assert to_tree(LeakyReLU()) == {"LeakyReLU": {"negative_slope": 0.3}}
    assert to_tree(Dense(units=3)) == {"Dense": {"units": 3}}
    assert to_tree(Adam()) == "Adam"


@pytest.mark.parametrize("family", FAMILIES)
def test_every_member_answers_to_its_name_to_its_identifier_and_to_its_aliases(family: type[Named]) -> None:
    for name, member in family.members().items():
        for spelling in (name, snake_case(name), name.lower(), *member.aliases):
            assert family.find(spelling) is member


@pytest.mark.parametrize("family", FAMILIES)
def test_no_two_members_share_a_spelling(family: type[Named]) -> None:
    spellings: dict[str, str] = {}
    for name, member in family.members().items():
        for spelling in {name, snake_case(name), name.lower(), *member.aliases}:
            assert spellings.setdefault(spelling, name) == name


def test_snake_case_is_keras_identifier_of_a_class() -> None:
    names = {"HeNormal": "he_normal", "L1L2": "l1_l2", "ReLU": "re_lu", "MaxPooling2D": "max_pooling2d", "SGD": "sgd"}
    assert {name: snake_case(name) for name in names} == names


def test_a_name_and_a_mapping_without_options_are_the_same() -> None:
    assert Layer.parse("Flatten") == Layer.parse({"Flatten": None}) == Layer.parse({"flatten": {}})


def test_a_bare_scalar_stands_for_the_option_that_matters() -> None:
    assert Layer.parse({"Dense": 3}) == Layer.parse({"Dense": {"units": 3}})
    assert Regularizer.parse({"L2": 0.5}) == L2(l2=0.5)
    assert Layer.parse({"Reshape": [2, 2]}) == Layer.parse({"Reshape": {"target_shape": [2, 2]}})


@pytest.mark.parametrize("family", FAMILIES)
def test_every_shorthand_is_an_option_that_may_not_be_left_out_unknowingly(family: type[Named]) -> None:
    for member in family.members().values():
        if member.shorthand is not None:
            assert member.shorthand in member.model_fields
            required = [name for name, field in member.model_fields.items() if field.is_required()]
            assert required in ([], [member.shorthand])


def test_a_shorthand_is_spelled_out_so_that_more_options_can_join_it() -> None:
    assert spelled_out("Dropout", 0.5) == {"rate": 0.5}
    assert spelled_out("toy_2d", "moons") == {"kind": "moons"}
    assert spelled_out("Flatten", 3) is None
    assert spelled_out("no_such_thing", 3) is None


@pytest.mark.parametrize(
    ("name", "help"),
    [
        ("Swoosh", "`nntrain list layers` shows them all; one of your own comes with `--plugin FILE`"),
        ("MyDense", "write `Dense`; one of your own comes with `--plugin FILE`"),
        ("Dence", "write `Dense`"),
        ("Dense(64, activation='relu')", "write `Dense: {units: ...}`"),
        ("Flatten()", "write `Flatten` alone, or `Flatten: {option: value}`"),
    ],
)
def test_the_help_for_a_name_that_may_be_of_a_plug_in_names_the_option(name: str, help: str) -> None:
    assert Layer.instead_of(name) == help


def test_the_families_of_plug_ins_say_so() -> None:
    families = {kind.family for kind in kinds._KINDS} | {Source}
    assert {family for family in Named.__subclasses__() if family.has_plugins} == families
