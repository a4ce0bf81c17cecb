from typing import Any

import pytest
from pydantic import ValidationError

from nntrain.config.data import Fraction, SplitRule
from nntrain.config.experiment import Experiment
from nntrain.config.keras.callbacks import Callback, EarlyStopping
from nntrain.config.keras.constraints import Constraint
from nntrain.config.keras.initializers import Initializer
from nntrain.config.keras.layers import Dense, Layer, LeakyReLU, walk
from nntrain.config.keras.losses import Loss
from nntrain.config.keras.metrics import Metric
from nntrain.config.keras.optimizers import SGD, Adam, Optimizer
from nntrain.config.keras.regularizers import L2, Regularizer
from nntrain.config.keras.schedules import CosineDecay, Schedule
from nntrain.config.load import from_document
from nntrain.config.messages import close_names, counted, nearest, plural, see, shown
from nntrain.config.named import Named, snake_case, spelled_out, to_tree
from nntrain.config.section import Section
from nntrain.document import yaml_file

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


def said(error: ValidationError) -> list[str]:
    return [found["ctx"]["message"] for found in error.errors()]


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


def test_only_what_was_written_is_passed_on() -> None:
    assert Layer.parse({"Dense": {"units": 3, "use_bias": False}}).written() == {"units": 3, "use_bias": False}
    assert EarlyStopping().written() == {"monitor": "val_loss"}


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


def test_the_two_halves_of_one_misspelt_option_are_one_error() -> None:
    with pytest.raises(ValidationError) as caught:
        Layer.parse({"Dense": {"unit": 3}})
    assert said(caught.value) == ["`Dense` has no option `unit`"]


def test_an_unknown_option_does_not_hide_another_that_is_missing() -> None:
    with pytest.raises(ValidationError) as caught:
        Layer.parse({"Conv2D": {"filter": 3}})
    assert said(caught.value) == ["`Conv2D` needs `kernel_size`", "`Conv2D` has no option `filter`"]


def test_specs_are_frozen() -> None:
    with pytest.raises(ValidationError):
        SGD().momentum = 0.5  # type: ignore[misc]


@pytest.mark.parametrize("value", [True, "3", 3.0, None, [3], {"a": 3}, float("nan"), float("inf")])
def test_a_whole_number_is_nothing_else(value: Any) -> None:
    with pytest.raises(ValidationError):
        Layer.parse({"Dense": {"units": value}})


@pytest.mark.parametrize("value", [True, "0.5", None, [0.5], float("nan"), float("inf"), -float("inf")])
def test_a_number_is_finite_and_nothing_else(value: Any) -> None:
    for options in ({"momentum": value}, {"clipnorm": value}, {"learning_rate": value}):
        with pytest.raises(ValidationError):
            Optimizer.parse({"SGD": options})


def test_a_whole_number_may_stand_where_a_number_is_due() -> None:
    assert Optimizer.parse({"SGD": {"learning_rate": 1, "clipnorm": 2}}).written() == {
        "learning_rate": 1.0,
        "clipnorm": 2.0,
    }


def test_a_learning_rate_is_a_number_or_a_schedule() -> None:
    schedule = {"CosineDecay": {"initial_learning_rate": 0, "decay_steps": 10}}
    found = Optimizer.parse({"Adam": {"learning_rate": schedule}})
    assert found.learning_rate == CosineDecay(initial_learning_rate=0.0, decay_steps=10)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.25, {"fraction": {"share": 0.25, "stratify": True}}),
        (0, "none"),
        (None, "none"),
        ("none", "none"),
        ({"first": 10}, {"first": {"rows": 10}}),
        ({"last": {"rows": 3}}, {"last": {"rows": 3}}),
        ({"fraction": 0.5}, {"fraction": {"share": 0.5, "stratify": True}}),
    ],
)
def test_a_split_is_a_share_or_some_rows_or_nothing(value: Any, expected: Any) -> None:
    assert to_tree(SplitRule.parse(value)) == expected


@pytest.mark.parametrize("value", [1.0, -0.1, 10, -3, True, "10%", "half", {"first": 0}, {"fraction": 0}, [0.1]])
def test_a_split_is_nothing_else(value: Any) -> None:
    with pytest.raises(Exception) as caught:
        Fraction.model_validate({"share": 0.5})
        SplitRule.parse(value)
    assert type(caught.value).__name__ in ("ValidationError", "PydanticCustomError")


def test_layers_inside_repeat_are_walked_once_for_each_time() -> None:
    repeat = Layer.parse({"Repeat": {"times": 2, "layers": [{"Dense": 3}, "ReLU"]}})
    paths = [path for path, _ in walk([repeat])]
    assert paths == 2 * [
        ("model", 0, "Repeat", "layers", 0, "Dense"),
        ("model", 0, "Repeat", "layers", 1, "ReLU"),
    ]


def test_the_nearest_name_does_not_mind_capitals() -> None:
    assert nearest("dense", ["Dense", "Dropout"]) == "Dense"
    assert nearest("drop-out", ["Dense", "Dropout"]) == "Dropout"
    assert nearest("Transformer", ["Dense", "Dropout"]) == ""


def test_close_names_offers_all_that_hold_the_name_when_none_is_very_near() -> None:
    names = ["BatchNormalization", "LayerNormalization", "Dense"]
    assert close_names("normaliz", names) == "write `BatchNormalization` or `LayerNormalization`"
    assert close_names("Dens", names) == "write `Dense`"
    assert close_names("xyz", names) == ""


def test_values_are_shown_as_yaml_shows_them() -> None:
    values = {
        "`3`": 3,
        "`true`": True,
        "nothing": None,
        "`.nan`": float("nan"),
        "`-.inf`": -float("inf"),
        "`1e-05`": 1e-5,
        "`[1, a]`": [1, "a"],
        "`{a: null}`": {"a": None},
        "an empty list": [],
        "an empty mapping": {},
        "a list of 100": list(range(100)),
        f"`{'x' * 57}...`": "x" * 70,
    }
    assert {shown(value): value for value in values.values()}.keys() == values.keys()


def test_every_family_says_where_its_names_are_listed() -> None:
    from nntrain.config.catalogue import entries

    for family in (*FAMILIES,):
        command = see(family.noun).split("`")[1]
        assert entries(command.removeprefix("nntrain list ")), command
        assert plural(family.noun) in command


def test_the_options_of_a_config_are_these() -> None:
    assert Experiment.options() == ("seed", "data", "model", "train", "tune")
    assert Dense.options()[0] == "units"


def test_one_of_a_kind_is_not_many() -> None:
    assert [counted(count, "trial") for count in (0, 1, 2, 1200)] == ["0 trials", "1 trial", "2 trials", "1,200 trials"]
